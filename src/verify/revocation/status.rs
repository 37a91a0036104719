//! How a list of revocations is doing.

use std::time::Duration;

use serde::{Serialize, Serializer};

/// How a list of revocations is doing, for a health page.
///
/// With `serde` it becomes such an object, with the age in seconds:
///
/// ```
/// use tower_bearer::verify::RevocationList;
///
/// let list = RevocationList::local().build()?;
/// assert_eq!(
///     serde_json::to_string(&list.status()).unwrap(),
///     r#"{"state":"fresh","age":null,"entries":0,"pending":0,"last_error":null}"#
/// );
/// # Ok::<(), tower_bearer::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RevocationStatus {
    /// Whether it can be gone by.
    pub state: RevocationState,
    /// For how long it was not confirmed that nothing is missing. None before the whole list was
    /// loaded for the first time, and where it is of this process alone.
    #[serde(serialize_with = "as_seconds")]
    pub age: Option<Duration>,
    /// How many tokens, sessions and subjects are revoked.
    pub entries: usize,
    /// How many of these the others may not know of, since the feed could not be told.
    pub pending: usize,
    /// Why following the list failed last, unless it goes on. Holds no secret.
    pub last_error: Option<String>,
}

/// Whether a list of revocations can be gone by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum RevocationState {
    /// It is complete, or was so recently enough.
    Fresh,
    /// It was not confirmed for longer than was allowed, and is gone by nevertheless, as
    /// [chosen](super::Staleness::go_on_after).
    Stale,
    /// It was never loaded, or not confirmed for longer than was allowed: requests are answered
    /// with 503.
    Unavailable,
}

#[expect(clippy::ref_option, reason = "serde calls it so")]
fn as_seconds<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs()).serialize(serializer)
}
