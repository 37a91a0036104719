//! The issuer of all targets, its keys and its tokens.

use tower_bearer::test_util::{FixedClock, TestIssuer, signing_key};
use tower_bearer::verify::VerifierBuilder;
use tower_bearer::{Algorithm, SigningKey, Verifier};

pub(crate) const ISSUER: &str = "https://issuer.example.com";
pub(crate) const AUDIENCE: &str = "my-api";

/// 2026-01-01T00:00:00Z, the start of a target's clock.
pub(crate) const START: u64 = 1_767_225_600;

/// A token that the `verifier` accepts for an hour.
pub(crate) fn good_token() -> String {
    issuer().token().subject("alice").audience(AUDIENCE).sign()
}

/// A verifier of the `issuer`'s tokens.
pub(crate) fn verifier() -> VerifierBuilder {
    Verifier::builder()
        .issuer(ISSUER, issuer().verifying_key())
        .audience(AUDIENCE)
        .clock(FixedClock::at(START))
}

/// It signs with HMAC, which is fast and deterministic.
pub(crate) fn issuer() -> TestIssuer {
    TestIssuer::new(ISSUER, Algorithm::HS256).clock(FixedClock::at(START))
}

/// A key with a public half to publish.
pub(crate) fn published_key(key_id: &str) -> SigningKey {
    signing_key(Algorithm::EdDSA).with_key_id(key_id)
}
