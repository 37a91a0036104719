//! What threads share, and how they are told apart.
//!
//! Whatever is locked or counted here by several threads is so by these types, so that
//! `tests/models` can put others in their place, which try the orders in which threads may take
//! turns. `Arc` and `OnceLock` are not among them: they keep what they promise in every order.

pub(crate) use std::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread;

/// Numbers and flags that need no lock.
pub(crate) mod atomic {
    pub(crate) use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
}

/// How many threads can run at once.
pub(crate) fn parallelism() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// The number of this thread: they are counted as they first ask. Asked for each token that is
/// remembered, from code that is compiled with the application.
#[inline]
pub(crate) fn thread_number() -> usize {
    use std::sync::atomic::{AtomicUsize, Ordering};

    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: usize = THREADS.fetch_add(1, Ordering::Relaxed);
    }

    NUMBER.try_with(|number| *number).unwrap_or(0)
}
