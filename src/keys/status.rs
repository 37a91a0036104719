//! The state of keys, for operators.

use std::time::Duration;

use serde::{Serialize, Serializer};

/// The state of keys, for health checks. Serialises to an object with times in seconds:
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
    /// Whether the keys are usable.
    pub state: KeyState,
    /// How long ago a fetch confirmed the keys. None before the first, or if nothing is fetched.
    #[serde(serialize_with = "as_seconds")]
    pub age: Option<Duration>,
    /// The number of usable keys.
    pub keys: usize,
    /// Why the last fetch failed, if it did. Holds no secret.
    pub last_error: Option<String>,
    /// The time until the next scheduled fetch: 0 during one, None before the first or if nothing is
    /// fetched.
    #[serde(serialize_with = "as_seconds")]
    pub next_refresh: Option<Duration>,
}

/// Whether keys are usable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum KeyState {
    /// Within their time to live.
    Fresh,
    /// Older, because fetches fail, but still in use.
    Stale,
    /// None yet, or too old: requests are answered with 503.
    Unavailable,
}

impl KeyStatus {
    /// The status of keys that are never stale.
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

    /// Several as one: the worst state, the greatest age, the sum of the keys, the first error, the
    /// next refresh. Without any, it is unavailable.
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

#[expect(clippy::ref_option, reason = "serde's signature")]
fn as_seconds<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs()).serialize(serializer)
}
