//! An issuer with a key of any algorithm.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::TokenBuilder;
use crate::clock::Clock;
use crate::jose::{Algorithm, NumericDate, SigningKey, VerifyingKey};

/// An issuer of tokens for tests.
///
/// See the [module](super) for examples.
#[derive(Clone)]
pub struct TestIssuer {
    name: String,
    key: SigningKey,
    clock: Arc<dyn Clock>,
}

impl TestIssuer {
    /// An issuer of this name (`iss`), with the [`signing_key`] of the algorithm and the system's
    /// clock.
    ///
    /// # Panics
    ///
    /// If the crate is built without a cryptographic back end.
    pub fn new(name: impl Into<String>, algorithm: Algorithm) -> Self {
        Self {
            name: name.into(),
            key: signing_key(algorithm),
            clock: Arc::new(SystemTime::now),
        }
    }

    /// Uses this clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Signs with this key.
    #[must_use]
    pub fn key(mut self, key: SigningKey) -> Self {
        self.key = key;
        self
    }

    /// The name of the issuer.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key that signs its tokens.
    pub fn signing_key(&self) -> &SigningKey {
        &self.key
    }

    /// The key that verifies its tokens.
    pub fn verifying_key(&self) -> VerifyingKey {
        self.key.verifying_key()
    }

    /// Builds a token of this issuer, issued now and valid for an hour.
    pub fn token(&self) -> TokenBuilder<'_> {
        let now = NumericDate::from(self.clock.now()).as_secs();
        TokenBuilder::new(&self.key, now).claim("iss", &self.name)
    }
}

impl fmt::Debug for TestIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestIssuer")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// This crate's test key for an algorithm. Its `kid` is the algorithm's name in lower case, such as
/// `es256`.
///
/// # Panics
///
/// If the crate is built without a cryptographic back end.
#[expect(clippy::expect_used, reason = "a test should fail here, and say so")]
pub fn signing_key(algorithm: Algorithm) -> SigningKey {
    let pem = match algorithm {
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => {
            return SigningKey::from_secret(algorithm, [0x5a; 64])
                .expect("the secret is long enough")
                .with_key_id(algorithm.name().to_ascii_lowercase());
        }
        Algorithm::RS256
        | Algorithm::RS384
        | Algorithm::RS512
        | Algorithm::PS256
        | Algorithm::PS384
        | Algorithm::PS512 => include_str!("keys/rsa.pem"),
        Algorithm::ES256 => include_str!("keys/p256.pem"),
        Algorithm::ES384 => include_str!("keys/p384.pem"),
        Algorithm::ES512 => include_str!("keys/p521.pem"),
        Algorithm::EdDSA | Algorithm::Ed25519 => include_str!("keys/ed25519.pem"),
    };
    SigningKey::from_pem(algorithm, pem)
        .expect("the key is well-formed")
        .with_key_id(algorithm.name().to_ascii_lowercase())
}
