//! Keys that were looked for in vain.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::Instant;

use crate::keys::WantedKey;

/// What fetches were made for that did not bring it. None of it is fetched for again until its
/// time has come, which is twice as far away after each fetch in vain.
///
/// Only what *caused* a fetch is remembered, so that a flood of random names, which can cause one
/// a cooldown, cannot push out what is here.
pub(super) struct Misses {
    entries: Vec<Miss>,
    hasher: RandomState,
}

/// A wanted key that can be compared, but not read: its name came from a stranger, and may be long.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct WantedId(u64);

struct Miss {
    id: WantedId,
    bar: Duration,
    until: Instant,
}

impl Misses {
    pub(super) fn new() -> Self {
        Self {
            entries: Vec::new(),
            hasher: RandomState::new(),
        }
    }

    pub(super) fn id_of(&self, wanted: &WantedKey<'_>) -> WantedId {
        WantedId(self.hasher.hash_one((wanted.key_id, wanted.algorithm)))
    }

    pub(super) fn is_barred(&self, id: WantedId, now: Instant) -> bool {
        self.entries
            .iter()
            .any(|miss| miss.id == id && now < miss.until)
    }

    /// Bars what a fetch was made for. Of more than `max`, the one that is free first is forgotten.
    pub(super) fn add(&mut self, id: WantedId, now: Instant, bounds: &Bounds) {
        if let Some(miss) = self.entries.iter_mut().find(|miss| miss.id == id) {
            miss.bar = miss.bar.saturating_mul(2).min(bounds.longest);
            miss.until = after(now, miss.bar);
            return;
        }
        if self.entries.len() >= bounds.entries {
            let first = self.entries.iter().enumerate();
            let Some((first, _)) = first.min_by_key(|(_, miss)| miss.until) else {
                return;
            };
            self.entries.swap_remove(first);
        }
        self.entries.push(Miss {
            id,
            bar: bounds.shortest,
            until: after(now, bounds.shortest),
        });
    }
}

/// How much is remembered, and for how long.
pub(super) struct Bounds {
    pub(super) entries: usize,
    pub(super) shortest: Duration,
    pub(super) longest: Duration,
}

/// A time that lies ahead. Settings are bounded, so that it can always be told.
pub(super) fn after(now: Instant, time: Duration) -> Instant {
    now.checked_add(time).unwrap_or(now)
}
