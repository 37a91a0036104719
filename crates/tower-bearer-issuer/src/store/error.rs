//! Why a store failed.

use std::error::Error;
use std::sync::Arc;

/// Why a store failed. The client gets a 503: nothing is wrong with its request.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no room for another key.
    #[error("the store is full: give it room for more entries")]
    Full,
    /// The value is too large for this store.
    #[error("the value is too large for the store")]
    TooLarge,
    /// The store cannot be reached. Its own error is the [`source`](Error::source).
    #[error("the store cannot be reached")]
    Unavailable(#[source] Arc<dyn Error + Send + Sync>),
}

impl StoreError {
    /// The store cannot be reached, for this reason. Operators see it in logs and on health pages,
    /// so it must not hold a secret.
    pub fn unavailable(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(error.into().into())
    }
}
