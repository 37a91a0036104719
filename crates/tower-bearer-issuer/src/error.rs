//! Why a token cannot be issued.

use std::error::Error;
use std::fmt;

use tower_bearer::{ConfigError, KeyError};

/// Why a token cannot be issued. None holds a value that was to go into the token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum IssueError {
    /// The subject is empty.
    Subject,
    /// An audience is empty.
    Audience,
    /// The session is empty.
    Session,
    /// A scope has a character that scopes cannot have
    /// ([RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)), or is empty.
    Scope,
    /// The lifetime is shorter than a second, or longer than that of the issuer.
    Lifetime,
    /// The application's claims are no JSON object, or cannot be JSON.
    Claims(&'static str),
    /// The application's claims have one of this name, which only the issuer sets.
    ReservedClaim(&'static str),
    /// The access token does not fit a cookie.
    CookieTooLong,
    /// The key does not sign, or there are no random numbers.
    Key(ConfigError),
}

impl fmt::Display for IssueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subject => f.write_str("the subject is empty: name whom the token speaks of"),
            Self::Audience => f.write_str("an audience is empty: name the service"),
            Self::Session => {
                f.write_str("the session is empty: sessions would be revoked for one another")
            }
            Self::Scope => f.write_str(
                "a scope is empty, or has a character that scopes cannot have: \
                 use printable ASCII without quotes and backslashes, and one space between two",
            ),
            Self::Lifetime => f.write_str(
                "the lifetime is shorter than a second, or longer than that of the issuer: \
                 the issuer's is how long its keys stay published",
            ),
            Self::Claims(what) => f.write_str(what),
            Self::ReservedClaim(name) => write!(
                f,
                "the claim `{name}` is set by the issuer only: use another name"
            ),
            Self::CookieTooLong => f.write_str(
                "the access token does not fit a cookie, of which browsers take 4096 bytes with \
                 its name: put fewer claims into it",
            ),
            Self::Key(error) => error.fmt(f),
        }
    }
}

impl Error for IssueError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Key(error) => Some(error),
            _ => None,
        }
    }
}

impl From<ConfigError> for IssueError {
    fn from(error: ConfigError) -> Self {
        Self::Key(error)
    }
}

impl From<KeyError> for IssueError {
    fn from(error: KeyError) -> Self {
        Self::Key(error.into())
    }
}
