//! A clock that tests move.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use crate::clock::Clock;

/// 2026-01-01T00:00:00Z.
const START: u64 = 1_767_225_600;

/// Beyond the year 10000, where some systems' clocks end.
const LATEST: u64 = 1 << 38;

/// A clock that stands still until you move it. Clones share the time.
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
    /// Starts at 2026-01-01T00:00:00Z.
    pub fn new() -> Self {
        Self::at(START)
    }

    /// Starts at this many seconds since 1970.
    pub fn at(secs: u64) -> Self {
        Self(Arc::new(AtomicU64::new(secs)))
    }

    /// Sets the clock to this many seconds since 1970.
    pub fn set(&self, secs: u64) {
        self.0.store(secs, Ordering::Relaxed);
    }

    /// Moves the clock forward, in whole seconds.
    pub fn advance(&self, by: Duration) {
        let later = |secs: u64| Some(secs.saturating_add(by.as_secs()));
        // Never fails: there is always a later time.
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
