//! The page, and what protects it.

use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use axum::routing::get;

/// Each file of the page: where it is, what it is, and its text.
const FILES: [(&str, &str, &str); 7] = [
    ("/", HTML, include_str!("page/index.html")),
    ("/icon.svg", "image/svg+xml", include_str!("page/icon.svg")),
    ("/style.css", CSS, include_str!("page/style.css")),
    ("/signed_in.css", CSS, include_str!("page/signed_in.css")),
    ("/script.js", SCRIPT, include_str!("page/script.js")),
    ("/session.js", SCRIPT, include_str!("page/session.js")),
    ("/view.js", SCRIPT, include_str!("page/view.js")),
];

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let mut router = Router::new();
    for (path, content_type, text) in FILES {
        let file = move || async move { ([(CONTENT_TYPE, content_type)], text) };
        router = router.route(path, get(file));
    }
    router
}

/// Nothing but the page's own files, no inline script, and in no frame: whoever gets a line of
/// theirs into the page gets nothing to run.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 7] = [
    // Most answers hold tokens or are about somebody. What may be kept says so itself.
    (CACHE_CONTROL, "no-store"),
    (CONTENT_SECURITY_POLICY, POLICY),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
];

/// What browsers must know of every answer. Where TLS ends before this server, what ends it adds
/// `Strict-Transport-Security`.
pub(crate) async fn protect(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        let headers = response.headers_mut();
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}
