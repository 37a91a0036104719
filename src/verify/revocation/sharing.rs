//! A list that several processes share.

use std::collections::HashSet;
use std::mem;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::Instant;

use super::exchange;
use super::feed::Feed;
use super::follower::{AT_ONCE, Follower};
use super::list::List;
use super::record::{Name, Record};
use super::{RevocationError, RevocationState, RevocationStatus, Staleness};
use crate::error::{AuthError, ConfigError};
use crate::observe;
use crate::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use crate::sync::{Mutex, MutexGuard};

/// Nobody is told to come back sooner.
const SHORTEST_RETRY: Duration = Duration::from_secs(1);

pub(super) struct Sharing {
    pub(super) feed: Arc<dyn Feed>,
    pub(super) staleness: Staleness,
    /// When the list was set up, from where times are counted.
    begin: Instant,
    /// Up to when nothing is missing, in milliseconds, counted from 1. 0 until all was loaded.
    confirmed: AtomicU64,
    /// Whether there is a task that follows the feed.
    is_followed: AtomicBool,
    /// Locked for moments only, and never for a token while all is well.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    follower: Option<Follower>,
    /// What the feed may not know of.
    pending: HashSet<Name>,
    /// What it was told since the round began that is under way.
    told: HashSet<Name>,
    /// What it was told before that, and after the last round that ended well.
    unconfirmed: HashSet<Name>,
    last_error: Option<RevocationError>,
    /// When the feed is asked again, after a failure.
    next: Option<Instant>,
}

impl Sharing {
    pub(super) fn new(feed: impl Feed, staleness: Staleness) -> Self {
        Self {
            feed: Arc::new(feed),
            staleness,
            begin: Instant::now(),
            confirmed: AtomicU64::new(0),
            is_followed: AtomicBool::new(false),
            state: Mutex::default(),
        }
    }

    pub(super) fn check_settings(&self) -> Result<(), ConfigError> {
        self.staleness.check()
    }

    /// Whether the list can be gone by. The time is compared here, not by the task: where the
    /// runtime of that is gone, the list is stale all the same.
    pub(super) fn check(&self, list: &Arc<List>) -> Result<(), AuthError> {
        if !self.is_followed.load(Ordering::Relaxed) {
            // Where it cannot be followed, its age tells.
            let _ = self.employ(list);
        }
        let confirmed = self.confirmed.load(Ordering::Acquire);
        if confirmed > 0 && !self.staleness.refuses() {
            return Ok(());
        }
        let now = Instant::now();
        match self.age(confirmed, now) {
            Some(age) if !self.staleness.is_stale(age) => Ok(()),
            _ => Err(AuthError::RevocationsUnavailable(self.retry_after(now))),
        }
    }

    /// Tells the others of a record. What they may not have been told, for whatever reason, stays
    /// pending, also where this future is dropped.
    pub(super) async fn tell(
        &self,
        list: &Arc<List>,
        record: Record,
    ) -> Result<(), RevocationError> {
        self.state().pending.insert(record.name);
        // There may be no task that would, for as long as there is no runtime.
        self.forget_ended(list);
        self.employ(list)?;
        // The task may be on another runtime; then it is the one that tells.
        Handle::try_current().map_err(|_| RevocationError::NoRuntime)?;
        exchange::add(&*self.feed, &[record], list.settings.now()).await?;
        let mut state = self.state();
        // Somebody may have revoked more of the same name meanwhile.
        let known = list.extent(&record.name);
        if known.is_none_or(|extent| record.extent.covers(extent)) {
            state.pending.remove(&record.name);
            state.told.insert(record.name);
        }
        Ok(())
    }

    pub(super) async fn ready(&self, list: &Arc<List>) -> Result<(), RevocationError> {
        if self.is_loaded() {
            return Ok(());
        }
        let mut rounds = self.employ(list)?;
        let before = *rounds.borrow();
        // It may have been loaded since it was looked.
        let ended = rounds.wait_for(|round| *round > before || self.is_loaded());
        let is_followed = ended.await.is_ok();
        if self.is_loaded() {
            return Ok(());
        }
        let failed = self.state().last_error.clone().filter(|_| is_followed);
        Err(failed.unwrap_or(RevocationError::NoRuntime))
    }

    pub(super) fn status(&self, entries: usize) -> RevocationStatus {
        let age = self.age(self.confirmed.load(Ordering::Acquire), Instant::now());
        let (pending, last_error) = {
            let state = self.state();
            (state.pending.len(), state.last_error.clone())
        };
        RevocationStatus {
            state: self.state_at(age),
            age,
            entries,
            pending,
            // Not behind the lock: how the feed's error reads is the application's affair.
            last_error: last_error.as_ref().map(ToString::to_string),
        }
    }

    /// Notes that the feed is asked for what is new. What it was told until now is among that.
    pub(super) fn begin_round(&self) {
        let mut state = self.state();
        let told = mem::take(&mut state.told);
        state.unconfirmed.extend(told);
    }

    /// Notes that the feed was told of these.
    pub(super) fn add_told(&self, names: impl Iterator<Item = Name>) {
        self.state().told.extend(names);
    }

    /// Has the feed told again what nobody has read there since: where a server fails, another one
    /// may take over that never had it.
    pub(super) fn doubt_told(&self) {
        let mut state = self.state();
        let (told, unconfirmed) = (
            mem::take(&mut state.told),
            mem::take(&mut state.unconfirmed),
        );
        state.pending.extend(told.into_iter().chain(unconfirmed));
    }

    /// Notes that nothing is missing up to this time.
    pub(super) fn confirm(&self, at: Instant) {
        self.state().unconfirmed = HashSet::new();
        let since = at.saturating_duration_since(self.begin).as_millis();
        let since = u64::try_from(since).unwrap_or(u64::MAX);
        // Behind the entries: who sees that they are complete sees them.
        self.confirmed
            .store(since.saturating_add(1), Ordering::Release);
    }

    pub(super) fn add_pending(&self, names: Vec<Name>) {
        self.state().pending.extend(names);
    }

    /// Nobody needs to be told what has ended. Looked at only where that is half of what is
    /// pending at least, so that a long outage costs neither memory without end nor a look at all
    /// in each round.
    pub(super) fn forget_ended(&self, list: &List) {
        let pending = self.state().pending.len();
        if pending <= list.len().saturating_mul(2) {
            return;
        }
        for names in self.take_pending(usize::MAX).chunks(AT_ONCE) {
            let living = list.records_of(names);
            self.add_pending(living.iter().map(|record| record.name).collect());
        }
    }

    /// At most so many of what the feed may not know.
    pub(super) fn take_pending(&self, max: usize) -> Vec<Name> {
        let mut state = self.state();
        let names: Vec<_> = state.pending.iter().take(max).copied().collect();
        for name in &names {
            state.pending.remove(name);
        }
        if state.pending.is_empty() {
            // The room that an outage took is not needed until the next.
            state.pending = HashSet::new();
        }
        names
    }

    /// Notes how a round of the task ended.
    pub(super) fn end_round(
        &self,
        entries: usize,
        error: Option<RevocationError>,
        pause: Duration,
    ) {
        let now = Instant::now();
        let text = error.as_ref().map(ToString::to_string);
        let last = {
            let mut state = self.state();
            state.next = now.checked_add(pause);
            mem::replace(&mut state.last_error, error)
        };
        match (text, last) {
            (Some(text), last) => {
                let is_news = last.is_none_or(|last| last.to_string() != text);
                observe::revocations_failed(&text, is_news);
            }
            (None, Some(_)) => observe::revocations_followed(),
            (None, None) => {}
        }
        let age = self.age(self.confirmed.load(Ordering::Acquire), now);
        observe::revocations_are(entries, self.state_at(age) as u8, age);
    }

    pub(super) fn mark_unfollowed(&self) {
        self.is_followed.store(false, Ordering::Relaxed);
    }

    fn state_at(&self, age: Option<Duration>) -> RevocationState {
        match age {
            Some(age) if !self.staleness.is_stale(age) => RevocationState::Fresh,
            Some(_) if !self.staleness.refuses() => RevocationState::Stale,
            _ => RevocationState::Unavailable,
        }
    }

    fn is_loaded(&self) -> bool {
        self.confirmed.load(Ordering::Acquire) > 0
    }

    /// How long ago it was confirmed that nothing is missing, if it ever was.
    fn age(&self, confirmed: u64, now: Instant) -> Option<Duration> {
        let confirmed = Duration::from_millis(confirmed.checked_sub(1)?);
        let now = now.saturating_duration_since(self.begin);
        Some(now.saturating_sub(confirmed))
    }

    fn retry_after(&self, now: Instant) -> Duration {
        let next = self.state().next;
        let wait = next.map(|next| next.saturating_duration_since(now));
        wait.unwrap_or_default().max(SHORTEST_RETRY)
    }

    /// Sees to it that there is a task, and returns by what the end of its rounds is known.
    fn employ(&self, list: &Arc<List>) -> Result<watch::Receiver<u64>, RevocationError> {
        let mut state = self.state();
        if let Some(follower) = state.follower.as_ref().filter(|task| task.is_alive()) {
            return Ok(follower.rounds());
        }
        // Before there is a task: a runtime that is about to end drops it at once.
        self.is_followed.store(true, Ordering::Relaxed);
        let Some(follower) = Follower::spawn(list, self) else {
            self.mark_unfollowed();
            return Err(RevocationError::NoRuntime);
        };
        let rounds = follower.rounds();
        state.follower = Some(follower);
        Ok(rounds)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while the lock is held; should it ever, what it guards is still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
