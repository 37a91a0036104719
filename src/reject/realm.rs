//! The name of what is protected.

use std::sync::Arc;

use crate::error::ConfigError;

/// The name of what is protected, as a challenge tells it
/// ([RFC 9110 §11.5](https://www.rfc-editor.org/rfc/rfc9110#section-11.5)).
///
/// No challenge names a realm unless you give one: clients of OAuth hardly ever look at it. Quotes
/// and backslashes may stand in it and are escaped in the challenge.
///
/// ```
/// use tower_bearer::AuthError;
/// use tower_bearer::reject::{Challenge, Realm};
///
/// let realm = Realm::new(r#"the "orders" API"#)?;
/// let challenge = Challenge::for_error(&AuthError::MissingToken).unwrap().realm(&realm);
/// assert_eq!(challenge.to_string(), r#"Bearer realm="the \"orders\" API""#);
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
    /// [`ConfigError::HeaderText`]: the text has a character that is neither visible ASCII nor a
    /// space. What clients make of others differs, and a line break would end the header.
    pub fn new(text: &str) -> Result<Self, ConfigError> {
        if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return Err(ConfigError::HeaderText(
                "the realm has a character that may not stand in a challenge: \
                 use ASCII letters, digits, punctuation and spaces, without tabs and line breaks"
                    .into(),
            ));
        }
        Ok(Self { text: text.into() })
    }

    /// The text, as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}
