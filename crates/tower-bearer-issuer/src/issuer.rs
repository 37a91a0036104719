//! The issuer itself.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tower_bearer::jose::NumericDate;
use tower_bearer::keys::KeySet;
use tower_bearer::verify::Clock;
use tower_bearer::{KeyProvider, SigningKey, VerifyingKey};

use super::signing_keys::SigningKeys;
use super::{AccessTokenBuilder, SetupError, TokenIssuerBuilder, WellKnown};

/// Issues access tokens. Clones share their keys: what one [rotates](Self::rotate), all have.
///
/// It is a [`KeyProvider`] of its own keys. [The module's page](super) shows how it is used.
#[derive(Clone)]
pub struct TokenIssuer(Arc<Inner>);

pub(super) struct Inner {
    pub(super) name: String,
    pub(super) audiences: Vec<String>,
    pub(super) client_id: Option<String>,
    pub(super) keys: SigningKeys,
    pub(super) lifetime: Duration,
    pub(super) clock: Box<dyn Clock>,
}

impl TokenIssuer {
    /// Begins to set one up.
    pub fn builder() -> TokenIssuerBuilder {
        TokenIssuerBuilder::new()
    }

    pub(super) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// The name of the issuer (`iss`).
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Begins an access token that speaks of this subject (`sub`).
    pub fn access_token(&self, subject: impl Into<String>) -> AccessTokenBuilder<'_> {
        AccessTokenBuilder::new(self, subject.into())
    }

    /// Signs with this key from now on, for all clones at once.
    ///
    /// The key before stays published, and still verifies, for the lifetime of tokens and the
    /// leeway; then it is dropped. See [the crate's page](crate#replacing-the-key) for
    /// when to [`publish`](Self::publish) the new one. Rotating to the key that signs
    /// already changes nothing.
    ///
    /// # Errors
    ///
    /// [`SetupError`] if the key is a secret without a `kid`, or another key has its `kid`. Nothing
    /// has changed then.
    pub fn rotate(&self, key: SigningKey) -> Result<(), SetupError> {
        self.0.keys.rotate(key, self.now())
    }

    /// Publishes a key, for good: one that will sign later, or does so in another process. Tokens
    /// that it signs are verified from now on. Publishing one that is published already
    /// changes nothing.
    ///
    /// # Errors
    ///
    /// As [`rotate`](Self::rotate).
    pub fn publish(&self, key: VerifyingKey) -> Result<(), SetupError> {
        self.0.keys.publish(key, self.now())
    }

    /// The documents by which others find the keys, as a Tower service.
    ///
    /// # Errors
    ///
    /// [`SetupError::NotUrl`] if the issuer's name is not a URL, or has a query, a fragment or a user ([RFC 8414 §2](https://www.rfc-editor.org/rfc/rfc8414#section-2)).
    pub fn well_known(&self) -> Result<WellKnown, SetupError> {
        WellKnown::new(self.clone())
    }

    pub(super) fn inner(&self) -> &Inner {
        &self.0
    }

    pub(super) fn now(&self) -> NumericDate {
        self.0.clock.now().into()
    }
}

impl KeyProvider for TokenIssuer {
    fn snapshot(&self) -> KeySet {
        self.0.keys.at(self.now()).key_set().clone()
    }
}

impl fmt::Debug for TokenIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenIssuer")
            .field("name", &self.0.name)
            .finish_non_exhaustive()
    }
}
