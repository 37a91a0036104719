//! A refresh token as the client has it.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tower_bearer::KeyError;
use zeroize::Zeroizing;

use crate::crypto::{random, sha256};

/// What all refresh tokens begin with, so that whoever looks for secrets that were left lying
/// about finds them.
const PREFIX: &str = "tbr_";

/// What else is hashed is hashed without it.
const NEXT: &[u8] = b"tower-bearer: the next refresh token";

/// What makes a token: a part that all of a family have, and one of its own.
///
/// The store knows a family by the hash of its part. So nobody who knows only its id, which is no
/// secret, can claim to have a token of it that was used, and thereby end it.
pub(super) struct Secrets {
    family: Zeroizing<[u8; 16]>,
    own: Zeroizing<[u8; 32]>,
}

impl Secrets {
    pub(super) fn random() -> Result<Self, KeyError> {
        Ok(Self {
            family: Zeroizing::new(random()?),
            own: Zeroizing::new(random()?),
        })
    }

    pub(super) fn parse(token: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; 48]);
        let text = token.strip_prefix(PREFIX)?;
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut *bytes).ok()?;
        let (family, own) = bytes.get(..length)?.split_first_chunk()?;
        Some(Self {
            family: Zeroizing::new(*family),
            own: Zeroizing::new(own.try_into().ok()?),
        })
    }

    /// The next token of the family: by the salt, which nobody can guess, and by this token, so
    /// that the salt alone is worth nothing.
    pub(super) fn next(&self, salt: &[u8; 32]) -> Self {
        let material = Zeroizing::new([NEXT, &*self.own, salt].concat());
        Self {
            family: self.family.clone(),
            own: Zeroizing::new(sha256(&material)),
        }
    }

    pub(super) fn family_id(&self) -> String {
        URL_SAFE_NO_PAD.encode(sha256(&*self.family))
    }

    pub(super) fn hash(&self) -> [u8; 32] {
        sha256(&*self.own)
    }

    fn text(&self) -> Zeroizing<String> {
        let bytes = Zeroizing::new([&self.family[..], &*self.own].concat());
        let mut text = Zeroizing::new(String::with_capacity(PREFIX.len().saturating_add(64)));
        text.push_str(PREFIX);
        URL_SAFE_NO_PAD.encode_string(&*bytes, &mut text);
        text
    }
}

pub(super) fn random_salt() -> Result<[u8; 32], KeyError> {
    random()
}

/// Whether a text can be the id of a family.
pub(super) fn is_family_id(text: &str) -> bool {
    let mut buffer = [0; 32];
    URL_SAFE_NO_PAD.decode_slice(text, &mut buffer) == Ok(32)
}

/// A refresh token, good for one use. `Debug` does not show it.
#[derive(Clone)]
pub struct RefreshToken {
    text: Zeroizing<String>,
    family_id: String,
    lifetime: Duration,
}

impl RefreshToken {
    pub(super) fn new(secrets: &Secrets, family_id: String, lifetime: Duration) -> Self {
        Self {
            text: secrets.text(),
            family_id,
            lifetime,
        }
    }

    /// The token, to be sent to the client.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The family of the token: all tokens that come of one sign-in have the same, and no others.
    /// It is no secret, and can stand in an access token as the session (`sid`).
    pub fn family_id(&self) -> &str {
        &self.family_id
    }

    /// The family of a token that a client has sent, which is not used by this, nor looked for:
    /// it may have expired, or never have been one. `None` for what is malformed.
    ///
    /// It is what a token against request forgery is bound to, where the session is a cookie with
    /// the refresh token.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use tower_bearer_issuer::{Grant, RefreshToken, RefreshTokens};
    /// use tower_bearer_issuer::store::MemoryStore;
    ///
    /// let tokens = <RefreshTokens>::builder(MemoryStore::new()).build()?;
    /// let token = tokens.begin(Grant::new("alice")).await?;
    /// let sent = token.as_str();
    /// assert_eq!(RefreshToken::family_id_of(sent).as_deref(), Some(token.family_id()));
    /// assert_eq!(RefreshToken::family_id_of("junk"), None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn family_id_of(text: &str) -> Option<String> {
        Some(Secrets::parse(text)?.family_id())
    }

    /// How long the token is good if nobody uses it: what the cookie that carries it lasts.
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshToken").finish_non_exhaustive()
    }
}
