mod access_token;
mod builder;
mod cookies;
mod pair;
mod refresh;
mod rotation;
mod sessions;
mod well_known;

use std::time::Duration;

use serde_json::{Map, Value};
use tower_bearer::test_util::{FixedClock, signing_key};
use tower_bearer::{Algorithm, SigningKey, Verifier};
use tower_bearer_issuer::TokenIssuer;
use tower_bearer_issuer::TokenIssuerBuilder;

const ISSUER: &str = "https://auth.example.com";
const AUDIENCE: &str = "my-api";
/// When all these tests begin: 2026-01-01T00:00:00Z.
const NOW: i64 = 1_767_225_600;

/// How long a key stays published: the lifetime of tokens, and the leeway.
const KEPT: u64 = 15 * 60 + 60;

/// An issuer in the making, still without a key.
fn builder(clock: &FixedClock) -> TokenIssuerBuilder {
    TokenIssuer::builder()
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .clock(clock.clone())
}

fn issuer_with(key: SigningKey) -> TokenIssuer {
    builder(&FixedClock::new()).key(key).build().unwrap()
}

fn issuer() -> TokenIssuer {
    issuer_with(signing_key(Algorithm::ES256))
}

/// A verifier with the keys of the issuer, in the same process.
fn verifier(issuer: &TokenIssuer, clock: &FixedClock) -> Verifier {
    Verifier::builder()
        .issuer(ISSUER, issuer.clone())
        .audience(AUDIENCE)
        .roles_claim("roles")
        .clock(clock.clone())
        .build()
        .unwrap()
}

/// What stands in a token, verified or not.
fn claims_of(token: &str) -> Map<String, Value> {
    tower_bearer::dangerous::decode_unverified_claims(token).unwrap()
}

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

#[track_caller]
fn assert_error<T>(result: Result<T, impl std::error::Error>, text: &str) {
    let Err(error) = result else {
        panic!("no error, but expected: {text}");
    };
    assert_eq!(error.to_string(), text);
}
