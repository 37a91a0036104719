//! The header of a token.

use std::borrow::Cow;
use std::fmt;

use super::algorithm::Algorithm;
use super::names::Names;
use super::object::{read_object, set_once};
use super::private_names::holds_private_name;
use crate::error::TokenError;

/// The longest `kid` or `typ`, in bytes: both are kept in memory.
const MAX_TEXT_LEN: usize = 1024;

/// The header of a token ([RFC 7515 §4](https://www.rfc-editor.org/rfc/rfc7515#section-4)).
///
/// Members that offer a key (`jwk`, `jku`, `x5u`, `x5c`, …) are ignored: a token cannot choose the
/// keys to trust. A header with `crit` or `"b64":false` is refused.
///
/// ```
/// use tower_bearer::{Algorithm, jose::Header};
///
/// let header = Header::parse(r#"{"alg":"ES256","kid":"k1","typ":"at+jwt"}"#)?;
/// assert_eq!(header.algorithm(), Algorithm::ES256);
/// assert_eq!(header.key_id(), Some("k1"));
/// assert!(header.has_type("application/AT+JWT"));
/// # Ok::<(), tower_bearer::TokenError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    json: Box<str>,
    algorithm: Algorithm,
    key_id: Option<Box<str>>,
    token_type: Option<Box<str>>,
}

impl Header {
    /// Parses the JSON text of a header.
    ///
    /// # Errors
    ///
    /// - [`TokenError::InvalidHeader`]: the text is not one JSON object, a known member has the
    ///   wrong type, a name repeats, there are more than 256 members or 127 levels, `kid` or `typ`
    ///   is longer than 1 KiB, or `alg` is missing.
    /// - [`TokenError::CriticalHeader`]: `crit` is present, or `b64` is `false`
    ///   ([RFC 7515 §4.1.11](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11),
    ///   [RFC 7797](https://www.rfc-editor.org/rfc/rfc7797)).
    /// - [`TokenError::UnsupportedAlgorithm`]: `alg` is not in [`Algorithm::ALL`].
    pub fn parse(json: &str) -> Result<Self, TokenError> {
        if holds_private_name(json) {
            return Err(TokenError::InvalidHeader);
        }
        let mut algorithm = None;
        let mut key_id = None;
        let mut token_type = None;
        let mut critical = None;
        let mut base64 = None;
        let mut others = Names::new();
        read_object(json, |name, value| match &*name {
            "alg" => set_once(&mut algorithm, value.text()?),
            "kid" => set_once(&mut key_id, value.text()?),
            "typ" => set_once(&mut token_type, value.text()?),
            "crit" => set_once(&mut critical, value.skip()?),
            "b64" => set_once(&mut base64, value.boolean()?),
            _ => others.read(name, value),
        })
        .and_then(|()| others.finish())
        .ok_or(TokenError::InvalidHeader)?;
        let is_long = |text: &Option<Cow<'_, str>>| {
            text.as_ref().is_some_and(|text| text.len() > MAX_TEXT_LEN)
        };
        if is_long(&key_id) || is_long(&token_type) {
            return Err(TokenError::InvalidHeader);
        }

        if critical.is_some() || base64 == Some(false) {
            return Err(TokenError::CriticalHeader);
        }
        let algorithm = algorithm.ok_or(TokenError::InvalidHeader)?;
        Ok(Self {
            json: json.into(),
            algorithm: Algorithm::from_name(&algorithm).ok_or(TokenError::UnsupportedAlgorithm)?,
            key_id: key_id.map(Cow::into_owned).map(Into::into),
            token_type: token_type.map(Cow::into_owned).map(Into::into),
        })
    }

    /// The algorithm (`alg`).
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The id of the key (`kid`).
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The type of the token (`typ`), as it was sent.
    pub fn token_type(&self) -> Option<&str> {
        self.token_type.as_deref()
    }

    /// Whether `typ` is this type, ignoring case and the prefix `application/` ([RFC 7515 §4.1.9](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9)).
    pub fn has_type(&self, expected: &str) -> bool {
        self.token_type()
            .is_some_and(|actual| same_type(actual, expected))
    }

    /// The whole header, as the JSON text that was sent.
    pub fn json(&self) -> &str {
        &self.json
    }
}

/// Whether two media types are the same, with or without `application/`.
pub(crate) fn same_type(one: &str, other: &str) -> bool {
    bare_type(one).eq_ignore_ascii_case(bare_type(other))
}

/// The prefix may be omitted only if the rest has no slash.
fn bare_type(media_type: &str) -> &str {
    const PREFIX: &str = "application/";
    match media_type.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) && !rest.contains('/') => rest,
        _ => media_type,
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Header")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}
