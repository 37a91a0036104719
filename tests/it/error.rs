use std::collections::HashSet;
use std::error::Error;
use std::fmt::Debug;
use std::time::Duration;

use tower_bearer::{AuthError, ConfigError, CsrfError, KeyError, RequestError, TokenError};

#[track_caller]
fn assert_error(error: impl Into<AuthError>, status: u16, reason: &str, text: &str) {
    let error = error.into();
    assert_eq!(error.status(), status);
    assert_eq!(error.reason(), reason);
    assert_eq!(error.to_string(), text);
    assert!(error.source().is_none());
}

#[test]
fn requests() {
    let rows = [
        (
            RequestError::RepeatedField,
            "repeated_field",
            "the field that carries the token is repeated",
        ),
        (
            RequestError::SeveralTokens,
            "several_tokens",
            "more than one token was sent",
        ),
        (
            RequestError::Syntax,
            "bad_syntax",
            "the credentials are not of the form `Bearer TOKEN`",
        ),
    ];
    assert!(rows.iter().map(|row| &row.0).eq(RequestError::ALL));
    for (error, reason, text) in rows {
        assert_error(error, 400, reason, text);
        assert_eq!((error.reason(), &*error.to_string()), (reason, text));
    }
}

#[test]
fn tokens() {
    use TokenError as E;
    let rows = [
        (E::TooLong, "too_long", "the token is longer than the limit"),
        (E::Malformed, "malformed", "the token is not a compact JWS"),
        (
            E::InvalidHeader,
            "invalid_header",
            "the header of the token is malformed",
        ),
        (
            E::UnsupportedAlgorithm,
            "unsupported_algorithm",
            "the algorithm of the token is not supported",
        ),
        (
            E::CriticalHeader,
            "critical_header",
            "the token demands an extension that is not supported",
        ),
        (E::WrongType, "wrong_type", "the token is of the wrong type"),
        (
            E::InvalidClaims,
            "invalid_claims",
            "the claims of the token are malformed",
        ),
        (
            E::MissingClaim,
            "missing_claim",
            "the token lacks a required claim",
        ),
        (
            E::UntrustedIssuer,
            "untrusted_issuer",
            "the issuer of the token is not trusted",
        ),
        (
            E::WrongAudience,
            "wrong_audience",
            "the token is meant for another audience",
        ),
        (E::Expired, "expired", "the token has expired"),
        (
            E::NotYetValid,
            "not_yet_valid",
            "the token is not valid yet",
        ),
        (
            E::IssuedInFuture,
            "issued_in_future",
            "the token was issued in the future",
        ),
        (E::TooOld, "too_old", "the token was issued too long ago"),
        (
            E::SenderConstrained,
            "sender_constrained",
            "the token is bound to a sender, which is not verified",
        ),
        (
            E::AlgorithmNotAllowed,
            "algorithm_not_allowed",
            "the algorithm of the token is not allowed",
        ),
        (
            E::UnknownKey,
            "unknown_key",
            "no trusted key fits the token",
        ),
        (
            E::AmbiguousKey,
            "ambiguous_key",
            "more than one trusted key fits the token",
        ),
        (
            E::BadSignature,
            "bad_signature",
            "the signature of the token is wrong",
        ),
        (
            E::LivesTooLong,
            "lives_too_long",
            "the token lives longer than revocations are remembered",
        ),
        (E::Revoked, "revoked", "the token was revoked"),
        (
            E::UndecodableClaims,
            "undecodable_claims",
            "the claims do not fit the claims type",
        ),
        (
            E::RefusedByRule,
            "refused_by_rule",
            "a rule of the application refused the claims",
        ),
    ];
    assert!(rows.iter().map(|row| &row.0).eq(TokenError::ALL));
    for (error, reason, text) in rows {
        assert_error(error, 401, reason, text);
        assert_eq!((error.reason(), &*error.to_string()), (reason, text));
    }
}

#[test]
fn csrf() {
    let rows = [
        (
            CsrfError::Missing,
            "csrf_token_missing",
            "the request carries no CSRF token",
        ),
        (
            CsrfError::Wrong,
            "csrf_token_wrong",
            "the CSRF token is not one of the session",
        ),
        (
            CsrfError::NoSession,
            "csrf_no_session",
            "the token names no session that a CSRF token could belong to: issue tokens with `sid`",
        ),
        (
            CsrfError::NotSetUp,
            "csrf_not_set_up",
            "browsers send the token by themselves, and nothing shows who meant the request: \
             add CSRF protection with `BearerAuthLayer::csrf`",
        ),
    ];
    assert!(rows.iter().map(|row| &row.0).eq(CsrfError::ALL));
    for (error, reason, text) in rows {
        assert_error(error, 403, reason, text);
        assert_eq!((error.reason(), &*error.to_string()), (reason, text));
    }
}

#[test]
fn all_else() {
    let lacking = "the token does not grant what is required";
    assert_error(
        AuthError::MissingToken,
        401,
        "missing_token",
        "the request carries no bearer token",
    );
    assert_error(
        AuthError::InsufficientScope(None),
        403,
        "insufficient_scope",
        lacking,
    );
    assert_error(
        AuthError::InsufficientScope(Some("a b".into())),
        403,
        "insufficient_scope",
        &format!("{lacking}: a b"),
    );
    assert_error(
        AuthError::KeysUnavailable(Duration::from_secs(7)),
        503,
        "keys_unavailable",
        "the keys to verify the token are unavailable",
    );
    assert_error(
        AuthError::RevocationsUnavailable(Duration::from_secs(7)),
        503,
        "revocations_unavailable",
        "whether the token was revoked cannot be told at the moment",
    );
    assert_error(
        AuthError::MissingLayer,
        500,
        "missing_layer",
        "no BearerAuthLayer runs before this service: add one around it",
    );
}

/// They are labels of metrics: one reason, one label.
#[test]
fn labels_are_unique() {
    let mut labels = vec![
        "missing_token",
        "insufficient_scope",
        "keys_unavailable",
        "revocations_unavailable",
        "missing_layer",
    ];
    labels.extend(RequestError::ALL.iter().map(|error| error.reason()));
    labels.extend(CsrfError::ALL.iter().map(|error| error.reason()));
    labels.extend(TokenError::ALL.iter().map(|error| error.reason()));
    for label in &labels {
        assert!(
            label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'_')),
            "{label}"
        );
    }
    assert_eq!(labels.iter().collect::<HashSet<_>>().len(), labels.len());
}

#[test]
fn traits() {
    fn assert_error<T: Error + Clone + Debug + Send + Sync + 'static>() {}

    assert_error::<AuthError>();
    assert_error::<RequestError>();
    assert_error::<TokenError>();
    assert_error::<CsrfError>();
    assert_error::<ConfigError>();
    assert_error::<KeyError>();
}
