//! What operators are told.

use std::time::Duration;

use serde::{Serialize, Serializer};

/// How keys are doing, for a health page.
///
/// With `serde` it becomes such an object, with times in seconds:
///
/// ```
/// use tower_bearer::VerifyingKey;
/// use tower_bearer::keys::KeyProvider;
///
/// let key = VerifyingKey::from_secret([7; 32])?;
/// assert_eq!(
///     serde_json::to_string(&key.status()).unwrap(),
///     r#"{"state":"fresh","age":null,"keys":1,"last_error":null,"next_refresh":null}"#
/// );
/// # Ok::<(), tower_bearer::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct KeyStatus {
    /// Whether the keys can be used.
    pub state: KeyState,
    /// How long ago the keys were confirmed by a fetch. None before the first, and where nothing
    /// is fetched.
    #[serde(serialize_with = "as_seconds")]
    pub age: Option<Duration>,
    /// How many keys can be used now.
    pub keys: usize,
    /// Why the last fetch failed, unless it succeeded. Holds no secret.
    pub last_error: Option<String>,
    /// How long it is until the next fetch that nobody has to ask for. 0 while one is
    /// under way, None before the first, and where nothing is fetched.
    #[serde(serialize_with = "as_seconds")]
    pub next_refresh: Option<Duration>,
}

/// Whether keys can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum KeyState {
    /// They are within their time to live.
    Fresh,
    /// They are older, since fetches fail, but can be used for a while.
    Stale,
    /// There are none yet, or they are too old: requests are answered with 503.
    Unavailable,
}

impl KeyStatus {
    /// The status of keys that never go stale.
    pub(super) fn of(keys: usize) -> Self {
        Self {
            state: if keys > 0 {
                KeyState::Fresh
            } else {
                KeyState::Unavailable
            },
            age: None,
            keys,
            last_error: None,
            next_refresh: None,
        }
    }

    /// Several as one: the worst state, the greatest age, all the keys, the first error, the next
    /// refresh. Of none, it is that of no key.
    #[must_use]
    pub fn summary<'a>(statuses: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut statuses = statuses.into_iter();
        let Some(first) = statuses.next() else {
            return Self::of(0);
        };
        statuses.fold(first.clone(), |all, one| Self {
            state: all.state.max(one.state),
            age: all.age.max(one.age),
            keys: all.keys.saturating_add(one.keys),
            last_error: all.last_error.or_else(|| one.last_error.clone()),
            next_refresh: [all.next_refresh, one.next_refresh]
                .into_iter()
                .flatten()
                .min(),
        })
    }
}

#[expect(clippy::ref_option, reason = "serde calls it so")]
fn as_seconds<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs()).serialize(serializer)
}
