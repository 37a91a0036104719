//! Types that threads share.
//!
//! All locks and counters of this crate are these types, so that `tests/models` can replace them with
//! ones that try every schedule. `Arc` and `OnceLock` are exempt: their schedules do not matter.

pub(crate) use std::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread;

/// Counters and flags without a lock.
pub(crate) mod atomic {
    pub(crate) use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
}

/// How many threads can run at once.
pub(crate) fn parallelism() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// The number of this thread, counted from its first call. Called for each remembered token, from
/// code that is compiled with the application.
#[inline]
pub(crate) fn thread_number() -> usize {
    use std::sync::atomic::{AtomicUsize, Ordering};

    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: usize = THREADS.fetch_add(1, Ordering::Relaxed);
    }

    NUMBER.try_with(|number| *number).unwrap_or(0)
}
