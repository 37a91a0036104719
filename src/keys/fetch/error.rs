//! Why a fetch of keys failed.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use thiserror::Error;

use crate::error::ConfigError;

/// Why a fetch failed. The last good keys stay in use.
///
/// The text goes to logs and health pages. It shows nothing of the document; of a URL, only what
/// the HTTP client says, without the query.
#[derive(Clone, Debug, Error)]
pub(crate) enum FetchError {
    /// No connection, an untrusted certificate, a broken body.
    #[error("the HTTP client failed: {0}")]
    Client(Arc<str>),
    #[error("the HTTP client panicked")]
    Panicked,
    /// The limit holds for the whole exchange, body included.
    #[error("no complete answer within {0:?}")]
    TimedOut(Duration),
    /// Holds the `Retry-After`, if any, as `Status` does.
    #[error("the answer is {0}, and redirects are not followed: give the final URL")]
    Redirect(StatusCode, Option<Duration>),
    /// Neither 200, nor a 304 that was asked for. Holds the `Retry-After`, if any.
    #[error("the answer is {0}, not 200 OK")]
    Status(StatusCode, Option<Duration>),
    #[error("the answer is longer than {0} bytes: raise `max_body_len`, or check the URL")]
    TooLarge(usize),
    #[error(transparent)]
    Document(#[from] ConfigError),
    /// The issuer's metadata is unavailable, so the place of its keys is unknown.
    #[error("cannot fetch the discovery document: {0}")]
    Discovery(#[source] Arc<Self>),
    /// The issuer's metadata is not acceptable. Holds what to mend.
    #[error("{0}")]
    Metadata(&'static str),
    #[error("no Tokio runtime is running to fetch keys: verify inside one")]
    NoRuntime,
}

impl FetchError {
    /// How long the server asks to be left alone.
    pub(in crate::keys) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Redirect(_, after) | Self::Status(_, after) => *after,
            Self::Discovery(error) => error.retry_after(),
            _ => None,
        }
    }
}
