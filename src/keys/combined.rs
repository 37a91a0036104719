//! Several providers as one.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use futures::future::{self, BoxFuture};
use tower::BoxError;

use super::{KeyProvider, KeySet, KeyStatus, Refresh, WantedKey};

/// Several providers whose keys are trusted together, for one issuer that has its keys in more
/// than one place.
///
/// Keys of different issuers are never to be combined: name each issuer with its own keys.
///
/// ```
/// use tower_bearer::VerifyingKey;
/// use tower_bearer::keys::{Combined, KeyProvider};
///
/// let keys = Combined::default()
///     .and(VerifyingKey::from_secret([1; 32])?.with_key_id("ours"))
///     .and(VerifyingKey::from_secret([2; 32])?.with_key_id("theirs"));
/// assert_eq!(keys.snapshot().len(), 2);
/// # Ok::<(), tower_bearer::ConfigError>(())
/// ```
#[derive(Default)]
pub struct Combined {
    providers: Vec<Box<dyn KeyProvider>>,
    merged: ArcSwapOption<Merged>,
}

/// The union of some sets, remembered until one of them is replaced.
struct Merged {
    parts: Vec<KeySet>,
    whole: KeySet,
}

impl Combined {
    /// Adds a provider.
    #[must_use]
    pub fn and(mut self, provider: impl KeyProvider) -> Self {
        self.providers.push(Box::new(provider));
        // What is remembered knows nothing of it.
        self.merged.store(None);
        self
    }

    /// Whether no provider was added.
    pub fn is_empty(&self) -> bool {
        self.providers.is_empty()
    }
}

impl KeyProvider for Combined {
    fn snapshot(&self) -> KeySet {
        let merged = self.merged.load();
        if let Some(merged) = &*merged {
            let mut parts = self.providers.iter().zip(&merged.parts);
            if parts.all(|(provider, part)| provider.snapshot().is_same(part)) {
                return merged.whole.clone();
            }
        }
        let parts: Vec<_> = self
            .providers
            .iter()
            .map(|provider| provider.snapshot())
            .collect();
        let whole: KeySet = parts.iter().flat_map(KeySet::keys).cloned().collect();
        self.merged.store(Some(Arc::new(Merged {
            parts,
            whole: whole.clone(),
        })));
        whole
    }

    /// Asks each provider in turn; the first that has something to say is heard.
    fn refresh(&self, wanted: &WantedKey<'_>) -> Refresh {
        self.providers
            .iter()
            .map(|provider| provider.refresh(wanted))
            .find(|refresh| !matches!(refresh, Refresh::Unchanged))
            .unwrap_or(Refresh::Unchanged)
    }

    /// Resolves when each provider has keys.
    fn ready(&self) -> BoxFuture<'static, Result<(), BoxError>> {
        let all = future::try_join_all(self.providers.iter().map(|provider| provider.ready()));
        Box::pin(async { all.await.map(drop) })
    }

    fn status(&self) -> KeyStatus {
        let statuses: Vec<_> = self
            .providers
            .iter()
            .map(|provider| provider.status())
            .collect();
        KeyStatus::summary(&statuses)
    }
}

impl fmt::Debug for Combined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Combined")
            .field("providers", &self.providers.len())
            .finish_non_exhaustive()
    }
}
