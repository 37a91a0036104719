//! Where keys come from.
//!
//! A [`KeyProvider`] hands out the keys that are trusted now, at once, and may be asked to
//! look for newer ones. Provided are one [`VerifyingKey`] or a [`KeySet`] (also made from a
//! [`JwkSet`](crate::JwkSet)) that never change, a [`KeyFile`] that follows its file, several
//! providers [`Combined`], and any closure that returns a [`KeySet`].
#![cfg_attr(
    feature = "remote",
    doc = "With the feature `remote`, [`RemoteKeys`] are those of an identity provider, by the URL of its JWKS."
)]
//!
//! # A provider of your own
//!
//! Keep the keys where reading them does not block, and replace them from a task of your own:
//!
//! ```
//! use std::sync::{Arc, RwLock};
//! use tower_bearer::VerifyingKey;
//! use tower_bearer::keys::{KeyProvider, KeySet};
//!
//! /// Keys that the application's own admin page can replace.
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
#[cfg(feature = "remote")]
mod remote;
mod status;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{self, BoxFuture};
use tower::BoxError;

pub use self::combined::Combined;
#[cfg(feature = "remote")]
pub use self::fetch::FetchError;
pub use self::file::KeyFile;
pub use self::key_set::KeySet;
#[cfg(feature = "remote")]
pub use self::remote::{RemoteKeys, RemoteKeysBuilder};
pub use self::status::{KeyState, KeyStatus};
use crate::error::AuthError;
use crate::jose::{Algorithm, Header, VerifyingKey};

/// A source of keys that are trusted.
///
/// [The module's page](self) shows one in a few lines.
pub trait KeyProvider: Send + Sync + 'static {
    /// The keys at hand. Called for each token, so it must return at once: no I/O, no waiting for
    /// whoever replaces the keys. An empty set means that there are none yet.
    fn snapshot(&self) -> KeySet;

    /// The keys at hand, unless they are those that a [`snapshot`](Self::snapshot) has given
    /// before. Called for each token that was verified before.
    ///
    /// By default it takes a snapshot and asks [`KeySet::is_same`]. A provider that can tell
    /// without a clone lets more threads work at once, since they need not count it.
    fn snapshot_if_changed(&self, known: &KeySet) -> Option<KeySet> {
        Some(self.snapshot()).filter(|keys| !keys.is_same(known))
    }

    /// Looks for newer keys, since none of the [`snapshot`](Self::snapshot) fits a token.
    ///
    /// Anybody who can send a token can cause this call. A provider that fetches must share one
    /// fetch among all who wait, and must not fetch again too soon. By default there is nothing
    /// newer to be had.
    fn refresh(&self, wanted: &WantedKey<'_>) -> Refresh {
        let _ = wanted;
        Refresh::Unchanged
    }

    /// Resolves when there are keys, or with why there are none: for servers that are not to
    /// start without. By default, at once. Whoever calls it need not wait for it: a provider that
    /// fetches begins to with this call.
    fn ready(&self) -> BoxFuture<'static, Result<(), BoxError>> {
        Box::pin(future::ready(Ok(())))
    }

    /// How the keys are doing, for health pages. By default they are fresh if there are any.
    fn status(&self) -> KeyStatus {
        KeyStatus::of(self.snapshot().len())
    }
}

/// The key that a token asks for.
///
/// `Debug` shows the algorithm only.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct WantedKey<'a> {
    /// The `kid` of the token, where it has one. It comes from a token that nobody has verified:
    /// compare it, but put it into no URL, path, query or log line.
    pub key_id: Option<&'a str>,
    /// The algorithm of the token.
    pub algorithm: Algorithm,
}

impl<'a> WantedKey<'a> {
    /// A wish, to test a provider with.
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

/// What comes of asking a provider for newer keys.
pub enum Refresh {
    /// There is nothing newer: the token is refused.
    Unchanged,
    /// There may be newer keys, but they cannot be had now: the request is answered with 503 and
    /// may be tried again after this time.
    Unavailable(Duration),
    /// Newer keys are on their way. When this resolves well, the token is judged once more by a
    /// new [`snapshot`](KeyProvider::snapshot); an error goes to the client, normally
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
}

impl KeyProvider for KeySet {
    fn snapshot(&self) -> KeySet {
        self.clone()
    }

    fn snapshot_if_changed(&self, known: &KeySet) -> Option<KeySet> {
        (!self.is_same(known)).then(|| self.clone())
    }
}

impl<P: KeyProvider + ?Sized> KeyProvider for Arc<P> {
    fn snapshot(&self) -> KeySet {
        (**self).snapshot()
    }

    fn snapshot_if_changed(&self, known: &KeySet) -> Option<KeySet> {
        (**self).snapshot_if_changed(known)
    }

    fn refresh(&self, wanted: &WantedKey<'_>) -> Refresh {
        (**self).refresh(wanted)
    }

    fn ready(&self) -> BoxFuture<'static, Result<(), BoxError>> {
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
