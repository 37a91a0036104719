//! Why there are no keys yet.

use thiserror::Error;
use tower::BoxError;

/// Why [`ready`](super::KeyProvider::ready) failed: keys, or a verifier's revocations, are
/// unavailable. Its source is the reason.
#[derive(Debug, Error)]
#[error("{prefix}{source}")]
pub struct NotReady {
    prefix: String,
    source: BoxError,
}

impl NotReady {
    /// For providers of your own.
    pub fn new(reason: impl Into<BoxError>) -> Self {
        Self {
            prefix: String::new(),
            source: reason.into(),
        }
    }

    /// Says what is missing.
    pub(crate) fn without(self, what: &str) -> Self {
        Self {
            prefix: format!("no {what}: {}", self.prefix),
            source: self.source,
        }
    }
}
