//! Every public type, in a state with a token, a claim, a key or another secret: no text of it
//! contains a part of one.

mod issuing;
mod keys;
mod layers;
mod search;
mod sources;
mod stores;
mod tokens;
mod verifying;

use std::sync::LazyLock;

use http::Request;
use tower_bearer::test_util::{FixedClock, TestIssuer};
use tower_bearer::verify::VerifierBuilder;
use tower_bearer::{Algorithm, SigningKey, Verifier};

use self::search::Told;
use crate::jose::{SECRET, pem};

const ISSUER: &str = "https://issuer.example.com";
const AUDIENCE: &str = "my-api";
const SUBJECT: &str = "alice-of-the-wonderland";
const SCOPE: &str = "wonderland:curiouser";
const ROLE: &str = "white-rabbit-role";
const SESSION: &str = "session-0123-of-alice";
const PASSWORD: &str = "open-sesame-and-close";
/// 2026-01-01T00:00:00Z.
const NOW: u64 = 1_767_225_600;

/// Types of which nothing is shown, and why.
const NOT_SHOWN: [(&str, &str); 2] = [
    ("Readme", "is there for tests in the documentation only"),
    (
        "jose::numeric_date::NumericDate",
        "is a date and nothing else: who shows it means to",
    ),
];

/// Types that are serialized on purpose, and what they show.
const MEANT_TO_TELL: [(&str, &str); 4] = [
    ("jose::jwk::Jwk", "the public key; a secret it is not"),
    (
        "tower_bearer_issuer::pair::TokenPair",
        "the client its tokens",
    ),
    (
        "tower_bearer_issuer::refresh::grant::Grant",
        "the store what was granted",
    ),
    ("jose::numeric_date::NumericDate", "the date"),
];

#[tokio::test(start_paused = true)]
async fn no_public_type_tells_a_secret() {
    let mut told = Told::new();
    tokens::tell(&mut told);
    keys::tell(&mut told).await;
    sources::tell(&mut told);
    layers::tell(&mut told);
    verifying::tell(&mut told).await;
    issuing::tell(&mut told).await;
    stores::tell(&mut told).await;

    let public = sources::public_types();
    let mut known = told.shown;
    known.extend(NOT_SHOWN.map(|(name, _)| name.to_owned()));
    let differing: Vec<_> = known.symmetric_difference(&public).collect();
    assert!(
        differing.is_empty(),
        "shown here, or in `src`: {differing:?}"
    );

    let displayed = &sources::displayed_types() & &public;
    let forgotten: Vec<_> = displayed.difference(&told.displayed).collect();
    assert!(forgotten.is_empty(), "`Display` of {forgotten:?}");
    assert!(displayed.len() > 10, "{displayed:?}");

    let mut serialized = told.serialized;
    serialized.extend(MEANT_TO_TELL.map(|(name, _)| name.to_owned()));
    assert_eq!(serialized, &sources::serialized_types() & &public);
}

fn clock() -> FixedClock {
    FixedClock::at(NOW)
}

/// The issuer, whose key is one of the fixtures.
fn issuer() -> TestIssuer {
    let key = SigningKey::from_pem(Algorithm::ES256, pem!("p256.pkcs8")).unwrap();
    TestIssuer::new(ISSUER, Algorithm::ES256)
        .clock(clock())
        .key(key.with_key_id("es256"))
}

/// The same token each time: ES256 signatures are randomized.
fn token() -> &'static str {
    static TOKEN: LazyLock<String> = LazyLock::new(|| {
        let issuer = issuer();
        let token = issuer.token().audience(AUDIENCE).subject(SUBJECT);
        let token = token.claim("scope", SCOPE).claim("roles", [ROLE]);
        let token = token
            .claim("sid", SESSION)
            .claim("jti", "0123-token-id-4567");
        token.header("private", "header-member-value").sign()
    });
    &TOKEN
}

/// A request with the token in every possible place.
fn request() -> Request<()> {
    let token = token();
    Request::get(format!("/?access_token={token}"))
        .header("authorization", format!("Bearer {token}"))
        .header("cookie", format!("token={token}"))
        .body(())
        .unwrap()
}

fn builder() -> VerifierBuilder<serde_json::Map<String, serde_json::Value>> {
    Verifier::builder()
        .issuer(ISSUER, issuer().verifying_key())
        .audience(AUDIENCE)
        .roles_claim("roles")
        .clock(clock())
}

fn verifier() -> Verifier {
    builder().build().unwrap()
}
