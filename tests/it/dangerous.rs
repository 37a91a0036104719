use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use tower_bearer::dangerous::{
    decode_unverified_claims, decode_unverified_header, verifying_key_from_short_secret,
};
use tower_bearer::jose::{AlgorithmSet, KeyFamily};
use tower_bearer::test_util::TestIssuer;
use tower_bearer::{Algorithm, TokenError};

use crate::jose::{SECRET_IS_KEY, assert_error};

/// A token of these parts, signed by nobody.
fn token(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    let encode = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
    format!("{}.{}.", encode(header.as_ref()), encode(payload.as_ref()))
}

#[test]
fn claims_of_any_token_are_decoded() {
    let expired = TestIssuer::new("issuer", Algorithm::HS256);
    let expired = expired.token().subject("alice").claim("exp", 0).sign();
    let claims: Map<String, Value> = decode_unverified_claims(&expired).unwrap();
    assert_eq!(claims["sub"], "alice");
    let claims: Value = decode_unverified_claims(token("junk", r#"{"exp":"never"}"#)).unwrap();
    assert_eq!(claims, json!({"exp": "never"}));
    let list: Vec<u8> = decode_unverified_claims(token("{}", "[1,2]")).unwrap();
    assert_eq!(list, [1, 2]);
}

#[test]
fn claims_that_cannot_be_decoded() {
    let refused = |token: &str| decode_unverified_claims::<Map<String, Value>>(token).unwrap_err();
    for malformed in [
        "",
        "a.b",
        "a.b.c.d",
        "e30.e30=.x",
        "e30.e31.x",
        "e30.e 30.x",
        "e30.ä.x",
    ] {
        assert_eq!(refused(malformed), TokenError::Malformed, "{malformed}");
    }
    assert_eq!(
        refused(&token("{}", b"{\"a\":\"\xff\"}")),
        TokenError::InvalidClaims
    );
    for payload in ["", "[]", "1", "{", "{}x", &"[".repeat(100_000)] {
        assert_eq!(
            refused(&token("{}", payload)),
            TokenError::UndecodableClaims
        );
    }
}

#[test]
fn headers_of_any_token_are_decoded() {
    let header = decode_unverified_header(token(r#"{"alg":"ES256","kid":"a"}"#, "")).unwrap();
    assert_eq!(header.algorithm(), Algorithm::ES256);
    assert_eq!(header.key_id(), Some("a"));
    let refused = |token: &str| decode_unverified_header(token).unwrap_err();
    for (header, reason) in [
        (r#"{"alg":"none"}"#, TokenError::UnsupportedAlgorithm),
        (r#"{"alg":"ES256","crit":[]}"#, TokenError::CriticalHeader),
        (r#"{"kid":"a"}"#, TokenError::InvalidHeader),
        ("", TokenError::InvalidHeader),
    ] {
        assert_eq!(refused(&token(header, "{}")), reason, "{header}");
    }
    assert_eq!(
        refused(&token(b"{\"\xff\":1}", "{}")),
        TokenError::InvalidHeader
    );
    assert_eq!(refused("a.b"), TokenError::Malformed);
    assert_eq!(refused("?.e30."), TokenError::Malformed);
}

#[test]
fn short_secrets_verify() {
    let key = verifying_key_from_short_secret("secret").unwrap();
    assert_eq!(key.algorithms(), AlgorithmSet::of_family(KeyFamily::Hmac));
    // HMAC-SHA-256 of "foo" by "secret", as any other tool computes it.
    let signature = URL_SAFE_NO_PAD.decode("dzukRpPHVT1u4g9h6l0nV6mk9KRNKEGuTpW1LkzWLbQ");
    assert!(!key.verify(Algorithm::HS256, b"foo", b""));
    assert!(key.verify(Algorithm::HS256, b"foo", &signature.unwrap()));
    verifying_key_from_short_secret("").unwrap();
}

#[test]
fn even_a_short_secret_is_no_public_key() {
    for secret in [
        &include_bytes!("fixtures/rsa2048.spki.pem")[..],
        b"ssh-rsa AAAA",
        br#"{"kty":"oct","k":"c2VjcmV0"}"#,
    ] {
        assert_error(verifying_key_from_short_secret(secret), SECRET_IS_KEY);
    }
}
