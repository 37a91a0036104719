//! A clock that moves by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use crate::clock::Clock;

/// 2026-01-01T00:00:00Z.
const START: u64 = 1_767_225_600;

/// Beyond the year 10000, where the clocks of some systems end.
const LATEST: u64 = 1 << 38;

/// A clock that stands still until it is moved. Clones show the same time.
///
/// ```
/// use std::time::Duration;
/// use tower_bearer::test_util::FixedClock;
/// use tower_bearer::verify::Clock;
///
/// let clock = FixedClock::new();
/// let before = clock.now();
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now(), before + Duration::from_secs(60));
/// ```
#[derive(Clone, Debug)]
pub struct FixedClock(Arc<AtomicU64>);

impl FixedClock {
    /// A clock that stands at the beginning of 2026, UTC.
    pub fn new() -> Self {
        Self::at(START)
    }

    /// A clock that stands at so many seconds since 1970.
    pub fn at(secs: u64) -> Self {
        Self(Arc::new(AtomicU64::new(secs)))
    }

    /// Moves the clock to so many seconds since 1970.
    pub fn set(&self, secs: u64) {
        self.0.store(secs, Ordering::Relaxed);
    }

    /// Moves the clock forward by so many whole seconds.
    pub fn advance(&self, by: Duration) {
        let later = |secs: u64| Some(secs.saturating_add(by.as_secs()));
        // There is always a later time, so this does not fail.
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, later);
    }
}

impl Default for FixedClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for FixedClock {
    fn now(&self) -> SystemTime {
        let since = Duration::from_secs(self.0.load(Ordering::Relaxed).min(LATEST));
        SystemTime::UNIX_EPOCH
            .checked_add(since)
            .unwrap_or(SystemTime::UNIX_EPOCH)
    }
}
