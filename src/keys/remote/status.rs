//! What operators are told.

use std::time::Duration;

/// How a [`RemoteKeys`](super::RemoteKeys) is doing, for a health page.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemoteStatus {
    /// Whether the keys can be used.
    pub state: RemoteState,
    /// How long ago the keys were confirmed by a fetch. None before the first.
    pub age: Option<Duration>,
    /// How many keys can be used now.
    pub keys: usize,
    /// Why the last fetch failed, unless it succeeded. Holds no secret.
    pub last_error: Option<String>,
    /// How long it is until the next fetch that nobody has to ask for. 0 while one is
    /// under way, None before the first.
    pub next_refresh: Option<Duration>,
}

/// Whether remote keys can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RemoteState {
    /// They are within their time to live.
    Fresh,
    /// They are older, since fetches fail, but can be used for a while.
    Stale,
    /// There are none yet, or they are too old: requests are answered with 503.
    Unavailable,
}
