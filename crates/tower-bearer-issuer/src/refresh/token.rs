//! A refresh token as the client has it.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tower_bearer::KeyError;
use zeroize::Zeroizing;

use crate::crypto::{equal, random, sha256};

/// What all refresh tokens begin with, so that whoever looks for secrets that were left lying
/// about finds them.
const PREFIX: &str = "tbr_";

/// These keep hashes for different purposes apart.
const NEXT: &[u8] = b"tower-bearer: the next refresh token";
const TAG: &[u8] = b"tower-bearer: the tag of a refresh token";

/// What a token consists of: a part that its whole family shares, a number of its own, and a tag
/// over that number.
///
/// A used token ends its family, and anything else must not: neither a damaged copy nor a forgery.
/// Remembering every token that was used would take unbounded room. Instead the tag is keyed by a
/// secret of the family that only the store holds, so a token with a right tag was issued.
///
/// Ending a family takes a token: the store lacks the family's part, of which it has the hash, and
/// a client lacks the key.
pub(super) struct Secrets {
    family: Zeroizing<[u8; 16]>,
    number: Zeroizing<[u8; 16]>,
    tag: Zeroizing<[u8; 16]>,
}

/// A family that has not begun.
pub(crate) struct NewFamily {
    pub(super) key: [u8; 32],
    pub(super) secrets: Secrets,
}

impl NewFamily {
    pub(crate) fn random() -> Result<Self, KeyError> {
        let key = random()?;
        let secrets = Secrets::new(Zeroizing::new(random()?), random()?, &key);
        Ok(Self { key, secrets })
    }

    pub(crate) fn id(&self) -> String {
        self.secrets.family_id()
    }
}

impl Secrets {
    fn new(family: Zeroizing<[u8; 16]>, number: [u8; 16], key: &[u8; 32]) -> Self {
        Self {
            family,
            number: Zeroizing::new(number),
            tag: Zeroizing::new(tag(&number, key)),
        }
    }

    pub(super) fn parse(token: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; 48]);
        let text = token.strip_prefix(PREFIX)?;
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut *bytes).ok()?;
        let (family, own) = bytes.get(..length)?.split_first_chunk()?;
        let (number, tag) = own.split_first_chunk()?;
        Some(Self {
            family: Zeroizing::new(*family),
            number: Zeroizing::new(*number),
            tag: Zeroizing::new(tag.try_into().ok()?),
        })
    }

    /// Whether the family with this key issued the token, used or not.
    pub(super) fn is_issued_by(&self, key: &[u8; 32]) -> bool {
        equal(&tag(&self.number, key), &self.tag)
    }

    /// The next token of the family. It takes both the salt, which nobody can guess, and this
    /// token, so that the salt alone is worth nothing.
    pub(super) fn next(&self, salt: &[u8; 32], key: &[u8; 32]) -> Self {
        let material = [NEXT, &*self.number, &*self.tag, salt].concat();
        Self::new(
            self.family.clone(),
            half(sha256(&Zeroizing::new(material))),
            key,
        )
    }

    pub(super) fn family_id(&self) -> String {
        URL_SAFE_NO_PAD.encode(sha256(&*self.family))
    }

    pub(super) fn hash(&self) -> [u8; 32] {
        sha256(&Zeroizing::new([*self.number, *self.tag].concat()))
    }

    fn text(&self) -> Zeroizing<String> {
        let bytes = Zeroizing::new([*self.family, *self.number, *self.tag].concat());
        let mut text = Zeroizing::new(String::with_capacity(PREFIX.len().saturating_add(64)));
        text.push_str(PREFIX);
        URL_SAFE_NO_PAD.encode_string(&*bytes, &mut text);
        text
    }
}

/// The input has one length, so a plain hash serves as a MAC.
fn tag(number: &[u8; 16], key: &[u8; 32]) -> [u8; 16] {
    half(sha256(&Zeroizing::new([TAG, key, number].concat())))
}

pub(super) fn random_salt() -> Result<[u8; 32], KeyError> {
    random()
}

fn half(hash: [u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    for (to, from) in half.iter_mut().zip(hash) {
        *to = from;
    }
    half
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
