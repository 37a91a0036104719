//! No text of ours holds a token, a key or the value of a claim.

use std::fmt::{Debug, Write};
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use tower_bearer::jose::{Header, Jwk, RegisteredClaims, Token};
use tower_bearer::{
    BearerAuthLayer, ConfigError, CsrfError, JwkSet, RequestError, RequestHead, SigningKey,
    VerifyingKey,
};

use super::*;
use crate::jose::SECRET;

const SUBJECT: &str = "alice-of-the-wonderland";
const SCOPE: &str = "wonderland:curiouser";
const KEY_ID: &str = "es256";

/// What must not be found, and no part of it that is as long as this.
const LONGEST: usize = 8;

/// The same token each time: a signature by ES256 is a new one each time it is made.
fn good_token() -> &'static str {
    static TOKEN: LazyLock<String> = LazyLock::new(|| {
        issuer()
            .token()
            .audience(AUDIENCE)
            .subject(SUBJECT)
            .claim("scope", SCOPE)
            .claim("roles", ["white-rabbit-role"])
            .claim("jti", "0123-token-id-4567")
            .header("private", "header-member-value")
            .sign()
    });
    &TOKEN
}

fn secrets() -> Vec<String> {
    let mut secrets: Vec<String> = good_token().split('.').map(str::to_owned).collect();
    secrets.extend(
        [
            SUBJECT,
            SCOPE,
            "white-rabbit-role",
            "0123-token-id-4567",
            "header-member-value",
        ]
        .map(str::to_owned),
    );
    let pkcs8 = crate::jose::der(include_bytes!("../fixtures/p256.pkcs8.pem"));
    for bytes in [&SECRET[..], &pkcs8] {
        secrets.push(STANDARD.encode(bytes));
        secrets.push(URL_SAFE_NO_PAD.encode(bytes));
        secrets.push(String::from_utf8_lossy(bytes).into_owned());
        secrets.push(bytes.iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap();
            hex
        }));
        secrets.push(format!("{bytes:?}"));
    }
    secrets
}

fn find_leak(text: &str) -> Option<String> {
    secrets().into_iter().find_map(|secret| {
        let letters: Vec<char> = secret.chars().collect();
        letters
            .windows(LONGEST)
            .map(|part| part.iter().collect::<String>())
            .find(|part| text.contains(part))
    })
}

#[track_caller]
fn assert_silent(text: &str) {
    assert_eq!(find_leak(text), None, "{text}");
}

#[track_caller]
fn assert_debug_silent(value: &dyn Debug) {
    assert_silent(&format!("{value:?}"));
    assert_silent(&format!("{value:#?}"));
}

#[test]
fn the_search_finds_what_it_looks_for() {
    for secret in secrets() {
        let part: String = secret.chars().skip(3).take(LONGEST).collect();
        assert!(find_leak(&format!("x{part}x")).is_some(), "{part:?}");
    }
}

#[test]
fn what_a_token_is_read_into() {
    let text = good_token();
    let token = Token::parse(text.as_bytes()).unwrap();
    assert_debug_silent(&token);
    let decoded = |part: &[u8]| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    assert_debug_silent(&Header::parse(&decoded(token.header())).unwrap());
    assert_debug_silent(&RegisteredClaims::parse(&decoded(token.payload())).unwrap());
    let request = http::Request::get(format!("/?access_token={text}"))
        .header("authorization", format!("Bearer {text}"))
        .body(())
        .unwrap();
    assert_debug_silent(&RequestHead::from(&request));
}

#[test]
fn what_verifies_and_what_was_verified() {
    let builder = || builder().audience(AUDIENCE).roles_claim("roles");
    assert_debug_silent(&builder());
    let verifier = builder().build().unwrap();
    assert_debug_silent(&verifier);
    assert_debug_silent(&BearerAuthLayer::new(verifier.clone()));
    let accepted = assert_accepts(&verifier, good_token());
    assert_debug_silent(&accepted);
    assert_debug_silent(accepted.header());
    assert_debug_silent(accepted.registered());
    assert_debug_silent(&issuer());
    assert_debug_silent(&issuer().token().subject(SUBJECT).claim("scope", SCOPE));
    assert_eq!(
        format!("{accepted:?}"),
        "VerifiedToken { header: Header { algorithm: ES256, .. }, .. }"
    );
}

#[test]
fn every_error() {
    let mut errors = vec![
        AuthError::MissingToken,
        AuthError::MissingLayer,
        AuthError::InsufficientScope(None),
        AuthError::KeysUnavailable(std::time::Duration::from_secs(1)),
    ];
    errors.extend(
        TokenError::ALL
            .iter()
            .map(|&reason| AuthError::from(reason)),
    );
    errors.extend(CsrfError::ALL.iter().map(|&reason| AuthError::from(reason)));
    errors.extend(
        RequestError::ALL
            .iter()
            .map(|&reason| AuthError::from(reason)),
    );
    for error in errors {
        assert_debug_silent(&error);
        assert_silent(&error.to_string());
        assert_silent(error.reason());
    }
}

#[test]
fn every_kind_of_key() {
    let secret = VerifyingKey::from_secret(SECRET)
        .unwrap()
        .with_key_id(KEY_ID);
    let pem = include_bytes!("../fixtures/p256.pkcs8.pem");
    let signing = SigningKey::from_pem(Algorithm::ES256, pem).unwrap();
    let encoded = URL_SAFE_NO_PAD.encode(SECRET);
    let jwk = format!(r#"{{"kty":"oct","k":"{encoded}"}}"#);
    let set = JwkSet::parse(format!(
        r#"{{"keys":[{jwk},{{"kty":"oct","k":"{encoded}="}}]}}"#
    ));
    let set = set.unwrap();
    assert_debug_silent(&secret);
    assert_debug_silent(&signing);
    assert_debug_silent(&SigningKey::from_secret(Algorithm::HS256, SECRET).unwrap());
    assert_debug_silent(&Jwk::parse(&jwk).unwrap());
    assert_debug_silent(&set);
    assert_debug_silent(&KeySet::from(set));
    assert_debug_silent(&tower_bearer::keys::Combined::default().and(secret));
}

#[test]
fn errors_about_keys() {
    let errors: [ConfigError; 6] = [
        VerifyingKey::from_secret(&SECRET[..31]).unwrap_err(),
        VerifyingKey::from_pem(STANDARD.encode(SECRET)).unwrap_err(),
        VerifyingKey::from_der(SECRET).unwrap_err(),
        VerifyingKey::from_jwk(SECRET).unwrap_err(),
        VerifyingKey::from_pem(include_bytes!("../fixtures/p256.pkcs8.pem")).unwrap_err(),
        JwkSet::parse(SECRET).unwrap_err(),
    ];
    for error in errors {
        assert_debug_silent(&error);
        assert_silent(&error.to_string());
    }
}
