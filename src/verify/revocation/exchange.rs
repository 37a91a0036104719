//! What the feed is asked, and its answer: in time, and whatever it does.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use tokio::time;

use super::RevocationError;
use super::feed::{Entry, Feed, FeedError, Position};
use super::record::Record;
use crate::jose::NumericDate;
use crate::observe;

/// For so long an answer is waited for. A server that is there has it in milliseconds.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);

/// For so long the whole list is waited for, which may be of many megabytes.
const LOADS_WITHIN: Duration = Duration::from_secs(30);

/// Records, and where in the feed they end.
pub(super) struct Part {
    pub(super) records: Vec<Record>,
    pub(super) position: Position,
}

/// All there is.
pub(super) async fn load(feed: &dyn Feed) -> Result<Part, RevocationError> {
    let batch = answer(LOADS_WITHIN, async { feed.load().await }).await?;
    Ok(Part {
        records: records_of(&batch.entries),
        position: batch.position,
    })
}

/// What was added behind a position, if that is known. The feed waits for it for so long.
pub(super) async fn follow(
    feed: &dyn Feed,
    position: &Position,
    wait: Duration,
) -> Result<Option<Part>, RevocationError> {
    let within = wait.saturating_add(ANSWERS_WITHIN);
    let followed = answer(within, async { feed.follow(position, wait).await }).await?;
    Ok(followed.map(|batch| Part {
        records: records_of(&batch.entries),
        position: batch.position,
    }))
}

/// Adds records.
pub(super) async fn add(
    feed: &dyn Feed,
    records: &[Record],
    now: NumericDate,
) -> Result<(), RevocationError> {
    let entries: Vec<_> = records
        .iter()
        .map(|record| Entry {
            bytes: record.to_bytes(),
            ttl: record.extent.time_to_live(now),
        })
        .collect();
    answer(ANSWERS_WITHIN, async { feed.add(&entries).await }).await
}

/// Why a feed is of no use that answers.
pub(super) fn unavailable(why: &'static str) -> RevocationError {
    RevocationError::Feed(FeedError::unavailable(why))
}

/// The answer of the feed, if it comes in time: of a connection that was cut, none ever comes. A
/// panic is an answer as well, or each token would start a task anew that panics.
async fn answer<T>(
    within: Duration,
    asked: impl Future<Output = Result<T, FeedError>>,
) -> Result<T, RevocationError> {
    let asked = AssertUnwindSafe(asked).catch_unwind();
    match time::timeout(within, asked).await {
        Ok(Ok(answer)) => answer.map_err(RevocationError::Feed),
        Ok(Err(_)) => Err(unavailable("it panicked")),
        Err(_) => Err(unavailable("no answer in time")),
    }
}

/// The records of these entries. One that cannot be read may be of a later version of this crate;
/// nothing is gained by refusing all the others for it.
fn records_of(entries: &[Vec<u8>]) -> Vec<Record> {
    let records: Vec<_> = entries
        .iter()
        .filter_map(|bytes| Record::from_bytes(bytes))
        .collect();
    let skipped = entries.len().saturating_sub(records.len());
    if skipped > 0 {
        observe::revocations_skipped(skipped);
    }
    records
}
