//! Answers to the letter, so nothing that the client sent can be in them.

use std::convert::Infallible;

use futures::FutureExt;
use http::{HeaderMap, HeaderValue, Request, Response};
use tower::{Layer, ServiceExt};
use tower_bearer::{AuthError, BearerAuthLayer, TokenError, Verifier};

/// Sends the token through the whole layer, over HTTP and gRPC, and compares the answers with its
/// verifier's verdict.
///
/// If the field's syntax already rules the token out, that is the answer.
pub(crate) fn assert_of_token(verifier: Verifier, token: &str, result: &Result<(), AuthError>) {
    let field = [b"Bearer ", token.as_bytes()].concat();
    let Ok(field) = HeaderValue::from_bytes(&field) else {
        // A server answers it before any layer.
        return;
    };
    let layer = BearerAuthLayer::new(verifier);
    let answer = |content_type: &'static str| {
        let request = Request::post("/")
            .header("authorization", &field)
            .header("content-type", content_type)
            .body(())
            .unwrap();
        let inner = tower::service_fn(|_: Request<()>| async {
            Ok::<_, Infallible>(Response::new(String::from("inner")))
        });
        let answer = layer.layer(inner).oneshot(request).now_or_never();
        answer.unwrap().unwrap()
    };
    let (http, grpc) = (answer("text/plain"), answer("application/grpc"));
    let (status, code, description) = match result {
        _ if !is_token68(token.as_bytes()) => {
            // Spaces may precede it.
            let is_let_in = is_token68(token.trim_start_matches(' ').as_bytes());
            assert!(!is_let_in || token.starts_with(' '));
            if is_let_in {
                return;
            }
            let text = "the credentials are not of the form `Bearer TOKEN`";
            (400, "invalid_request", text)
        }
        Ok(()) => {
            for response in [http, grpc] {
                assert_eq!(response.status(), 200);
                assert_eq!(fields(response.headers()), "");
                assert_eq!(response.body(), "inner");
            }
            return;
        }
        Err(AuthError::InvalidToken(TokenError::Expired)) => {
            (401, "invalid_token", "token expired")
        }
        Err(AuthError::InvalidToken(_)) => (401, "invalid_token", "invalid token"),
        Err(other) => panic!("{other:?}"),
    };
    assert_eq!(http.status(), status);
    assert_eq!(
        fields(http.headers()),
        format!("www-authenticate: Bearer error=\"{code}\", error_description=\"{description}\"\n")
    );
    assert_eq!(http.body(), "");
    assert_eq!(grpc.status(), 200);
    assert_eq!(
        fields(grpc.headers()),
        format!("content-type: application/grpc\ngrpc-message: {description}\ngrpc-status: 16\n")
    );
    assert_eq!(grpc.body(), "");
}

/// All answers to `derived/http_requests.json`.
pub(crate) fn assert_known(response: &Response<String>) {
    let is_accepted = response.status() == 200;
    assert_eq!(response.body(), if is_accepted { "inner" } else { "" });
    let fields = fields(response.headers());
    let known = match response.status().as_u16() {
        200 => fields.is_empty(),
        503 => fields == "retry-after: 30\n",
        _ => CHALLENGES.contains(&fields.trim_start_matches("www-authenticate: ").trim_end()),
    };
    assert!(known, "{fields}");
}

const CHALLENGES: [&str; 7] = [
    "Bearer",
    r#"Bearer realm="my \"realm\"""#,
    r#"Bearer error="invalid_request", error_description="the credentials are not of the form `Bearer TOKEN`""#,
    r#"Bearer error="invalid_request", error_description="the field that carries the token is repeated""#,
    r#"Bearer error="invalid_token", error_description="invalid token""#,
    r#"Bearer error="invalid_token", error_description="token expired""#,
    r#"Bearer error="insufficient_scope", error_description="insufficient scope", scope="write""#,
];

/// The syntax of RFC 6750, section 2.1.
fn is_token68(token: &[u8]) -> bool {
    let padding = token.iter().rev().take_while(|&&byte| byte == b'=').count();
    let letters = &token[..token.len() - padding];
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(byte);
    !letters.is_empty() && letters.iter().all(is_letter)
}

/// All fields of a header, by their names.
fn fields(headers: &HeaderMap) -> String {
    let mut fields: Vec<_> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap()))
        .collect();
    fields.sort_unstable();
    fields.concat()
}
