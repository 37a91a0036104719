use std::time::Duration;

use tower_bearer::{AuthError, CsrfError, RequestError, TokenError};

use super::{EMPTY, PROBLEM, every_error, reject, text_of, text_of_malformed};

#[track_caller]
fn assert_problem(error: impl Into<AuthError>, json: &str) {
    let error = error.into();
    let response = reject(PROBLEM, &error, None);
    assert_eq!(response.body(), json);
    assert_eq!(response.status(), error.status());

    // Everything else is as without a body.
    let mut headers = response.headers().clone();
    assert_eq!(
        headers.remove("content-type").unwrap(),
        "application/problem+json"
    );
    let empty = reject(EMPTY, &error, None);
    assert_eq!(&headers, empty.headers());
}

#[test]
fn malformed_requests() {
    for &reason in RequestError::ALL {
        let text = text_of_malformed(reason);
        assert_problem(
            reason,
            &format!(
                r#"{{"title":"Bad Request","status":400,"detail":"{text}","error":"invalid_request"}}"#
            ),
        );
    }
}

#[test]
fn bad_tokens() {
    for &reason in TokenError::ALL {
        let text = text_of(reason);
        assert_problem(
            reason,
            &format!(
                r#"{{"title":"Unauthorized","status":401,"detail":"{text}","error":"invalid_token"}}"#
            ),
        );
    }
}

#[test]
fn all_else() {
    assert_problem(
        AuthError::MissingToken,
        r#"{"title":"Unauthorized","status":401,"detail":"a bearer token is required"}"#,
    );
    let forbidden = r#"{"title":"Forbidden","status":403,"detail":"insufficient scope","error":"insufficient_scope"}"#;
    assert_problem(AuthError::InsufficientScope(None), forbidden);
    assert_problem(AuthError::InsufficientScope(Some("\"a".into())), forbidden);
    let seven = Duration::from_secs(7);
    for unavailable in [
        AuthError::KeysUnavailable(seven),
        AuthError::RevocationsUnavailable(seven),
    ] {
        assert_problem(
            unavailable,
            r#"{"title":"Service Unavailable","status":503,"detail":"tokens cannot be verified at the moment"}"#,
        );
    }
    for &reason in CsrfError::ALL {
        assert_problem(
            reason,
            r#"{"title":"Forbidden","status":403,"detail":"CSRF token missing or wrong"}"#,
        );
    }
    assert_problem(
        AuthError::MissingLayer,
        r#"{"title":"Internal Server Error","status":500,"detail":"internal error"}"#,
    );
}

#[test]
fn is_json() {
    for error in every_error() {
        let response = reject(PROBLEM, &error, None);
        let problem: serde_json::Value = serde_json::from_str(response.body()).unwrap();
        assert_eq!(problem["status"], error.status().as_u16());
    }
}
