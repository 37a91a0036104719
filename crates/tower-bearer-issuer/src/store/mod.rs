//! Where what must outlive a request is kept: a few atomic operations, each on one key, that know
//! nothing of what they keep.
//!
//! [`MemoryStore`] is for one process. For several there is `RedisStore`, in the crate
//! `tower-bearer-redis`; or implement [`Store`] over what they share. Each operation is one step on one key there.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), tower_bearer_issuer::store::StoreError> {
//! use std::time::Duration;
//! use tower_bearer_issuer::store::{MemoryStore, Store};
//!
//! let store = MemoryStore::new();
//! let hour = Duration::from_secs(3600);
//! assert!(store.swap("key", None, b"a", hour).await?);
//! assert!(store.swap("key", Some(b"a"), b"b", hour).await?);
//! assert!(!store.swap("key", Some(b"a"), b"c", hour).await?, "somebody was faster");
//! assert_eq!(store.get("key").await?.as_deref(), Some(&b"b"[..]));
//! # Ok(())
//! # }
//! ```

mod error;
mod memory;

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

pub use self::error::StoreError;
pub use self::memory::MemoryStore;

/// The longest value that a store must take, in bytes: ten times what is usually kept.
pub const MAX_VALUE_LEN: usize = 4096;

/// What comes of an operation.
pub type StoreFuture<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// Keeps values for a time.
///
/// What it has to hold to:
///
/// - Each operation is atomic, and each that begins after another has ended sees what that did.
/// - A value is there until its time to live has passed, and from then on it is not, as if it had
///   never been. It does not leave before: what does not fit is refused with an error. A
///   revocation that is forgotten early is one that never was.
/// - Keys and values are bytes that mean nothing. Keys are short and of printable ASCII.
/// - After an error, the operation may or may not have happened.
///
/// Times to live are whole seconds at least; 0 is one that has passed.
pub trait Store: Send + Sync + 'static {
    /// The value of a key.
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>>;

    /// Sets the value of a key, whatever is there.
    fn put<'a>(&'a self, key: &'a str, value: &'a [u8], ttl: Duration) -> StoreFuture<'a, ()>;

    /// Sets the value of a key if what is there is `expected`: with `None`, if nothing is there.
    /// Tells whether it did. The time to live begins anew.
    fn swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<&'a [u8]>,
        value: &'a [u8],
        ttl: Duration,
    ) -> StoreFuture<'a, bool>;

    /// Takes a value away. Tells whether one was there, so that of several who do this at once one
    /// knows that it was they.
    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, bool>;
}

impl<S: Store + ?Sized> Store for Arc<S> {
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        (**self).get(key)
    }

    fn put<'a>(&'a self, key: &'a str, value: &'a [u8], ttl: Duration) -> StoreFuture<'a, ()> {
        (**self).put(key, value, ttl)
    }

    fn swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<&'a [u8]>,
        value: &'a [u8],
        ttl: Duration,
    ) -> StoreFuture<'a, bool> {
        (**self).swap(key, expected, value, ttl)
    }

    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, bool> {
        (**self).remove(key)
    }
}
