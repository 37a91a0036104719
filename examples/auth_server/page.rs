//! The page, and what protects it.

use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use axum::routing::{MethodRouter, get};

pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let html = file("text/html; charset=utf-8", include_str!("page/index.html"));
    let style = file("text/css; charset=utf-8", include_str!("page/style.css"));
    let script = file(
        "text/javascript; charset=utf-8",
        include_str!("page/script.js"),
    );
    Router::new()
        .route("/", html)
        .route("/style.css", style)
        .route("/script.js", script)
}

fn file<S: Clone + Send + Sync + 'static>(
    content_type: &'static str,
    text: &'static str,
) -> MethodRouter<S> {
    get(move || async move { ([(CONTENT_TYPE, content_type)], text) })
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
