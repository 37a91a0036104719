//! A feed in memory that fails when it is told to.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{self, Instant};

use crate::verify::{Batch, Entry, Feed, FeedError, FeedFuture, Position};

/// A [`Feed`] in the memory of this process, for tests of what a service does when several
/// processes share one, and when it is gone. Clones are the same feed. Time is Tokio's.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tower_bearer::verify::FeedError> {
/// use std::time::Duration;
/// use tower_bearer::verify::{Entry, Feed};
/// use tower_bearer::test_util::TestFeed;
///
/// let feed = TestFeed::new();
/// let entry = Entry { bytes: b"a".to_vec(), ttl: Duration::from_secs(60) };
/// feed.add(&[entry]).await?;
/// assert_eq!(feed.load().await?.entries, [b"a"]);
///
/// feed.fail();
/// assert!(feed.load().await.is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct TestFeed(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    mode: Mode,
    /// How often everything was lost. Positions from before are not known.
    losses: u64,
    /// The place of the last entry.
    last: u64,
    /// By their places.
    entries: BTreeMap<u64, Arc<[u8]>>,
    /// Where each is, and until when.
    known: HashMap<Arc<[u8]>, (u64, Instant)>,
}

#[derive(Clone, Copy, Default)]
enum Mode {
    #[default]
    Answers,
    Fails,
    Hangs,
}

impl TestFeed {
    /// An empty feed.
    pub fn new() -> Self {
        Self::default()
    }

    /// Fails from now on, also what is waiting, as where the connection was refused.
    pub fn fail(&self) {
        self.change(|state| state.mode = Mode::Fails);
    }

    /// Answers nothing from now on, not even that it failed, as where a cable was cut.
    pub fn hang(&self) {
        self.change(|state| state.mode = Mode::Hangs);
    }

    /// Works again. What was asked while it [hung](Self::hang) is never answered.
    pub fn recover(&self) {
        self.change(|state| state.mode = Mode::Answers);
    }

    /// Loses all entries, as a server does that starts anew and writes nothing to its disk.
    pub fn lose(&self) {
        self.change(|state| {
            *state = State {
                mode: state.mode,
                losses: state.losses.saturating_add(1),
                ..State::default()
            };
        });
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.0.changed.notify_waiters();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        let state = self.0.state.lock();
        state.unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something, if it answers at all.
    async fn ask<T>(&self, operation: impl FnOnce(&mut State) -> T) -> Result<T, FeedError> {
        // The lock ends with the block, before the wait without end.
        {
            let mut state = self.state();
            match state.mode {
                Mode::Answers => {
                    state.drop_expired();
                    return Ok(operation(&mut state));
                }
                Mode::Fails => return Err(FeedError::unavailable("connection refused")),
                Mode::Hangs => {}
            }
        }
        future::pending().await
    }
}

impl State {
    fn drop_expired(&mut self) {
        let now = Instant::now();
        for (_, (place, _)) in self.known.extract_if(|_, (_, end)| *end <= now) {
            self.entries.remove(&place);
        }
    }

    fn add(&mut self, entry: &Entry) {
        let end = end_of(entry.ttl);
        if let Some((_, known)) = self.known.get_mut(&*entry.bytes) {
            *known = end.max(*known);
            return;
        }
        self.last = self.last.saturating_add(1);
        let bytes = Arc::<[u8]>::from(&*entry.bytes);
        self.entries.insert(self.last, Arc::clone(&bytes));
        self.known.insert(bytes, (self.last, end));
    }

    /// What stands behind this place.
    fn behind(&self, place: u64) -> Batch {
        let entries = self.entries.range(place.saturating_add(1)..);
        Batch {
            entries: entries.map(|(_, bytes)| bytes.to_vec()).collect(),
            position: Position::new(format!("{}-{}", self.losses, self.last)),
        }
    }

    /// The place that a position names, if it is one of ours.
    fn place(&self, position: &Position) -> Option<u64> {
        let (losses, place) = position.as_str().split_once('-')?;
        let place = place.parse().ok()?;
        (losses == self.losses.to_string() && place <= self.last).then_some(place)
    }
}

/// When so much time has passed, or ten years, which no test waits for.
fn end_of(time: Duration) -> Instant {
    const TEN_YEARS: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
    let now = Instant::now();
    now.checked_add(time.min(TEN_YEARS)).unwrap_or(now)
}

impl Feed for TestFeed {
    fn add<'a>(&'a self, entries: &'a [Entry]) -> FeedFuture<'a, ()> {
        Box::pin(async move {
            self.ask(|state| entries.iter().for_each(|entry| state.add(entry)))
                .await?;
            self.0.changed.notify_waiters();
            Ok(())
        })
    }

    fn load(&self) -> FeedFuture<'_, Batch> {
        Box::pin(self.ask(|state| state.behind(0)))
    }

    fn follow<'a>(&'a self, after: &'a Position, wait: Duration) -> FeedFuture<'a, Option<Batch>> {
        Box::pin(async move {
            let end = end_of(wait);
            loop {
                // Taken before looking, so that no change goes unnoticed between the two.
                let changed = self.0.changed.notified();
                let batch = self
                    .ask(|state| state.place(after).map(|place| state.behind(place)))
                    .await?;
                if batch.as_ref().is_none_or(|batch| !batch.entries.is_empty()) {
                    return Ok(batch);
                }
                if time::timeout_at(end, changed).await.is_err() {
                    return Ok(batch);
                }
            }
        })
    }
}

impl fmt::Debug for TestFeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestFeed").finish_non_exhaustive()
    }
}
