//! Keys that a fetch did not find.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::Instant;

use crate::keys::WantedKey;

/// The unknown keys that caused a fetch. None causes another until its time has come, which is
/// twice as far away after each fetch.
///
/// Only keys that *caused* a fetch are remembered, so that a flood of random `kid`s, which can
/// cause one fetch a cooldown, cannot displace them.
#[derive(Default)]
pub(super) struct UnknownKeys {
    entries: Vec<Unknown>,
    hasher: RandomState,
}

/// A hash of a wanted key: its `kid` comes from a stranger, and may be long.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct WantedId(u64);

struct Unknown {
    id: WantedId,
    pause: Duration,
    until: Instant,
}

impl UnknownKeys {
    pub(super) fn id_of(&self, wanted: &WantedKey<'_>) -> WantedId {
        WantedId(self.hasher.hash_one((wanted.key_id, wanted.algorithm)))
    }

    /// Whether the key may not cause a fetch now.
    pub(super) fn contains(&self, id: WantedId, now: Instant) -> bool {
        self.entries
            .iter()
            .any(|unknown| unknown.id == id && now < unknown.until)
    }

    /// Adds the key that caused a fetch. If there are too many, the one that ends first goes.
    pub(super) fn add(&mut self, id: WantedId, now: Instant, bounds: &Bounds) {
        if let Some(unknown) = self.entries.iter_mut().find(|unknown| unknown.id == id) {
            unknown.pause = unknown.pause.saturating_mul(2).min(bounds.longest);
            unknown.until = after(now, unknown.pause);
            return;
        }
        if self.entries.len() >= bounds.entries {
            let first = self.entries.iter().enumerate();
            let Some((first, _)) = first.min_by_key(|(_, unknown)| unknown.until) else {
                return;
            };
            self.entries.swap_remove(first);
        }
        self.entries.push(Unknown {
            id,
            pause: bounds.shortest,
            until: after(now, bounds.shortest),
        });
    }
}

/// How many are remembered, and how long.
pub(super) struct Bounds {
    pub(super) entries: usize,
    pub(super) shortest: Duration,
    pub(super) longest: Duration,
}

/// A later time. Settings are bounded, so it never overflows.
pub(super) fn after(now: Instant, time: Duration) -> Instant {
    now.checked_add(time).unwrap_or(now)
}
