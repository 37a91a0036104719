//! Tokens of every kind, good and bad.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::FixedClock;
use crate::jose::SigningKey;
use crate::verify::{Cache, VerifiedToken, Verifier};

/// Builds a token. [`TestIssuer::token`](super::TestIssuer::token) makes one.
///
/// Any header member or claim can be set or removed, so bad tokens are as easy as good ones.
///
/// ```
/// # use tower_bearer::{Algorithm, test_util::TestIssuer};
/// let issuer = TestIssuer::new("https://issuer.example.com", Algorithm::EdDSA);
/// let access_token = issuer.token().header("typ", "at+jwt").claim("scope", "read write").sign();
/// let unsigned = issuer.token().header("alg", "none").sign();
/// let eternal = issuer.token().without_claim("exp").sign();
/// ```
#[derive(Clone)]
#[must_use]
pub struct TokenBuilder<'k> {
    key: &'k SigningKey,
    now: i64,
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

/// The default lifetime, in seconds.
const LIFETIME: i64 = 3600;

impl<'k> TokenBuilder<'k> {
    pub(super) fn new(key: &'k SigningKey, now: i64) -> Self {
        let builder = Self {
            key,
            now,
            header: Map::new(),
            claims: Map::new(),
        }
        .header("typ", "JWT")
        .header("alg", key.algorithm().name())
        .claim("iat", now)
        .expires_in(LIFETIME);
        match key.key_id() {
            Some(key_id) => builder.header("kid", key_id),
            None => builder,
        }
    }

    /// Sets `sub`.
    pub fn subject(self, subject: &str) -> Self {
        self.claim("sub", subject)
    }

    /// Sets `aud`.
    pub fn audience(self, audience: &str) -> Self {
        self.claim("aud", audience)
    }

    /// Sets `exp` to this many seconds from now. Negative: an expired token.
    pub fn expires_in(self, secs: i64) -> Self {
        let now = self.now;
        self.claim("exp", now.saturating_add(secs))
    }

    /// Sets a claim.
    ///
    /// # Panics
    ///
    /// If the value cannot be JSON.
    #[expect(clippy::expect_used, reason = "a test should fail here, and say so")]
    pub fn claim(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).expect("the claim can be JSON");
        self.claims.insert(name.to_owned(), value);
        self
    }

    /// Sets each member of an object as a claim.
    ///
    /// # Panics
    ///
    /// If the value is not a JSON object.
    #[expect(clippy::expect_used, reason = "a test should fail here, and say so")]
    pub fn claims(mut self, claims: impl Serialize) -> Self {
        let claims = serde_json::to_value(claims).expect("the claims can be JSON");
        let claims = serde_json::from_value::<Map<_, _>>(claims).expect("the claims are an object");
        self.claims.extend(claims);
        self
    }

    /// Removes a claim.
    pub fn without_claim(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// Sets a header member. The key's algorithm signs the token, whatever `alg` says.
    ///
    /// # Panics
    ///
    /// If the value cannot be JSON.
    #[expect(clippy::expect_used, reason = "a test should fail here, and say so")]
    pub fn header(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).expect("the member can be JSON");
        self.header.insert(name.to_owned(), value);
        self
    }

    /// Removes a header member.
    pub fn without_header(mut self, name: &str) -> Self {
        self.header.remove(name);
        self
    }

    /// Signs the token.
    ///
    /// # Panics
    ///
    /// If the back end fails.
    pub fn sign(self) -> String {
        let header = Value::Object(self.header).to_string();
        let payload = Value::Object(self.claims).to_string();
        sign(self.key, &header, &payload)
    }

    /// The token as a layer passes it to a handler. It is verified with the issuer's key and clock;
    /// any issuer and audience will do. [`roles`](VerifiedToken::roles) are those of the claim
    /// `roles`.
    ///
    /// # Panics
    ///
    /// If the token is refused: it has expired, or its claims do not decode into `C`.
    #[track_caller]
    #[expect(clippy::panic, reason = "a test should fail here, and say so")]
    pub fn verified<C: DeserializeOwned + Send + Sync + 'static>(self) -> VerifiedToken<C> {
        let now = u64::try_from(self.now).unwrap_or_default();
        let verifier = Verifier::typed::<C>()
            .any_issuer(self.key.verifying_key())
            .any_audience()
            .roles_claim("roles")
            .cache(Cache::entries(0))
            .clock(FixedClock::at(now))
            .build();
        let token = self.sign();
        match verifier.map(|verifier| verifier.verify_now(token)) {
            Ok(Ok(token)) => token,
            Ok(Err(error)) => panic!("the token is refused: {error}"),
            Err(error) => panic!("the key is unusable: {error}"),
        }
    }
}

/// Shows no claims: they would end up in test logs.
impl fmt::Debug for TokenBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenBuilder")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// Signs any header and payload, well-formed or not.
///
/// # Panics
///
/// If the back end fails.
#[expect(clippy::expect_used, reason = "a test should fail here, and say so")]
pub fn sign(key: &SigningKey, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    let mut token = URL_SAFE_NO_PAD.encode(header);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(payload, &mut token);
    let signature = key.sign(token.as_bytes()).expect("the key signs");
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    token
}
