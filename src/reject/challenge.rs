//! The challenge of RFC 6750.

use std::fmt::{self, Write};

use http::HeaderValue;

use super::public::Public;
use super::realm::Realm;
use crate::error::AuthError;

/// Most challenges fit, so that they are written without growing the text.
const TYPICAL_LEN: usize = 128;

/// The value of `WWW-Authenticate`: one challenge of the `Bearer` scheme
/// ([RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3)).
///
/// A request without a token gets a bare challenge, without an error code
/// ([§3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)). Each parameter occurs at most
/// once, and always in the same order: `realm`, `error`, `error_description`, `scope`.
///
/// ```
/// use tower_bearer::AuthError;
/// use tower_bearer::reject::{Challenge, Realm};
///
/// let challenge = Challenge::for_error(&AuthError::MissingToken).unwrap();
/// assert_eq!(challenge.to_string(), "Bearer");
///
/// let error = AuthError::InsufficientScope(Some("read write".into()));
/// let challenge = Challenge::for_error(&error).unwrap().realm(&Realm::new("orders")?);
/// assert_eq!(
///     challenge.to_string(),
///     r#"Bearer realm="orders", error="insufficient_scope", error_description="insufficient scope", scope="read write""#,
/// );
/// # Ok::<(), tower_bearer::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    realm: Option<Realm>,
    /// The code and its description: there is never one without the other.
    error: Option<(&'static str, &'static str)>,
    scope: Option<String>,
}

impl Challenge {
    /// The challenge for an error; none for one that no other token could help: a missing CSRF
    /// token (403), keys that are unavailable (503) and a missing layer (500).
    ///
    /// A scope with a character that may not stand in one
    /// ([RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)) is left out.
    pub fn for_error(error: &AuthError) -> Option<Self> {
        if matches!(error, AuthError::Csrf(_)) || error.status().is_server_error() {
            return None;
        }
        let public = Public::from(error);
        Some(Self {
            realm: None,
            error: public.error.map(|error| (error, public.description)),
            scope: match error {
                AuthError::InsufficientScope(Some(scope)) => legal_scope(scope),
                _ => None,
            },
        })
    }

    /// Names the realm.
    #[must_use]
    pub fn realm(mut self, realm: &Realm) -> Self {
        self.realm = Some(realm.clone());
        self
    }

    /// The value for `WWW-Authenticate`.
    pub fn to_header_value(&self) -> HeaderValue {
        // Every part is visible ASCII and spaces, which this always accepts. If it ever did not,
        // the bare challenge would still be a right one.
        let mut text = String::with_capacity(TYPICAL_LEN);
        // Writing to a string cannot fail.
        let _ = write!(text, "{self}");
        HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("Bearer"))
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parameters = [
            ("realm", self.realm.as_ref().map(Realm::as_str)),
            ("error", self.error.map(|(code, _)| code)),
            ("error_description", self.error.map(|(_, text)| text)),
            ("scope", self.scope.as_deref()),
        ];
        f.write_str("Bearer")?;
        let mut separator = " ";
        for (name, value) in parameters {
            let Some(value) = value else { continue };
            for part in [separator, name, "="] {
                f.write_str(part)?;
            }
            write_quoted(f, value)?;
            separator = ", ";
        }
        Ok(())
    }
}

/// Writes a `quoted-string`
/// ([RFC 9110 §5.6.4](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.4)).
fn write_quoted(f: &mut fmt::Formatter<'_>, mut text: &str) -> fmt::Result {
    f.write_str("\"")?;
    while let Some((plain, escaped)) = text
        .find(['"', '\\'])
        .and_then(|at| text.split_at_checked(at))
    {
        f.write_str(plain)?;
        f.write_str("\\")?;
        let mut characters = escaped.chars();
        characters
            .next()
            .map_or(Ok(()), |character| f.write_char(character))?;
        text = characters.as_str();
    }
    f.write_str(text)?;
    f.write_str("\"")
}

/// The legal ones of a list of scopes, if there are any.
fn legal_scope(scope: &str) -> Option<String> {
    let mut legal = String::with_capacity(scope.len());
    for token in scope.split(' ').filter(|token| is_scope_token(token)) {
        if !legal.is_empty() {
            legal.push(' ');
        }
        legal.push_str(token);
    }
    (!legal.is_empty()).then_some(legal)
}

fn is_scope_token(token: &str) -> bool {
    let is_legal = |byte| matches!(byte, b'!' | b'#'..=b'[' | b']'..=b'~');
    !token.is_empty() && token.bytes().all(is_legal)
}
