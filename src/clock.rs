//! The current time.

use std::time::SystemTime;

/// A source of the current time. The default is the system's clock; tests can use a closure or
/// `test_util::FixedClock`.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use tower_bearer::verify::Clock;
///
/// let clock = || SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
/// assert_eq!(clock.now(), clock());
/// ```
pub trait Clock: Send + Sync + 'static {
    /// The current time.
    fn now(&self) -> SystemTime;
}

impl<F: Fn() -> SystemTime + Send + Sync + 'static> Clock for F {
    fn now(&self) -> SystemTime {
        self()
    }
}
