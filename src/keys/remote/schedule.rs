//! When to fetch: the rules, without the fetching.

use std::time::Duration;

use tokio::time::Instant;

use super::misses::{Bounds, Misses, WantedId, after};
use super::settings::Settings;
use crate::jitter::jittered;
use crate::keys::WantedKey;
use crate::keys::fetch::FetchError;

/// What was fetched when, and when to fetch next.
///
/// Fetches are numbered. There is one at a time: from when one is begun until it is finished, all
/// who ask wait for that one.
pub(super) struct Schedule {
    begun: u64,
    finished: u64,
    /// When the last fetch began. The cooldown counts from here, so that it holds whether the
    /// fetch succeeds, fails, or never returns.
    begun_at: Option<Instant>,
    /// When to fetch without being asked.
    next: Option<Instant>,
    failures: u32,
    last_error: Option<FetchError>,
    /// Whether there were keys when it failed last.
    had_keys: bool,
    /// What the fetch under way was begun for.
    sought: Option<WantedId>,
    misses: Misses,
}

/// What to do for a key that is not at hand.
pub(super) enum Demand {
    /// Wait for the fetch of this number.
    Await(u64),
    /// It was looked for lately, or it is too early to look.
    NotNow,
    /// Fetches fail. The next one comes by itself.
    Failing,
}

impl Schedule {
    pub(super) fn new() -> Self {
        Self {
            begun: 0,
            finished: 0,
            begun_at: None,
            next: None,
            failures: 0,
            last_error: None,
            had_keys: false,
            sought: None,
            misses: Misses::new(),
        }
    }

    /// Whether a fetch is to be made for a key that is not at hand. Where this begins one, the
    /// worker must be woken.
    ///
    /// While fetches fail, none is made on demand: the worker tries again by itself, so that the
    /// number of fetches does not depend on the number of requests.
    pub(super) fn demand(
        &mut self,
        wanted: &WantedKey<'_>,
        now: Instant,
        settings: &Settings,
    ) -> Demand {
        if self.is_fetching() {
            return Demand::Await(self.begun);
        }
        if self.failures > 0 && !self.is_due(now) {
            return Demand::Failing;
        }
        let id = self.misses.id_of(wanted);
        let cools_down = self
            .begun_at
            .is_some_and(|begun| now < after(begun, settings.cooldown));
        if !self.is_due(now) && (cools_down || self.misses.is_barred(id, now)) {
            return Demand::NotNow;
        }
        self.sought = Some(id);
        Demand::Await(self.begin(now))
    }

    /// The number of the fetch to wait for where there is no key at all: the one under way, or
    /// the next, which is begun now unless it is being put off after a failure.
    pub(super) fn demand_any(&mut self, now: Instant) -> u64 {
        if self.is_fetching() {
            self.begun
        } else if self.failures > 0 && !self.is_due(now) {
            self.begun.saturating_add(1)
        } else {
            self.begin(now)
        }
    }

    /// For the worker: the number of the fetch to make now.
    pub(super) fn take(&mut self, now: Instant) -> Option<u64> {
        if self.is_fetching() {
            Some(self.begun)
        } else {
            self.is_due(now).then(|| self.begin(now))
        }
    }

    pub(super) fn succeeded(&mut self, now: Instant, time_to_live: Duration, settings: &Settings) {
        self.finish();
        self.failures = 0;
        self.last_error = None;
        let ahead = time_to_live.mul_f64(f64::from(settings.refresh_percent) / 100.0);
        self.next = Some(after(now, jittered(ahead, 0.1)));
        // Whether or not it was found: what is at hand is not asked for.
        if let Some(id) = self.sought.take() {
            let bounds = Bounds {
                entries: settings.max_misses,
                shortest: settings.cooldown,
                longest: settings.time_to_live.max(settings.cooldown),
            };
            self.misses.add(id, now, &bounds);
        }
    }

    /// Returns whether the failure is news: the first of its streak, of another kind than the last,
    /// or the first without keys.
    pub(super) fn failed(
        &mut self,
        now: Instant,
        error: FetchError,
        has_keys: bool,
        settings: &Settings,
    ) -> bool {
        self.finish();
        self.sought = None;
        let (first, longest) = (*settings.back_off.start(), *settings.back_off.end());
        let doubled = 2_u32.saturating_pow(self.failures);
        let mut pause = jittered(first.saturating_mul(doubled).min(longest), 0.5);
        if let Some(asked) = error.retry_after() {
            pause = pause.max(asked.min(longest));
        }
        self.next = Some(after(now, pause));
        self.failures = self.failures.saturating_add(1);

        let lost_keys = self.had_keys && !has_keys;
        self.had_keys = has_keys;
        let text = error.to_string();
        let last = self.last_error.replace(error);
        lost_keys || last.is_none_or(|last| last.to_string() != text)
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.next
    }

    /// How long it is until the next fetch, as far as it is known.
    pub(super) fn until_next(&self, now: Instant) -> Option<Duration> {
        if self.is_fetching() {
            return Some(Duration::ZERO);
        }
        self.next.map(|next| next.saturating_duration_since(now))
    }

    /// Why the last fetch failed, if it did.
    pub(super) fn last_error(&self) -> Option<&FetchError> {
        self.last_error.as_ref()
    }

    fn begin(&mut self, now: Instant) -> u64 {
        self.begun = self.begun.saturating_add(1);
        self.begun_at = Some(now);
        self.begun
    }

    fn finish(&mut self) {
        self.finished = self.begun;
    }

    fn is_fetching(&self) -> bool {
        self.begun > self.finished
    }

    fn is_due(&self, now: Instant) -> bool {
        self.next.is_some_and(|next| next <= now)
    }
}
