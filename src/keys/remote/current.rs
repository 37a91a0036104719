//! The keys that are served, and until when.

use std::time::Duration;

use tokio::time::Instant;

use super::unknown::after;
use crate::keys::{KeySet, KeyState};

pub(super) struct Current {
    keys: KeySet,
    times: Option<Times>,
}

struct Times {
    fetched: Instant,
    /// From then on the keys are stale.
    expiry: Instant,
    /// From then on they are not served.
    end: Instant,
}

impl Current {
    /// Before the first fetch.
    pub(super) fn none() -> Self {
        Self {
            keys: KeySet::default(),
            times: None,
        }
    }

    pub(super) fn new(
        keys: KeySet,
        now: Instant,
        time_to_live: Duration,
        stale_window: Duration,
    ) -> Self {
        let expiry = after(now, time_to_live);
        Self {
            keys,
            times: Some(Times {
                fetched: now,
                expiry,
                end: after(expiry, stale_window),
            }),
        }
    }

    /// The keys, unless they are too old. Checked here rather than by the worker, whose runtime may
    /// be gone.
    pub(super) fn keys(&self, now: Instant) -> Option<&KeySet> {
        let times = self.times.as_ref()?;
        (now < times.end).then_some(&self.keys)
    }

    /// The keys, however old.
    pub(super) fn all_keys(&self) -> &KeySet {
        &self.keys
    }

    pub(super) fn state(&self, now: Instant) -> KeyState {
        match &self.times {
            Some(times) if now < times.expiry => KeyState::Fresh,
            Some(times) if now < times.end => KeyState::Stale,
            _ => KeyState::Unavailable,
        }
    }

    pub(super) fn age(&self, now: Instant) -> Option<Duration> {
        let times = self.times.as_ref()?;
        Some(now.saturating_duration_since(times.fetched))
    }
}
