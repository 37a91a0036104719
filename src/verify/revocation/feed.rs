//! What one process adds, and all see.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

/// The future of a [`Feed`] operation.
pub type FeedFuture<'a, T> = BoxFuture<'a, Result<T, FeedError>>;

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
    fn add<'a>(&'a self, entries: &'a [Entry]) -> FeedFuture<'a, ()>;

    /// All entries that there are.
    fn load(&self) -> FeedFuture<'_, Batch>;

    /// What was added behind a position, or the first part of it. Where that is nothing, it waits,
    /// but no longer than `wait`; then the batch is empty. `None` if the position is not known,
    /// whatever its text: then [`load`](Self::load) again.
    fn follow<'a>(&'a self, after: &'a Position, wait: Duration) -> FeedFuture<'a, Option<Batch>>;
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

/// Why a [`Feed`] did not do what it was asked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum FeedError {
    /// There is no room for another entry.
    Full,
    /// The entry is longer than the feed takes.
    TooLarge,
    /// The feed cannot be reached. Its own error is the [`source`](Error::source).
    Unavailable(Arc<dyn Error + Send + Sync>),
}

impl FeedError {
    /// The feed cannot be reached, for this reason. The reason is logged and shown on health
    /// pages, so it must hold no secret.
    pub fn unavailable(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(error.into().into())
    }
}

impl fmt::Display for FeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "the revocation feed is full: give it room for more entries",
            Self::TooLarge => "the entry is too large for the revocation feed",
            Self::Unavailable(_) => "the revocation feed cannot be reached",
        })
    }
}

impl Error for FeedError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unavailable(error) => Some(&**error),
            Self::Full | Self::TooLarge => None,
        }
    }
}

impl<F: Feed + ?Sized> Feed for Arc<F> {
    fn add<'a>(&'a self, entries: &'a [Entry]) -> FeedFuture<'a, ()> {
        (**self).add(entries)
    }

    fn load(&self) -> FeedFuture<'_, Batch> {
        (**self).load()
    }

    fn follow<'a>(&'a self, after: &'a Position, wait: Duration) -> FeedFuture<'a, Option<Batch>> {
        (**self).follow(after, wait)
    }
}
