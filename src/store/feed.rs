//! What one process adds, and all see.

use std::sync::Arc;
use std::time::Duration;

use super::StoreFuture;

/// A list that several processes share: what one adds, all see, first as a whole and from then on
/// as it is added.
///
/// What it has to hold to:
///
/// - What was added before [`load`](Self::load) or [`follow`](Self::follow) began is in what they
///   give, or behind the position that they give. Nothing is in between, whoever adds meanwhile.
/// - Positions are known in all processes, and for as long as the entries behind them are there,
///   but for those that thousands of entries are behind.
/// - An entry is there until its time to live has passed, and leaves at some time after that.
///   It does not leave before: what does not fit is refused with an error.
/// - Where entries were lost nevertheless, as by a restart of a server that writes nothing to its
///   disk, no position from before is known any more. Who follows learns so of the loss, and can
///   add what it still has.
/// - Entries are bytes that mean nothing, 1 to 256 of them. To add one again changes nothing but
///   its time to live, which becomes the longer of the two. Whether it is then behind positions of
///   before is open.
/// - After an error, the operation may or may not have happened. To stop waiting for one, by
///   dropping its future, harms nobody.
pub trait Feed: Send + Sync + 'static {
    /// Adds entries, of which there may be thousands or none.
    fn add<'a>(&'a self, entries: &'a [Entry]) -> StoreFuture<'a, ()>;

    /// All entries that there are.
    fn load(&self) -> StoreFuture<'_, Batch>;

    /// What was added behind a position, or the first part of it. Where that is nothing, it waits,
    /// but no longer than `wait`; then the batch is empty. `None` if the position is not known,
    /// whatever its text: then [`load`](Self::load) again.
    fn follow<'a>(&'a self, after: &'a Position, wait: Duration) -> StoreFuture<'a, Option<Batch>>;
}

/// Something to be added to a [`Feed`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it says.
    pub bytes: Vec<u8>,
    /// For how long it has to be there at least.
    pub ttl: Duration,
}

/// Entries of a [`Feed`], and where they end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// What each entry says.
    pub entries: Vec<Vec<u8>>,
    /// The position behind them.
    pub position: Position,
}

/// A place between two entries of a [`Feed`]. What its text says is the feed's own affair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position(Box<str>);

impl Position {
    /// The position of this text.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<F: Feed + ?Sized> Feed for Arc<F> {
    fn add<'a>(&'a self, entries: &'a [Entry]) -> StoreFuture<'a, ()> {
        (**self).add(entries)
    }

    fn load(&self) -> StoreFuture<'_, Batch> {
        (**self).load()
    }

    fn follow<'a>(&'a self, after: &'a Position, wait: Duration) -> StoreFuture<'a, Option<Batch>> {
        (**self).follow(after, wait)
    }
}
