use std::time::Duration;

use http::Request;
use tower_bearer::reject::{Realm, Rejection};
use tower_bearer::{AuthError, CsrfError, RequestError, RequestHead, TokenError};

use super::{
    Answer, EMPTY, PROBLEM, assert_headers, every_error, reject, reject_in, text_of,
    text_of_malformed,
};

#[track_caller]
fn assert_response(error: impl Into<AuthError>, status: u16, headers: &[(&str, &str)]) {
    let response = reject(EMPTY, &error.into(), None);
    assert_eq!(response.status(), status);
    assert_headers(&response, headers);
    assert_eq!(response.body(), "");
}

#[test]
fn missing_token() {
    assert_response(
        AuthError::MissingToken,
        401,
        &[("www-authenticate", "Bearer")],
    );
}

#[test]
fn malformed_requests() {
    for &reason in RequestError::ALL {
        let text = text_of_malformed(reason);
        let challenge = format!(r#"Bearer error="invalid_request", error_description="{text}""#);
        assert_response(reason, 400, &[("www-authenticate", &challenge)]);
    }
}

#[test]
fn bad_tokens() {
    for &reason in TokenError::ALL {
        let text = text_of(reason);
        let challenge = format!(r#"Bearer error="invalid_token", error_description="{text}""#);
        assert_response(reason, 401, &[("www-authenticate", &challenge)]);
    }
}

#[test]
fn scope() {
    let bare = r#"Bearer error="insufficient_scope", error_description="insufficient scope""#;
    assert_response(
        AuthError::InsufficientScope(None),
        403,
        &[("www-authenticate", bare)],
    );
    assert_response(
        AuthError::InsufficientScope(Some("a b".into())),
        403,
        &[("www-authenticate", &format!(r#"{bare}, scope="a b""#))],
    );
}

/// A challenge asks for another bearer token, which would not help.
#[test]
fn csrf() {
    for &reason in CsrfError::ALL {
        assert_response(reason, 403, &[]);
    }
}

#[test]
fn unavailable() {
    let rows = [
        (Duration::ZERO, "1"),
        (Duration::from_nanos(1), "1"),
        (Duration::from_secs(1), "1"),
        (Duration::from_millis(1001), "2"),
        (Duration::from_secs(30), "30"),
        (Duration::MAX, "18446744073709551615"),
    ];
    for (delay, seconds) in rows {
        for error in [
            AuthError::KeysUnavailable(delay),
            AuthError::RevocationsUnavailable(delay),
        ] {
            assert_response(error, 503, &[("retry-after", seconds)]);
        }
    }
}

#[test]
fn missing_layer() {
    assert_response(AuthError::MissingLayer, 500, &[]);
}

#[test]
fn realm() {
    let realm = Realm::new("my \"realm\"").unwrap();
    let bare = r#"Bearer realm="my \"realm\"""#;
    let expired = format!(r#"{bare}, error="invalid_token", error_description="token expired""#);
    for answer in [EMPTY, PROBLEM] {
        let response = reject_in(&realm, answer, &AuthError::MissingToken, None);
        assert_eq!(response.headers()["www-authenticate"], bare);
        let response = reject_in(&realm, answer, &TokenError::Expired.into(), None);
        assert_eq!(response.headers()["www-authenticate"], expired);
        let unavailable = AuthError::KeysUnavailable(Duration::ZERO);
        let response = reject_in(&realm, answer, &unavailable, None);
        assert!(!response.headers().contains_key("www-authenticate"));
    }
}

#[test]
fn closures_keep_the_headers() {
    let answer: Answer = |rejection| rejection.response(rejection.error().reason().to_owned());
    for error in every_error() {
        let response = reject(answer, &error, None);
        let default = reject(EMPTY, &error, None);
        assert_eq!(response.status(), error.status());
        assert_eq!(response.headers(), default.headers());
        assert_eq!(response.body(), error.reason());
    }
}

#[test]
fn the_request_is_not_echoed() {
    let content_types = [
        None,
        Some("text/marker"),
        Some("application/grpc+marker"),
        Some("application/grpc-web-text;marker"),
    ];
    for answer in [EMPTY, PROBLEM] {
        for error in every_error() {
            for content_type in content_types {
                let response = reject(answer, &error, content_type);
                assert!(!format!("{response:?}").contains("marker"));
            }
        }
    }
}

#[test]
fn a_rejection_shows_its_parts() {
    let request = Request::post("/path?secret=1")
        .header("authorization", "Bearer secret")
        .body(())
        .unwrap();
    let error = AuthError::KeysUnavailable(Duration::from_millis(1500));
    let rejection = Rejection::new(&error, RequestHead::from(&request));
    assert_eq!(rejection.error(), &error);
    assert_eq!(rejection.request().unwrap().method(), "POST");
    assert_eq!(rejection.status(), 503);
    assert_eq!(rejection.retry_after(), Some(2));
    assert_eq!(rejection.challenge(), None);
    assert!(!rejection.is_grpc());
    assert!(!format!("{rejection:?}").contains("secret"));

    let rejection = Rejection::new(&AuthError::MissingToken, RequestHead::from(&request));
    assert_eq!(rejection.retry_after(), None);
    assert_eq!(rejection.challenge().unwrap(), "Bearer");
}

#[test]
fn a_rejection_tells_what_a_client_may_learn() {
    let request = Request::new(());
    for error in every_error() {
        let rejection = Rejection::new(&error, RequestHead::from(&request));
        let description = rejection.description();
        let told = rejection.challenge();
        match rejection.code() {
            Some(code) => assert!(
                told.unwrap().to_str().unwrap().starts_with(&format!(
                    r#"Bearer error="{code}", error_description="{description}""#
                )),
                "{error:?}"
            ),
            None => assert!(told.is_none_or(|told| told == "Bearer"), "{error:?}"),
        }
        let problem = reject(PROBLEM, &error, None);
        assert!(
            problem
                .body()
                .contains(&format!(r#""detail":"{description}""#))
        );
    }
}
