//! The name of a protection space.

use std::sync::Arc;

use crate::error::ConfigError;

/// The `realm` of a challenge: a name for what is protected
/// ([RFC 9110 §11.5](https://www.rfc-editor.org/rfc/rfc9110#section-11.5)).
///
/// By default challenges have none, since OAuth clients rarely read it. Quotes and backslashes are
/// escaped.
///
/// ```
/// use tower_bearer::reject::Realm;
///
/// # let keys = tower_bearer::VerifyingKey::from_secret([7; 32])?;
/// # let verifier = tower_bearer::Verifier::builder().any_issuer(keys).any_audience().build()?;
/// let layer = tower_bearer::BearerAuthLayer::new(verifier).realm(Realm::new("orders")?);
///
/// assert!(Realm::new("orders\r\nset-cookie: a=b").is_err());
/// # Ok::<(), tower_bearer::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Realm {
    text: Arc<str>,
}

impl Realm {
    /// The realm of this name.
    ///
    /// # Errors
    ///
    /// [`ConfigError::HeaderText`] if a character is neither visible ASCII nor a space: clients
    /// disagree about the others, and a line break would end the header.
    pub fn new(text: &str) -> Result<Self, ConfigError> {
        if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            let error = format!(
                "the realm {text:?} has a character that a challenge must not have: \
                 use ASCII letters, digits, punctuation and spaces"
            );
            return Err(ConfigError::HeaderText(error.into()));
        }
        Ok(Self { text: text.into() })
    }

    /// The name, unescaped.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}
