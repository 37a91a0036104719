//! Why a store did not do what it was asked for.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// Why a store did not do what it was asked for. For a client it is a 503: nothing is wrong with
/// its request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no room for another key.
    Full,
    /// The value is too large for this store.
    TooLarge,
    /// The store cannot be asked. Its own error is the [`source`](Error::source).
    Unavailable(Arc<dyn Error + Send + Sync>),
}

impl StoreError {
    /// The store cannot be asked, for this reason. Operators get to see it, in logs and on health
    /// pages, so it must hold no secret.
    pub fn unavailable(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(error.into().into())
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "the store is full: give it room for more entries",
            Self::TooLarge => "the value is too large for the store",
            Self::Unavailable(_) => "the store cannot be asked",
        })
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unavailable(error) => Some(&**error),
            Self::Full | Self::TooLarge => None,
        }
    }
}
