//! Key providers: where keys come from.
//!
//! A [`KeyProvider`] returns the trusted keys at once, and may be asked to refresh them. There are
//! one [`VerifyingKey`] or a fixed [`KeySet`] (also from a [`JwkSet`](crate::JwkSet)), a [`KeyFile`]
//! that follows its file, several providers [`Combined`], and any closure that returns a [`KeySet`].
#![cfg_attr(
    feature = "remote",
    doc = "With the feature `remote`, [`RemoteKeys`] fetches an identity provider's JWK Set."
)]
//!
//! # A provider of your own
//!
//! Keep the keys where reading does not block, and replace them from a task of yours:
//!
//! ```
//! use std::sync::{Arc, RwLock};
//! use tower_bearer::VerifyingKey;
//! use tower_bearer::keys::{KeyProvider, KeySet};
//!
//! /// Keys that the admin page replaces.
//! #[derive(Default)]
//! struct AdminKeys(RwLock<KeySet>);
//!
//! impl AdminKeys {
//!     fn replace(&self, keys: impl IntoIterator<Item = VerifyingKey>) {
//!         *self.0.write().unwrap() = keys.into_iter().collect();
//!     }
//! }
//!
//! impl KeyProvider for AdminKeys {
//!     fn snapshot(&self) -> KeySet {
//!         self.0.read().unwrap().clone()
//!     }
//! }
//!
//! let keys = Arc::new(AdminKeys::default());
//! let verifier = tower_bearer::Verifier::builder()
//!     .issuer("https://issuer.example.com", Arc::clone(&keys))
//!     .audience("my-api")
//!     .build()?;
//! keys.replace([VerifyingKey::from_secret([7; 32])?]);
//! # Ok::<(), tower_bearer::ConfigError>(())
//! ```

mod combined;
#[cfg(feature = "remote")]
mod discovery;
#[cfg(feature = "remote")]
mod fetch;
mod file;
mod key_set;
mod not_ready;
#[cfg(feature = "remote")]
mod remote;
mod status;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{self, BoxFuture};

pub use self::combined::Combined;
pub use self::file::KeyFile;
pub use self::key_set::KeySet;
pub use self::not_ready::NotReady;
#[cfg(feature = "remote")]
pub use self::remote::{RemoteKeys, RemoteKeysBuilder};
pub use self::status::{KeyState, KeyStatus};
use crate::error::AuthError;
use crate::jose::{Algorithm, Header, VerifyingKey};

/// A source of trusted keys. The [module](self) shows how to write one.
pub trait KeyProvider: Send + Sync + 'static {
    /// The keys in memory. Called for each token, so it must return at once: no I/O, and no waiting
    /// for a writer. An empty set means that there are no keys yet.
    fn snapshot(&self) -> KeySet;

    /// The keys in memory, unless they are this earlier [`snapshot`](Self::snapshot). Called for
    /// each remembered token.
    ///
    /// By default it takes a snapshot and asks [`KeySet::is_same`]. A provider that can compare
    /// without a clone scales better, since a clone writes to shared memory.
    fn snapshot_if_changed(&self, known: &KeySet) -> Option<KeySet> {
        Some(self.snapshot()).filter(|keys| !keys.is_same(known))
    }

    /// Whether the keys never change. Then a verifier's set-up can be checked against them. By
    /// default they may.
    fn is_fixed(&self) -> bool {
        false
    }

    /// Looks for newer keys, since the [`snapshot`](Self::snapshot) has no key for a token.
    ///
    /// Any client can cause this call. A provider that fetches must share one fetch among all
    /// callers, and must not fetch again too soon. By default there are no newer keys.
    fn refresh(&self, wanted: &WantedKey<'_>) -> Refresh {
        let _ = wanted;
        Refresh::Unchanged
    }

    /// Resolves when there are keys, or with the reason why there are none: for servers that must
    /// not start without. By default, at once. The call itself starts the fetch, even if the future
    /// is dropped.
    fn ready(&self) -> BoxFuture<'static, Result<(), NotReady>> {
        Box::pin(future::ready(Ok(())))
    }

    /// The state of the keys, for health checks. By default they are fresh if there are any.
    fn status(&self) -> KeyStatus {
        KeyStatus::of(self.snapshot().len())
    }
}

/// The key that a token names. `Debug` shows only the algorithm.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct WantedKey<'a> {
    /// The `kid` of the token, if any. The token is unverified: compare the `kid`, but put it into no
    /// URL, path, query or log line.
    pub key_id: Option<&'a str>,
    /// The algorithm of the token.
    pub algorithm: Algorithm,
}

impl<'a> WantedKey<'a> {
    /// A key request, for tests of a provider.
    pub fn new(algorithm: Algorithm, key_id: Option<&'a str>) -> Self {
        Self { key_id, algorithm }
    }

    pub(crate) fn of(header: &'a Header) -> Self {
        Self {
            key_id: header.key_id(),
            algorithm: header.algorithm(),
        }
    }
}

impl fmt::Debug for WantedKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WantedKey")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// What [`KeyProvider::refresh`] found.
pub enum Refresh {
    /// No newer keys: the token is refused.
    Unchanged,
    /// Newer keys are unavailable: the request is answered with 503, and may be retried after this
    /// time.
    Unavailable(Duration),
    /// A fetch is running. When it succeeds, the token is checked once more with a new
    /// [`snapshot`](KeyProvider::snapshot). An error goes to the client; it should be
    /// [`AuthError::KeysUnavailable`].
    Pending(BoxFuture<'static, Result<(), AuthError>>),
}

impl fmt::Debug for Refresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unchanged => f.write_str("Unchanged"),
            Self::Unavailable(after) => f.debug_tuple("Unavailable").field(after).finish(),
            Self::Pending(_) => f.write_str("Pending"),
        }
    }
}

impl KeyProvider for VerifyingKey {
    fn snapshot(&self) -> KeySet {
        KeySet::from(self.clone())
    }

    fn snapshot_if_changed(&self, known: &KeySet) -> Option<KeySet> {
        (!known.is_only(self)).then(|| self.snapshot())
    }

    fn is_fixed(&self) -> bool {
        true
    }
}

impl KeyProvider for KeySet {
    fn snapshot(&self) -> KeySet {
        self.clone()
    }

    fn snapshot_if_changed(&self, known: &KeySet) -> Option<KeySet> {
        (!self.is_same(known)).then(|| self.clone())
    }

    fn is_fixed(&self) -> bool {
        true
    }
}

impl<P: KeyProvider + ?Sized> KeyProvider for Arc<P> {
    fn snapshot(&self) -> KeySet {
        (**self).snapshot()
    }

    fn snapshot_if_changed(&self, known: &KeySet) -> Option<KeySet> {
        (**self).snapshot_if_changed(known)
    }

    fn is_fixed(&self) -> bool {
        (**self).is_fixed()
    }

    fn refresh(&self, wanted: &WantedKey<'_>) -> Refresh {
        (**self).refresh(wanted)
    }

    fn ready(&self) -> BoxFuture<'static, Result<(), NotReady>> {
        (**self).ready()
    }

    fn status(&self) -> KeyStatus {
        (**self).status()
    }
}

impl<F: Fn() -> KeySet + Send + Sync + 'static> KeyProvider for F {
    fn snapshot(&self) -> KeySet {
        self()
    }
}
