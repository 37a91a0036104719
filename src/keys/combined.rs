//! Several providers as one.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use futures::StreamExt;
use futures::future::{self, BoxFuture};
use futures::stream::FuturesUnordered;

use super::{KeyProvider, KeySet, KeyStatus, NotReady, Refresh, WantedKey};
use crate::error::{AuthError, TokenError};

/// Several providers as one, for an issuer with keys in several places.
///
/// Never combine keys of different issuers: name each issuer with its own keys.
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
    providers: Vec<Arc<dyn KeyProvider>>,
    merged: ArcSwapOption<Merged>,
}

/// The union of the sets, kept until one of them is replaced.
struct Merged {
    parts: Vec<KeySet>,
    whole: KeySet,
}

impl Combined {
    /// Adds a provider.
    #[must_use]
    pub fn and(mut self, provider: impl KeyProvider) -> Self {
        self.providers.push(Arc::new(provider));
        self.merged.store(None);
        self
    }

    /// Whether there are no providers.
    pub fn is_empty(&self) -> bool {
        self.providers.is_empty()
    }

    fn is_up_to_date(&self, merged: &Merged) -> bool {
        let mut parts = self.providers.iter().zip(&merged.parts);
        parts.all(|(provider, part)| provider.snapshot_if_changed(part).is_none())
    }
}

impl KeyProvider for Combined {
    fn snapshot(&self) -> KeySet {
        if let Some(merged) = &*self.merged.load()
            && self.is_up_to_date(merged)
        {
            return merged.whole.clone();
        }
        let parts: Vec<_> = self.providers.iter().map(KeyProvider::snapshot).collect();
        let whole: KeySet = parts.iter().flat_map(KeySet::keys).cloned().collect();
        self.merged.store(Some(Arc::new(Merged {
            parts,
            whole: whole.clone(),
        })));
        whole
    }

    fn snapshot_if_changed(&self, known: &KeySet) -> Option<KeySet> {
        if let Some(merged) = &*self.merged.load()
            && merged.whole.is_same(known)
            && self.is_up_to_date(merged)
        {
            return None;
        }
        self.snapshot().snapshot_if_changed(known)
    }

    fn is_fixed(&self) -> bool {
        self.providers.iter().all(KeyProvider::is_fixed)
    }

    /// Asks every provider, so that an outage of one hides no key of another. An outage matters only
    /// if no provider has the key.
    fn refresh(&self, wanted: &WantedKey<'_>) -> Refresh {
        let mut unavailable: Option<Duration> = None;
        let mut pending = FuturesUnordered::new();
        for provider in &self.providers {
            match provider.refresh(wanted) {
                Refresh::Unchanged => {}
                Refresh::Unavailable(after) => {
                    unavailable = Some(unavailable.map_or(after, |least| least.min(after)));
                }
                Refresh::Pending(refresh) => {
                    let provider = Arc::clone(provider);
                    pending.push(async move { (provider, refresh.await) });
                }
            }
        }
        if pending.is_empty() {
            return unavailable.map_or(Refresh::Unchanged, Refresh::Unavailable);
        }
        let key_id = wanted.key_id.map(ToOwned::to_owned);
        let algorithm = wanted.algorithm;
        let mut failed = unavailable.map(AuthError::KeysUnavailable);
        Refresh::Pending(Box::pin(async move {
            let wanted = WantedKey::new(algorithm, key_id.as_deref());
            while let Some((provider, refreshed)) = pending.next().await {
                let selected = provider.snapshot().select(wanted).map(drop);
                if selected != Err(TokenError::UnknownKey) {
                    return Ok(());
                }
                if let Err(error) = refreshed {
                    failed.get_or_insert(error);
                }
            }
            failed.map_or(Ok(()), Err)
        }))
    }

    /// Resolves when every provider has keys.
    fn ready(&self) -> BoxFuture<'static, Result<(), NotReady>> {
        let all = future::try_join_all(self.providers.iter().map(KeyProvider::ready));
        Box::pin(async { all.await.map(drop) })
    }

    fn status(&self) -> KeyStatus {
        let statuses: Vec<_> = self.providers.iter().map(KeyProvider::status).collect();
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
