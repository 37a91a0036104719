//! The task that follows the feed.

use std::collections::HashMap;
use std::mem;
use std::pin::pin;
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures::future;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task;
use tokio::time::{self, Instant};

use super::entries::Full;
use super::feed::{Feed, Position};
use super::list::List;
use super::record::{Extent, Name, Record};
use super::sharing::Sharing;
use super::{RevocationError, exchange};
use crate::jitter::jittered;
use crate::observe;

/// The pause after the first failure. It doubles with each.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// No pause is longer. As soon as the feed is back, it has to be followed: until then, requests may
/// be refused, and what is revoked elsewhere is not known. To try so often costs nobody anything.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// So many records are added or taken in at once, so that neither the feed nor those who wait for
/// a lock wait long.
pub(super) const AT_ONCE: usize = 1000;

/// The task that follows the feed, as seen by the list.
///
/// It ends when this is dropped, or with the runtime that it runs on.
pub(super) struct Follower {
    holder: watch::Sender<()>,
    /// How many rounds have ended.
    rounds: watch::Receiver<u64>,
}

impl Follower {
    /// None where no runtime is running.
    pub(super) fn spawn(list: &Arc<List>, sharing: &Sharing) -> Option<Self> {
        let runtime = Handle::try_current().ok()?;
        let (holder, held) = watch::channel(());
        let (end_round, rounds) = watch::channel(0);
        let task = Task {
            list: Arc::downgrade(list),
            feed: Arc::clone(&sharing.feed),
            wait: sharing.staleness.wait(),
            position: None,
            was_lost: false,
            failures: 0,
        };
        runtime.spawn(run(task, held, end_round));
        Some(Self { holder, rounds })
    }

    pub(super) fn is_alive(&self) -> bool {
        !self.holder.is_closed()
    }

    pub(super) fn rounds(&self) -> watch::Receiver<u64> {
        self.rounds.clone()
    }
}

/// Follows the feed for as long as somebody has the list, which it holds only in moments without
/// waiting.
async fn run(mut task: Task, mut held: watch::Receiver<()>, end_round: watch::Sender<u64>) {
    let dropped = async { while held.changed().await.is_ok() {} };
    let follow = async {
        loop {
            let pause = task.round().await;
            end_round.send_modify(|rounds| *rounds = rounds.saturating_add(1));
            time::sleep(pause).await;
        }
    };
    future::select(pin!(dropped), pin!(follow)).await;
}

struct Task {
    list: Weak<List>,
    feed: Arc<dyn Feed>,
    wait: Duration,
    /// Up to where the feed was followed. None where all has to be loaded.
    position: Option<Position>,
    /// Whether the position before was not known, either.
    was_lost: bool,
    failures: u32,
}

impl Task {
    /// Tells the feed what it may not know, and catches up with it. Returns how long to pause.
    async fn round(&mut self) -> Duration {
        let position = self.position.clone();
        let told = match &position {
            Some(_) => self.tell_pending().await,
            // What is pending is found anew by what is loaded, and told in the next round.
            None => Ok(()),
        };
        self.with_list(|_, sharing| sharing.begin_round());
        // Where telling fails, the others are followed nevertheless.
        let caught_up = match &position {
            Some(position) => self.follow(position).await,
            None => self.load().await,
        };
        let (pause, error) = match caught_up {
            Ok(()) => {
                self.failures = 0;
                (Duration::ZERO, told.err())
            }
            Err(error) => {
                let doubled = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(self.failures));
                self.failures = self.failures.saturating_add(1);
                self.with_list(|_, sharing| sharing.doubt_told());
                (jittered(doubled.min(LONGEST_PAUSE), 0.5), Some(error))
            }
        };
        self.with_list(|list, sharing| {
            list.drop_expired();
            sharing.forget_ended(list);
            sharing.end_round(list.len(), error, pause);
        });
        pause
    }

    /// Loads the whole list. What is known here and not there, since it was lost, is to be told.
    async fn load(&mut self) -> Result<(), RevocationError> {
        let begin = Instant::now();
        let part = exchange::load(&*self.feed).await?;
        let ours = self.with_list(|list, _| list.records());
        self.merge(&part.records).await?;
        let lacking = lacking(ours.unwrap_or_default(), &part.records);
        self.with_list(|list, sharing| {
            sharing.confirm(begin);
            sharing.add_pending(lacking);
            observe::revocations_loaded(list.len());
        });
        self.position = Some(part.position);
        Ok(())
    }

    /// Takes in what was added since.
    async fn follow(&mut self, position: &Position) -> Result<(), RevocationError> {
        let begin = Instant::now();
        let Some(part) = exchange::follow(&*self.feed, position, self.wait).await? else {
            self.position = None;
            if mem::replace(&mut self.was_lost, true) {
                // Maybe lost again. But a feed that is wrong must not be loaded without a pause.
                let why = "it does not know its own position";
                return Err(exchange::unavailable(why));
            }
            observe::revocations_lost();
            return self.load().await;
        };
        self.was_lost = false;
        self.merge(&part.records).await?;
        self.with_list(|_, sharing| sharing.confirm(begin));
        self.position = Some(part.position);
        Ok(())
    }

    /// Tells the feed what it may not know.
    async fn tell_pending(&self) -> Result<(), RevocationError> {
        loop {
            let taken = self.with_list(|list, sharing| {
                let names = sharing.take_pending(AT_ONCE);
                (list.records_of(&names), list.settings.now())
            });
            let Some((records, now)) = taken.filter(|(records, _)| !records.is_empty()) else {
                return Ok(());
            };
            let told = exchange::add(&*self.feed, &records, now).await;
            let names = records.iter().map(|record| record.name);
            if told.is_err() {
                self.with_list(|_, sharing| sharing.add_pending(names.collect()));
                return told;
            }
            self.with_list(|_, sharing| sharing.add_told(names));
        }
    }

    async fn merge(&self, records: &[Record]) -> Result<(), RevocationError> {
        for records in records.chunks(AT_ONCE) {
            let merged = self.with_list(|list, _| list.merge(records));
            merged
                .unwrap_or(Ok(()))
                .map_err(|Full| RevocationError::Full)?;
            task::yield_now().await;
        }
        Ok(())
    }

    /// Does something with the list, unless nobody has it any more. Then this task is about to end.
    fn with_list<T>(&self, act: impl FnOnce(&List, &Sharing) -> T) -> Option<T> {
        let list = self.list.upgrade()?;
        let sharing = list.sharing.as_ref()?;
        Some(act(&list, sharing))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.with_list(|_, sharing| sharing.mark_unfollowed());
    }
}

/// The names of which the feed does not know all.
fn lacking(ours: Vec<Record>, theirs: &[Record]) -> Vec<Name> {
    let mut known = HashMap::<Name, Extent>::new();
    if !ours.is_empty() {
        for record in theirs {
            let known = known.entry(record.name).or_insert(record.extent);
            *known = known.and(record.extent);
        }
    }
    ours.into_iter()
        .filter(|Record { name, extent }| {
            known.get(name).is_none_or(|known| !known.covers(*extent))
        })
        .map(|record| record.name)
        .collect()
}
