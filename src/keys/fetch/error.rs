//! Why keys could not be fetched.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use crate::error::ConfigError;

/// Why a fetch of keys failed. The last good keys stay in use.
///
/// Its text is for logs and health pages: it holds nothing of the URL and nothing of the answer.
/// What the HTTP client itself says is passed on, without the query of the URL.
///
/// ```
/// use tower_bearer::keys::FetchError;
///
/// let error = FetchError::TooLarge(262_144);
/// assert_eq!(error.to_string(), "the answer is longer than 262144 bytes");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum FetchError {
    /// The HTTP client failed: no connection, a certificate that nobody vouches for, a broken body.
    Client(Arc<str>),
    /// The HTTP client panicked.
    Panicked,
    /// The exchange, body included, took longer than this.
    TimedOut(Duration),
    /// The answer is not 200, nor a 304 that was asked for. Redirects are not followed. Holds how
    /// long the server asked to be left alone, where it did.
    Status(StatusCode, Option<Duration>),
    /// The body is longer than this many bytes.
    TooLarge(usize),
    /// The body is no JWK Set, or none that can be used.
    Document(ConfigError),
    /// The issuer's metadata cannot be had, so that the place of its keys is not known.
    Discovery(Arc<Self>),
    /// The issuer's metadata is not accepted. Names the member that is to be mended.
    Metadata(&'static str),
    /// No Tokio runtime is running here, or the one that fetched was shut down.
    NoRuntime,
}

impl FetchError {
    /// How long the server asked to be left alone.
    pub(in crate::keys) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status(_, after) => *after,
            Self::Discovery(error) => error.retry_after(),
            _ => None,
        }
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(what) => write!(f, "the HTTP client failed: {what}"),
            Self::Panicked => f.write_str("the HTTP client panicked"),
            Self::TimedOut(limit) => write!(f, "no complete answer within {limit:?}"),
            Self::Status(status, _)
                if status.is_redirection() && *status != StatusCode::NOT_MODIFIED =>
            {
                write!(
                    f,
                    "the answer is {status}, and redirects are not followed: give the URL itself"
                )
            }
            Self::Status(status, _) => write!(f, "the answer is {status}, not 200 OK"),
            Self::TooLarge(limit) => write!(f, "the answer is longer than {limit} bytes"),
            Self::Document(error) => error.fmt(f),
            Self::Discovery(error) => write!(f, "the discovery document cannot be had: {error}"),
            Self::Metadata(what) => f.write_str(what),
            Self::NoRuntime => {
                f.write_str("no Tokio runtime is running that could fetch: verify inside of one")
            }
        }
    }
}

impl Error for FetchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Document(error) => Some(error),
            Self::Discovery(error) => Some(error),
            _ => None,
        }
    }
}

impl From<ConfigError> for FetchError {
    fn from(error: ConfigError) -> Self {
        Self::Document(error)
    }
}
