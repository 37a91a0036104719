//! A key provider of your own: keys that the application replaces while it runs.
//!
//! ```text
//! $ cargo run --example custom_keys
//! with the old key: accepted
//! with the new key: no trusted key fits the token
//! the keys are replaced
//! with the old key: no trusted key fits the token
//! with the new key: accepted
//! ```
#![expect(clippy::print_stdout, reason = "a program that people run")]

use std::error::Error;
use std::sync::{Arc, PoisonError, RwLock};

use tower_bearer::keys::{KeyProvider, KeySet};
use tower_bearer::test_util::TestIssuer;
use tower_bearer::{Algorithm, Verifier, VerifyingKey};

/// Replaceable keys.
#[derive(Default)]
struct ReplaceableKeys(RwLock<KeySet>);

impl ReplaceableKeys {
    fn replace(&self, keys: impl IntoIterator<Item = VerifyingKey>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = keys.into_iter().collect();
    }
}

impl KeyProvider for ReplaceableKeys {
    fn snapshot(&self) -> KeySet {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let old = TestIssuer::new("https://issuer.example.com", Algorithm::ES256);
    let new = TestIssuer::new("https://issuer.example.com", Algorithm::ES384);

    let keys = Arc::new(ReplaceableKeys::default());
    keys.replace([old.verifying_key()]);
    let verifier = Verifier::builder()
        .issuer("https://issuer.example.com", Arc::clone(&keys))
        .audience("my-api")
        .build()?;

    let tell = || {
        for (name, issuer) in [("old", &old), ("new", &new)] {
            let token = issuer.token().audience("my-api").sign();
            let verdict = verifier.verify_now(token);
            let verdict = verdict.map_or_else(|error| error.to_string(), |_| "accepted".into());
            println!("with the {name} key: {verdict}");
        }
    };
    tell();
    keys.replace([new.verifying_key()]);
    println!("the keys are replaced");
    tell();
    Ok(())
}
