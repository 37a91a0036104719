//! Tokens of every kind, good and bad.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::jose::SigningKey;

/// A token in the making: see [`TestIssuer::token`](super::TestIssuer::token).
///
/// Any header member and any claim can be set or taken away, so that bad tokens are as easy to
/// make as good ones.
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

/// How long a token is good, in seconds.
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

    /// Sets `exp` to so many seconds from now; less than 0 for an expired token.
    pub fn expires_in(self, secs: i64) -> Self {
        let now = self.now;
        self.claim("exp", now.saturating_add(secs))
    }

    /// Sets a claim.
    ///
    /// # Panics
    ///
    /// Where the value cannot be JSON.
    #[expect(clippy::expect_used, reason = "a test should fail here, and say so")]
    pub fn claim(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).expect("the claim can be JSON");
        self.claims.insert(name.to_owned(), value);
        self
    }

    /// Sets every member of a value as a claim.
    ///
    /// # Panics
    ///
    /// Where the value is no JSON object.
    #[expect(clippy::expect_used, reason = "a test should fail here, and say so")]
    pub fn claims(mut self, claims: impl Serialize) -> Self {
        let claims = serde_json::to_value(claims).expect("the claims can be JSON");
        let claims = serde_json::from_value::<Map<_, _>>(claims).expect("the claims are an object");
        self.claims.extend(claims);
        self
    }

    /// Takes a claim away.
    pub fn without_claim(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// Sets a member of the header. The token is signed by the algorithm of the key, whatever
    /// `alg` says.
    ///
    /// # Panics
    ///
    /// Where the value cannot be JSON.
    #[expect(clippy::expect_used, reason = "a test should fail here, and say so")]
    pub fn header(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).expect("the member can be JSON");
        self.header.insert(name.to_owned(), value);
        self
    }

    /// Takes a member of the header away.
    pub fn without_header(mut self, name: &str) -> Self {
        self.header.remove(name);
        self
    }

    /// Signs the token.
    ///
    /// # Panics
    ///
    /// Where the back end fails.
    pub fn sign(self) -> String {
        let header = Value::Object(self.header).to_string();
        let payload = Value::Object(self.claims).to_string();
        sign(self.key, &header, &payload)
    }
}

/// No member and no claim: tokens of tests end up in logs of tests.
impl fmt::Debug for TokenBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenBuilder")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// Signs a header and a payload as they are, well-formed or not.
///
/// # Panics
///
/// Where the back end fails.
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
