//! Key selection.

use tower_bearer::{JwkSet, SigningKey, VerifyingKey};

use super::*;
use crate::jose::{SECRET, pem};

/// A secret that differs from others by its first byte.
fn secret(number: u8) -> SigningKey {
    let mut secret = SECRET;
    secret[0] = number;
    SigningKey::from_secret(Algorithm::HS256, secret).unwrap()
}

fn named(number: u8, key_id: &str) -> VerifyingKey {
    secret(number).verifying_key().with_key_id(key_id)
}

fn nameless(number: u8) -> VerifyingKey {
    secret(number).verifying_key()
}

/// The verdict on a token, signed by the secret with this number, with this `kid`.
#[track_caller]
fn assert_outcome(
    keys: &[VerifyingKey],
    number: u8,
    key_id: Option<&str>,
    outcome: Result<(), TokenError>,
) {
    let keys: KeySet = keys.iter().cloned().collect();
    let verifier = builder_with(keys).audience(AUDIENCE).build().unwrap();
    let issuer = issuer().key(secret(number));
    let token = issuer.token().audience(AUDIENCE);
    let token = match key_id {
        Some(key_id) => token.header("kid", key_id),
        None => token,
    };
    let result = verifier.verify_now(token.sign()).map(|_| ());
    assert_eq!(result, outcome.map_err(AuthError::InvalidToken));
}

const BAD: Result<(), TokenError> = Err(TokenError::BadSignature);
const UNKNOWN: Result<(), TokenError> = Err(TokenError::UnknownKey);
const AMBIGUOUS: Result<(), TokenError> = Err(TokenError::AmbiguousKey);
const NOT_ALLOWED: Result<(), TokenError> = Err(TokenError::AlgorithmNotAllowed);

#[test]
fn the_key_of_the_same_id() {
    let keys = [named(1, "a"), named(2, "b"), named(3, "c")];
    assert_outcome(&keys, 1, Some("a"), Ok(()));
    assert_outcome(&keys, 2, Some("b"), Ok(()));
    assert_outcome(&keys, 3, Some("c"), Ok(()));
    assert_outcome(&keys, 2, Some("a"), BAD);
    for key_id in [
        "",
        "A",
        "a ",
        " a",
        "a\0",
        "a\n",
        "aa",
        "d",
        "../a",
        "../../../../dev/null",
        "x' OR 1=1 --",
        "x' UNION SELECT 'k';--",
        "|sleep 10",
        "$(id)",
        "%s%n",
        "a%00",
        "a\u{2028}",
        "\u{2028}",
    ] {
        assert_outcome(&keys, 1, Some(key_id), UNKNOWN);
    }
    assert_outcome(&keys, 1, Some(&"a".repeat(1024)), UNKNOWN);
}

#[test]
fn a_key_without_id_fits_any_unless_another_fits_exactly() {
    assert_outcome(&[nameless(1)], 1, Some("a"), Ok(()));
    assert_outcome(&[nameless(1)], 1, Some(""), Ok(()));
    assert_outcome(&[nameless(1)], 2, Some("a"), BAD);
    let keys = [nameless(1), named(2, "a")];
    assert_outcome(&keys, 1, Some("b"), Ok(()));
    assert_outcome(&keys, 2, Some("a"), Ok(()));
    // The key `a` is named: the other one is not tried.
    assert_outcome(&keys, 1, Some("a"), BAD);
    assert_outcome(&keys, 2, Some("b"), BAD);
    assert_outcome(&[nameless(1), nameless(2)], 1, Some("a"), AMBIGUOUS);
    // An empty id is an id.
    assert_outcome(&[named(1, ""), named(2, "a")], 1, Some(""), Ok(()));
    assert_outcome(&[named(1, "")], 1, Some("a"), UNKNOWN);
}

#[test]
fn a_token_without_id_needs_one_fitting_key() {
    assert_outcome(&[named(1, "a")], 1, None, Ok(()));
    assert_outcome(&[nameless(1)], 1, None, Ok(()));
    assert_outcome(&[named(1, "a"), issuer().verifying_key()], 1, None, Ok(()));
    assert_outcome(&[named(1, "a"), named(2, "b")], 1, None, AMBIGUOUS);
    assert_outcome(&[nameless(1), named(2, "b")], 1, None, AMBIGUOUS);
    assert_outcome(&[named(1, "a"), named(1, "b")], 1, None, AMBIGUOUS);
    assert_outcome(&[issuer().verifying_key()], 1, None, UNKNOWN);
    assert_outcome(&[], 1, None, UNKNOWN);
    assert_outcome(&[], 1, Some("a"), UNKNOWN);
}

#[test]
fn the_id_of_a_key_of_another_type_ends_the_search() {
    let other = |key_id: &str| issuer().verifying_key().with_key_id(key_id);
    assert_outcome(&[other("a")], 1, Some("a"), NOT_ALLOWED);
    assert_outcome(&[other("a"), named(1, "b")], 1, Some("a"), NOT_ALLOWED);
    assert_outcome(&[other("a"), nameless(1)], 1, Some("a"), NOT_ALLOWED);
    let narrowed = VerifyingKey::from_secret(SECRET)
        .and_then(|key| key.with_algorithms([Algorithm::HS512]))
        .unwrap();
    assert_outcome(
        &[narrowed.with_key_id("a")],
        SECRET[0],
        Some("a"),
        NOT_ALLOWED,
    );
    // The same id for two types is told apart by the algorithm.
    assert_outcome(&[other("a"), named(1, "a")], 1, Some("a"), Ok(()));
}

#[test]
fn two_keys_of_one_id_are_ambiguous_unless_they_are_the_same() {
    assert_outcome(&[named(1, "a"), named(2, "a")], 1, Some("a"), AMBIGUOUS);
    assert_outcome(&[named(1, "a"), named(2, "a")], 2, Some("a"), AMBIGUOUS);
    assert_outcome(&[named(1, "a"), named(1, "a")], 1, Some("a"), Ok(()));
    assert_outcome(&[nameless(1), nameless(1)], 1, None, Ok(()));
    assert_outcome(
        &[named(1, "a"), named(2, "b"), named(1, "a")],
        1,
        Some("a"),
        Ok(()),
    );
}

#[test]
fn the_key_never_lets_the_token_choose() {
    // HMAC keyed with the text of a public key, for a verifier that trusts that key and a secret.
    let public: &[u8] = include_bytes!("../fixtures/p256.spki.pem");
    let keys = [
        VerifyingKey::from_pem(public).unwrap().with_key_id("ec"),
        named(1, "hmac"),
    ];
    assert_outcome(&keys, 1, Some("ec"), NOT_ALLOWED);
    assert_outcome(&keys, 2, Some("hmac"), BAD);
    assert_outcome(&keys, 2, None, BAD);

    let verifier = builder_with(keys.into_iter().collect::<KeySet>()).audience(AUDIENCE);
    let verifier = verifier.build().unwrap();
    let own = issuer();
    for name in ["jwk", "jku", "x5u", "x5c", "x5t#S256"] {
        let token = own
            .token()
            .audience(AUDIENCE)
            .header(name, "https://evil.example");
        assert_refuses(&verifier, token.clone().sign(), TokenError::UnknownKey);
        assert_refuses(
            &verifier,
            token.header("kid", "ec").sign(),
            TokenError::BadSignature,
        );
    }
}

#[test]
fn the_keys_of_a_jwk_set() {
    let set = r#"{"keys":[{"kty":"oct","kid":"a","k":"AAAA"},
        {"kty":"EC","kid":"b","use":"enc","crv":"P-256","x":"A","y":"A"},
        {"kty":"oct","kid":"c","alg":"HS256","k":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlBQkNERUY"}]}"#;
    let keys = KeySet::from(JwkSet::parse(set).unwrap());
    assert_eq!(keys.len(), 1);
    let verifier = builder_with(keys).audience(AUDIENCE).build().unwrap();
    let key = SigningKey::from_secret(Algorithm::HS256, b"0123456789abcdef0123456789ABCDEF");
    let issuer = issuer().key(key.unwrap());
    let token = issuer.token().audience(AUDIENCE);
    assert_accepts(&verifier, token.clone().sign());
    assert_accepts(&verifier, token.clone().header("kid", "c").sign());
    for key_id in ["a", "b"] {
        let token = token.clone().header("kid", key_id).sign();
        assert_refuses(&verifier, token, TokenError::UnknownKey);
    }
}

#[test]
fn the_signature_of_the_longest_key_has_room() {
    let key = VerifyingKey::from_pem(pem!("rsa8192.spki")).unwrap();
    let verifier = builder_with(key).audience(AUDIENCE).build().unwrap();
    // Made by another program: signing with such a key takes seconds.
    let token = include_str!("../fixtures/rsa8192.token").trim_end();
    assert!(verifier.verify_now(token).is_ok());
}
