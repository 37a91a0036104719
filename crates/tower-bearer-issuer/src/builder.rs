//! Setting an issuer up.

use std::fmt;
use std::time::{Duration, SystemTime};

use tower_bearer::verify::Clock;
use tower_bearer::{SigningKey, VerifyingKey};

use super::issuer::Inner;
use super::signing_keys::SigningKeys;
use super::{SetupError, TokenIssuer};

/// What is stolen is good until then. Clients renew it without anybody being asked.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(15 * 60);

/// The leeway of a [`Validation`](tower_bearer::Validation), unless it is set otherwise.
const DEFAULT_LEEWAY: Duration = Duration::from_secs(60);

/// Sets a [`TokenIssuer`] up.
///
/// Required are a name ([`issuer`](Self::issuer)), an [`audience`](Self::audience), and a
/// [`key`](Self::key).
#[must_use]
pub struct TokenIssuerBuilder {
    name: String,
    audiences: Vec<String>,
    client_id: Option<String>,
    key: Option<SigningKey>,
    published: Vec<VerifyingKey>,
    lifetime: Duration,
    leeway: Duration,
    clock: Box<dyn Clock>,
}

impl TokenIssuerBuilder {
    pub(super) fn new() -> Self {
        Self {
            name: String::new(),
            audiences: Vec::new(),
            client_id: None,
            key: None,
            published: Vec::new(),
            lifetime: DEFAULT_LIFETIME,
            leeway: DEFAULT_LEEWAY,
            clock: Box::new(SystemTime::now),
        }
    }

    /// The name of the issuer (`iss`): its URL, if others are to find its keys.
    pub fn issuer(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Whom tokens are for (`aud`), unless one [says otherwise](super::AccessTokenBuilder::audience).
    /// With several calls, each token is for all of them.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// The client that asks for tokens (`client_id`), unless a token
    /// [says otherwise](super::AccessTokenBuilder::client_id). Not set unless asked for. Verifiers that go
    /// by [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068#section-2.2) demand it.
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = Some(client_id.into());
        self
    }

    /// The key that signs. Its `kid` is its thumbprint
    /// ([RFC 7638](https://www.rfc-editor.org/rfc/rfc7638)) unless it has one. The thumbprint of a
    /// secret would help to guess it, so that a secret must have one.
    pub fn key(mut self, key: SigningKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Also publishes this key, for good: that of another process with the same name, or the one
    /// that signed before a restart. See [`TokenIssuer::publish`].
    pub fn publish(mut self, key: VerifyingKey) -> Self {
        self.published.push(key);
        self
    }

    /// How long tokens are good, at most: 15 minutes unless set, since nobody asks whether a
    /// stolen one was revoked everywhere.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// How wrong the clocks of verifiers may be: 60 s unless set, which is what a
    /// [`Validation`](tower_bearer::Validation) allows. A key that no longer signs is published for so
    /// much longer than its last token is good.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// Goes by this clock, instead of the system's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Makes the issuer.
    ///
    /// # Errors
    ///
    /// [`SetupError`]: there is no name, audience or key; an audience or the client id is empty; the
    /// lifetime is less than a second; a secret has no `kid`, or two keys have the same.
    ///
    /// ```
    /// use tower_bearer_issuer::TokenIssuer;
    ///
    /// let error = TokenIssuer::builder().issuer("me").audience("my-api").build().unwrap_err();
    /// assert_eq!(error.to_string(), "there is no key to sign with: give one with `key`");
    /// ```
    pub fn build(self) -> Result<TokenIssuer, SetupError> {
        if self.name.is_empty() {
            return Err(SetupError::NoIssuer);
        }
        if self.audiences.is_empty() {
            return Err(SetupError::NoAudience);
        }
        if self.audiences.iter().any(String::is_empty) {
            return Err(SetupError::EmptyAudience);
        }
        if self.client_id.as_deref() == Some("") {
            return Err(SetupError::EmptyClientId);
        }
        if self.lifetime.as_secs() == 0 {
            return Err(SetupError::Lifetime("access tokens", self.lifetime));
        }
        let key = self.key.ok_or(SetupError::NoKey)?;
        let kept = self.lifetime.saturating_add(self.leeway);
        Ok(TokenIssuer::new(Inner {
            keys: SigningKeys::new(key, self.published, kept)?,
            name: self.name,
            audiences: self.audiences,
            client_id: self.client_id,
            lifetime: self.lifetime,
            clock: self.clock,
        }))
    }
}

impl fmt::Debug for TokenIssuerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenIssuerBuilder")
            .field("name", &self.name)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
