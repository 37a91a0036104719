use std::time::Duration;

use http::HeaderValue;
use tower_bearer::reject::{Realm, Rejection};
use tower_bearer::{AuthError, CsrfError, RequestError, RequestHead, TokenError};

use super::{every_error, request, text_of, text_of_malformed};

fn challenge(error: &AuthError) -> Option<HeaderValue> {
    Rejection::new(error, RequestHead::from(&request(None))).challenge()
}

#[track_caller]
fn assert_challenge(error: impl Into<AuthError>, parameters: &str) {
    let error = error.into();
    let (alone, after_realm) = match parameters {
        "" => ("Bearer".to_owned(), String::new()),
        _ => (format!("Bearer {parameters}"), format!(", {parameters}")),
    };
    assert_eq!(challenge(&error).unwrap(), alone);

    let (request, realm) = (request(None), Realm::new("x").unwrap());
    let with_realm = Rejection::new(&error, RequestHead::from(&request)).realm(&realm);
    assert_eq!(
        with_realm.challenge().unwrap(),
        format!(r#"Bearer realm="x"{after_realm}"#)
    );
}

#[test]
fn missing_token() {
    assert_challenge(AuthError::MissingToken, "");
}

#[test]
fn malformed_requests() {
    for &reason in RequestError::ALL {
        let text = text_of_malformed(reason);
        assert_eq!(text, reason.to_string());
        assert_challenge(
            reason,
            &format!(r#"error="invalid_request", error_description="{text}""#),
        );
    }
}

#[test]
fn bad_tokens() {
    for &reason in TokenError::ALL {
        let text = text_of(reason);
        assert_challenge(
            reason,
            &format!(r#"error="invalid_token", error_description="{text}""#),
        );
    }
}

#[test]
fn scope() {
    let description = r#"error="insufficient_scope", error_description="insufficient scope""#;
    assert_challenge(AuthError::InsufficientScope(None), description);

    let rows = [
        ("read", "read"),
        ("read write:all", "read write:all"),
        ("  read   write ", "read write"),
        ("urn:a/b?c#d[0]{e}~!'", "urn:a/b?c#d[0]{e}~!'"),
        // An invalid character removes its whole scope.
        ("read \" write", "read write"),
        (r#"read", error="x write"#, "write"),
        (r"a\ b", "b"),
        ("a\tb c", "c"),
        ("a\r\nset-cookie: x=y", "x=y"),
        ("lesen schön", "lesen"),
        ("\u{0} \u{7f} b", "b"),
    ];
    for (scope, expected) in rows {
        assert_challenge(
            AuthError::InsufficientScope(Some(scope.into())),
            &format!(r#"{description}, scope="{expected}""#),
        );
    }
    for scope in ["", " ", "\"", "ä", "\r\n"] {
        assert_challenge(
            AuthError::InsufficientScope(Some(scope.into())),
            description,
        );
    }
}

#[test]
fn no_challenge_if_no_token_would_help() {
    let unavailable = AuthError::KeysUnavailable(Duration::ZERO);
    assert_eq!(challenge(&unavailable), None);
    let unavailable = AuthError::RevocationsUnavailable(Duration::ZERO);
    assert_eq!(challenge(&unavailable), None);
    assert_eq!(challenge(&AuthError::MissingLayer), None);
    assert_eq!(challenge(&CsrfError::Wrong.into()), None);
}

#[test]
fn one_challenge_of_legal_characters() {
    for error in every_error() {
        let Some(challenge) = challenge(&error) else {
            continue;
        };
        let text = challenge.to_str().unwrap();
        assert_eq!(
            text.matches("Bearer").count(),
            1 + text.matches("`Bearer").count()
        );
        for name in ["realm=", "error=", "error_description=", "scope="] {
            assert!(text.matches(name).count() <= 1, "{text}");
        }
        assert!(
            text.bytes().all(|byte| matches!(byte, b' '..=b'~')),
            "{text}"
        );
        assert!(!text.contains('\\'), "{text}");
    }
}
