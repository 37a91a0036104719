//! Event times as the load generator sees them.

use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// A time by two clocks: monotonic since the start of the run, and Unix time for tokens.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) at: Duration,
    pub(crate) date: Duration,
}

impl Moment {
    pub(crate) fn now() -> Self {
        Self {
            at: BEGIN.elapsed(),
            date: SystemTime::now().duration_since(UNIX_EPOCH).unwrap(),
        }
    }
}

/// From before the request is complete until its answer is read: the verdict was made within it.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    pub(crate) from: Moment,
    pub(crate) to: Moment,
}

impl Span {
    pub(crate) fn since(from: Moment) -> Self {
        Self {
            from,
            to: Moment::now(),
        }
    }

    pub(crate) fn length(&self) -> Duration {
        self.to.at.saturating_sub(self.from.at)
    }

    /// Whether it overlaps these times.
    pub(crate) fn overlaps(&self, from: Duration, to: Duration) -> bool {
        self.to.at >= from && self.from.at <= to
    }
}
