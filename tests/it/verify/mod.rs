mod async_keys;
mod builder;
mod cache;
mod claims_type;
mod confusion;
mod encoding;
mod equivalence;
mod hot_tokens;
mod issuers;
mod junk;
mod key_choice;
mod order;
mod revocation;
mod status;
mod tenants;
mod times;
mod traits;
mod validation;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tower_bearer::keys::{KeyProvider, KeySet, Refresh, WantedKey};
use tower_bearer::test_util::{FixedClock, TestIssuer};
use tower_bearer::verify::VerifierBuilder;
use tower_bearer::{Algorithm, AuthError, TokenError, Validation, VerifiedToken, Verifier};

const ISSUER: &str = "https://issuer.example.com";
const AUDIENCE: &str = "my-api";
/// The time of all these tests: 2026-01-01T00:00:00Z.
const NOW: i64 = 1_767_225_600;

fn clock() -> FixedClock {
    FixedClock::at(NOW.unsigned_abs())
}

/// The trusted issuer, with the key `es256`.
fn issuer() -> TestIssuer {
    TestIssuer::new(ISSUER, Algorithm::ES256).clock(clock())
}

/// An issuer with the same name and another key, `eddsa`, which is not trusted.
fn impostor() -> TestIssuer {
    TestIssuer::new(ISSUER, Algorithm::EdDSA).clock(clock())
}

/// A verifier builder that trusts [`issuer`], still without an audience.
fn builder() -> VerifierBuilder<Map<String, Value>> {
    builder_with(issuer().verifying_key())
}

fn builder_with(keys: impl KeyProvider) -> VerifierBuilder<Map<String, Value>> {
    Verifier::builder().issuer(ISSUER, keys).clock(clock())
}

fn verifier() -> Verifier {
    builder().audience(AUDIENCE).build().unwrap()
}

/// A verifier with these rules.
fn verifier_by(validation: Validation) -> Verifier {
    builder().validation(validation).build().unwrap()
}

/// A good token.
fn token() -> String {
    issuer().token().audience(AUDIENCE).sign()
}

/// A token of [`issuer`] with this header and these claims, well-formed or not.
fn signed(header: &str, payload: &str) -> String {
    tower_bearer::test_util::sign(issuer().signing_key(), header, payload)
}

/// A good token with one more claim, as JSON text.
fn with_claim(name: &str, json: &str) -> String {
    let payload = format!(
        r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","exp":{},"{name}":{json}}}"#,
        NOW + 60
    );
    signed(r#"{"alg":"ES256","kid":"es256"}"#, &payload)
}

#[track_caller]
fn assert_accepts<C>(verifier: &Verifier<C>, token: impl AsRef<[u8]>) -> VerifiedToken<C>
where
    C: DeserializeOwned + Send + Sync + 'static,
{
    match verifier.verify_now(token) {
        Ok(accepted) => accepted,
        Err(error) => panic!("refused: {error}"),
    }
}

#[track_caller]
fn assert_refuses<C>(verifier: &Verifier<C>, token: impl AsRef<[u8]>, reason: TokenError)
where
    C: DeserializeOwned + Send + Sync + 'static,
{
    let error = verifier.verify_now(token).map(|_| ()).unwrap_err();
    assert_eq!(error, AuthError::InvalidToken(reason));
}

/// Keys that count the requests for newer ones.
struct CountingKeys<F> {
    keys: KeySet,
    answer: F,
    asked: Arc<AtomicUsize>,
}

impl<F: Fn() -> Refresh + Send + Sync + 'static> CountingKeys<F> {
    /// Also returns the counter.
    fn new(keys: impl Into<KeySet>, answer: F) -> (Self, impl Fn() -> usize) {
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        let keys = keys.into();
        let provider = Self {
            keys,
            answer,
            asked,
        };
        (provider, move || counter.load(Ordering::Relaxed))
    }
}

impl<F: Fn() -> Refresh + Send + Sync + 'static> KeyProvider for CountingKeys<F> {
    fn snapshot(&self) -> KeySet {
        self.keys.clone()
    }

    fn refresh(&self, _wanted: &WantedKey<'_>) -> Refresh {
        self.asked.fetch_add(1, Ordering::Relaxed);
        (self.answer)()
    }
}
