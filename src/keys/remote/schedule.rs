//! When to fetch: the rules, without the fetching.

use std::time::Duration;

use tokio::time::Instant;

use super::settings::Settings;
use super::unknown::{Bounds, UnknownKeys, WantedId, after};
use crate::jitter::jittered;
use crate::keys::WantedKey;
use crate::keys::fetch::FetchError;

/// What was fetched when, and when to fetch next.
///
/// Fetches are numbered, and run one at a time. All who ask during a fetch wait for that one.
#[derive(Default)]
pub(super) struct Schedule {
    begun: u64,
    finished: u64,
    /// When the last fetch began. The cooldown counts from here, so that it holds whether the
    /// fetch succeeds, fails or never returns.
    begun_at: Option<Instant>,
    /// When to fetch unasked.
    next: Option<Instant>,
    failures: u32,
    last_error: Option<FetchError>,
    /// Whether there were keys at the last failure.
    had_keys: bool,
    /// The unknown key that caused the current fetch.
    wanted: Option<WantedId>,
    unknown: UnknownKeys,
}

/// What to do for an unknown key.
pub(super) enum Demand {
    /// Wait for the fetch of this number.
    Await(u64),
    /// A fetch did not find it lately, or the last fetch is too recent.
    NotNow,
    /// Fetches fail. The next one is scheduled.
    Failing,
}

impl Schedule {
    /// Decides on an unknown key. If this begins a fetch, the worker must be woken.
    ///
    /// While fetches fail, none is made on demand: the worker retries by itself, so that the number
    /// of fetches does not depend on the number of requests.
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
        let id = self.unknown.id_of(wanted);
        let cools_down = self
            .begun_at
            .is_some_and(|begun| now < after(begun, settings.cooldown));
        if !self.is_due(now) && (cools_down || self.unknown.contains(id, now)) {
            return Demand::NotNow;
        }
        self.wanted = Some(id);
        Demand::Await(self.begin(now))
    }

    /// The fetch to wait for if there are no keys at all: the current one, or the next, which
    /// begins now unless a failure delays it.
    pub(super) fn demand_any(&mut self, now: Instant) -> u64 {
        if self.is_fetching() {
            self.begun
        } else if self.failures > 0 && !self.is_due(now) {
            self.begun.saturating_add(1)
        } else {
            self.begin(now)
        }
    }

    /// For the worker: the fetch to make now.
    pub(super) fn take(&mut self, now: Instant) -> Option<u64> {
        if self.is_fetching() {
            Some(self.begun)
        } else {
            self.is_due(now).then(|| self.begin(now))
        }
    }

    pub(super) fn succeeded(&mut self, now: Instant, time_to_live: Duration, settings: &Settings) {
        self.finished = self.begun;
        self.failures = 0;
        self.last_error = None;
        let ahead = time_to_live.mul_f64(f64::from(settings.refresh_percent) / 100.0);
        self.next = Some(after(now, jittered(ahead, 0.1)));
        // Found or not: nobody asks for a known key.
        if let Some(id) = self.wanted.take() {
            let bounds = Bounds {
                entries: settings.max_unknown_keys,
                shortest: settings.cooldown,
                longest: settings.time_to_live.max(settings.cooldown),
            };
            self.unknown.add(id, now, &bounds);
        }
    }

    /// Returns whether the failure is news: the first, of another kind than the last, or the first
    /// without keys.
    pub(super) fn failed(
        &mut self,
        now: Instant,
        error: FetchError,
        has_keys: bool,
        settings: &Settings,
    ) -> bool {
        self.finished = self.begun;
        self.wanted = None;
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

    /// The time until the next scheduled fetch.
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

    fn is_fetching(&self) -> bool {
        self.begun > self.finished
    }

    fn is_due(&self, now: Instant) -> bool {
        self.next.is_some_and(|next| next <= now)
    }
}
