use std::time::Duration;

use http::{HeaderValue, Request, Response};
use tower_bearer::reject::{Realm, Rejection};
use tower_bearer::{AuthError, CsrfError, RequestError, RequestHead, TokenError};

use super::{
    EMPTY, PROBLEM, assert_headers, every_error, reject, reject_in, text_of, text_of_malformed,
};

#[track_caller]
fn assert_grpc(error: impl Into<AuthError>, status: &str, message: &str) {
    let error = error.into();
    let realm = Realm::new("x").unwrap();
    for answer in [EMPTY, PROBLEM] {
        let response = reject_in(&realm, answer, &error, Some("application/grpc"));
        assert_eq!(response.status(), 200);
        assert_headers(
            &response,
            &[
                ("content-type", "application/grpc"),
                ("grpc-message", message),
                ("grpc-status", status),
            ],
        );
        assert_eq!(response.body(), "");
    }
}

#[test]
fn malformed_requests() {
    for &reason in RequestError::ALL {
        assert_grpc(reason, "16", text_of_malformed(reason));
    }
}

#[test]
fn bad_tokens() {
    for &reason in TokenError::ALL {
        assert_grpc(reason, "16", text_of(reason));
    }
}

#[test]
fn all_else() {
    assert_grpc(AuthError::MissingToken, "16", "a bearer token is required");
    assert_grpc(
        AuthError::InsufficientScope(None),
        "7",
        "insufficient scope",
    );
    assert_grpc(
        AuthError::InsufficientScope(Some("a b".into())),
        "7",
        "insufficient scope",
    );
    let seven = Duration::from_secs(7);
    for unavailable in [
        AuthError::KeysUnavailable(seven),
        AuthError::RevocationsUnavailable(seven),
    ] {
        assert_grpc(unavailable, "14", "tokens cannot be verified at the moment");
    }
    for &reason in CsrfError::ALL {
        assert_grpc(reason, "7", "CSRF token missing or wrong");
    }
    assert_grpc(AuthError::MissingLayer, "13", "internal error");
}

/// The protocol escapes what is not in `%x20-%x24 / %x26-%x7E`.
#[test]
fn no_message_needs_an_escape() {
    for error in every_error() {
        let response = reject(EMPTY, &error, Some("application/grpc"));
        let message = response.headers()["grpc-message"].as_bytes();
        assert!(
            message
                .iter()
                .all(|byte| matches!(byte, b' '..=b'$' | b'&'..=b'~'))
        );
    }
}

/// The answer as a real gRPC client reads it.
#[test]
fn tonic_understands_it() {
    let error = TokenError::Expired.into();
    let response = reject(EMPTY, &error, Some("application/grpc"));
    let status = tonic::Status::from_header_map(response.headers()).unwrap();
    assert_eq!(status.code(), tonic::Code::Unauthenticated);
    assert_eq!(status.message(), "token expired");
}

#[track_caller]
fn assert_content_type(request: &[u8], expected: Option<&str>) {
    let value = HeaderValue::from_bytes(request).unwrap();
    let request = Request::post("/")
        .header("content-type", value)
        .body(())
        .unwrap();
    let rejection = Rejection::new(&AuthError::MissingToken, RequestHead::from(&request));
    assert_eq!(rejection.is_grpc(), expected.is_some());
    let response: Response<String> = rejection.default_response();
    let content_type = response.headers().get("content-type");
    assert_eq!(
        content_type.map(HeaderValue::as_bytes),
        expected.map(str::as_bytes)
    );
    assert_eq!(
        response.status(),
        if expected.is_some() { 200 } else { 401 }
    );
}

#[test]
fn content_types() {
    let rows: &[(&[u8], &str)] = &[
        (b"application/grpc", "application/grpc"),
        (b"Application/GRPC", "application/grpc"),
        (b"application/grpc+proto", "application/grpc"),
        (b"application/grpc+json", "application/grpc+json"),
        (b"application/grpc+jsonx", "application/grpc"),
        (b"application/grpc+thrift", "application/grpc"),
        (b"application/grpc+\xff", "application/grpc"),
        (b"application/grpc;charset=utf-8", "application/grpc"),
        (b"application/grpc ; charset=utf-8", "application/grpc"),
        (
            b"application/grpc+json; charset=utf-8",
            "application/grpc+json",
        ),
        (b"application/grpc-web", "application/grpc-web"),
        (b"application/grpc-web+proto", "application/grpc-web"),
        (b"application/grpc-web+json", "application/grpc-web+json"),
        (b"APPLICATION/GRPC-WEB;a=b", "application/grpc-web"),
        (b"application/grpc-web-text", "application/grpc-web-text"),
        (
            b"application/grpc-web-text+proto",
            "application/grpc-web-text",
        ),
        (
            b"application/grpc-web-text+json",
            "application/grpc-web-text+json",
        ),
    ];
    for (request, expected) in rows {
        assert_content_type(request, Some(expected));
    }
    let others: &[&[u8]] = &[
        b"",
        b"application/json",
        b"application/grp",
        b"application/grpcx",
        b"application/grpc/x",
        b"application/grpc,",
        b"application/grpc-",
        b"application/grpc-webx",
        b"application/grpc-web-",
        b"application/grpc-web-textx",
        b"application/grpc\xff",
        b" application/grpc",
        b"text/plain; a=application/grpc",
    ];
    for request in others {
        assert_content_type(request, None);
    }
}
