//! `derived/http_requests.json`: requests through the whole layer.

use std::convert::Infallible;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::FutureExt;
use http::{HeaderValue, Request, Response, StatusCode};
use libtest_mimic::Trial;
use serde_json::Value;
use tower::{Layer, Service, ServiceExt};
use tower_bearer::keys::{Refresh, WantedKey};
use tower_bearer::reject::Realm;
use tower_bearer::test_util::{FixedClock, TestIssuer};
use tower_bearer::{Algorithm, BearerAuthLayer, KeyProvider, RequireLayer, Verifier, keys::KeySet};

use crate::corpus::{list, text, trial};
use crate::responses;

const CLOCK: u64 = 1_767_225_600;

pub(crate) fn trials() -> Vec<Trial> {
    let file: Value = serde_json::from_str(include_str!("derived/http_requests.json")).unwrap();
    let cases = list(&file, "cases");
    assert_eq!(cases.len(), 40);
    cases
        .iter()
        .map(|case| {
            let case = case.clone();
            let name = format!("derived/http_requests: {}", text(&case, "id"));
            trial(name, move || check(&case))
        })
        .collect()
}

/// Keys that were never available.
struct NoKeys;

impl KeyProvider for NoKeys {
    fn snapshot(&self) -> KeySet {
        KeySet::default()
    }

    fn refresh(&self, _wanted: &WantedKey<'_>) -> Refresh {
        Refresh::Unavailable(std::time::Duration::from_secs(30))
    }
}

fn issuer() -> TestIssuer {
    TestIssuer::new("issuer", Algorithm::EdDSA).clock(FixedClock::at(CLOCK))
}

fn layer(case: &Value) -> BearerAuthLayer {
    let builder = Verifier::builder()
        .audience("api")
        .clock(FixedClock::at(CLOCK));
    let verifier = if case["id"] == "error-shape-keys-unavailable" {
        builder.issuer("issuer", NoKeys)
    } else {
        builder.issuer("issuer", issuer().verifying_key())
    };
    BearerAuthLayer::new(verifier.build().unwrap())
}

/// The request of a case, unless `http` itself refuses the field.
fn request(case: &Value) -> http::Result<Request<String>> {
    let issuer = issuer();
    let token = || issuer.token().audience("api").claim("scope", "write");
    let mut builder = Request::builder().uri("/");
    if let Some(method) = case.get("method") {
        builder = builder.method(method.as_str().unwrap());
    }
    for name in ["headers", "headers_b64"] {
        for field in case
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let (field, value) = (field[0].as_str().unwrap(), field[1].as_str().unwrap());
            let value = if name == "headers_b64" {
                STANDARD.decode(value).unwrap()
            } else {
                // One byte a character, as U+00A0 is meant.
                value
                    .replace("{TOKEN}", &token().sign())
                    .replace("{EXPIRED}", &token().expires_in(-3600).sign())
                    .replace("{LOW_SCOPE}", &token().claim("scope", "read").sign())
                    .chars()
                    .map(|letter| u8::try_from(letter).unwrap())
                    .collect()
            };
            builder = builder.header(field, HeaderValue::from_bytes(&value)?);
        }
    }
    builder.body(String::new())
}

fn send(
    service: impl Service<Request<String>, Response = Response<String>, Error = Infallible>,
    request: Request<String>,
) -> Response<String> {
    service.oneshot(request).now_or_never().unwrap().unwrap()
}

fn respond(case: &Value, request: Request<String>) -> Response<String> {
    let inner = tower::service_fn(|_request: Request<String>| async {
        Ok::<_, Infallible>(Response::new(String::from("inner")))
    });
    let layer = layer(case);
    let scoped = RequireLayer::scope("write");
    match case["config"]["realm"].as_str() {
        Some(realm) => {
            let realm = Realm::new(realm).unwrap();
            let layer = layer.realm(realm);
            send(layer.layer(scoped.layer(inner)), request)
        }
        None => send(layer.layer(scoped.layer(inner)), request),
    }
}

fn check(case: &Value) {
    for name in case.as_object().unwrap().keys() {
        match name.as_str() {
            "id" | "headers" | "headers_b64" | "expect" | "why" | "config" | "method" => {}
            other => panic!("what is {other}?"),
        }
    }
    let request = match request(case) {
        Ok(request) => request,
        // A server answers it before any layer: no field may contain a DEL.
        Err(error) => {
            assert!(error.is::<http::header::InvalidHeaderValue>());
            assert_eq!(case["id"], "byte-del");
            return;
        }
    };
    let response = respond(case, request);
    responses::assert_known(&response);
    let challenge = response
        .headers()
        .get("www-authenticate")
        .map(|value| value.to_str().unwrap());
    let status = response.status();
    let reached = response.body() == "inner";
    assert_eq!(reached, status == StatusCode::OK);
    let is_bare = status == 401 && challenge == Some("Bearer");
    let is_malformed = status == 400
        && challenge.is_some_and(|it| it.starts_with(r#"Bearer error="invalid_request""#));
    let is_refused = is_malformed
        || (status == 401
            && challenge.is_some_and(|it| it.starts_with(r#"Bearer error="invalid_token""#)));
    let shown = format!("{status} {challenge:?}");
    match text(case, "expect") {
        "200" => assert!(reached, "{shown}"),
        "200 or refused (documented)" | "200 or refused" => {
            assert!(reached || is_refused, "{shown}");
        }
        "401, WWW-Authenticate: Bearer without error"
        | "401, WWW-Authenticate: Bearer without error (other scheme)"
        // Without a layer that allows preflights, this is an ordinary request without a token.
        | "passes to the inner service when CORS pre-flight bypass is configured, else 401; documented" => {
            assert!(is_bare, "{shown}");
        }
        "401, WWW-Authenticate: Bearer without error or 400" => {
            assert!(is_bare || is_malformed, "{shown}");
        }
        "400 invalid_request" => assert!(is_malformed, "{shown}"),
        "refused: 400 invalid_request or 401 invalid_token; never anonymous, never a part of the value"
        | "refused: 400 invalid_request or 401 invalid_token; never anonymous, never a part of the value; nothing of it in the response headers"
        | "refused: 400 invalid_request or 401 invalid_token; never anonymous, never a part of the value; no unescaped quote or backslash in WWW-Authenticate" => {
            assert!(is_refused, "{shown}");
        }
        "refused: 400 invalid_request or 401 invalid_token; never anonymous, never a part of the value or 401, WWW-Authenticate: Bearer without error" => {
            assert!(is_refused || is_bare, "{shown}");
        }
        "WWW-Authenticate quotes and escapes the configured realm and scope" => {
            assert_eq!(challenge, Some(r#"Bearer realm="my \"realm\"""#));
        }
        "401 with WWW-Authenticate and no body" => {
            assert!(is_bare, "{shown}");
            assert_eq!(response.body(), "");
        }
        r#"401, WWW-Authenticate: Bearer error="invalid_token" (error_description optional and free of token contents)"# => {
            assert_eq!(status, 401);
            let expected = r#"Bearer error="invalid_token", error_description="token expired""#;
            assert_eq!(challenge, Some(expected));
        }
        r#"403, error="insufficient_scope", scope="..." listing what is needed"# => {
            assert_eq!(status, 403);
            let expected = r#"Bearer error="insufficient_scope", error_description="insufficient scope", scope="write""#;
            assert_eq!(challenge, Some(expected));
        }
        r#"503 (or the documented status), no error="invalid_token"; Retry-After allowed; never 200"# => {
            assert_eq!(status, 503);
            assert_eq!(challenge, None);
            assert_eq!(response.headers()["retry-after"], "30");
        }
        other => panic!("what is {other}?"),
    }
}
