//! Replaces `src/sync.rs`: the same types, with every use ordered by loom.

use std::ops::{Deref, DerefMut};
use std::sync::LockResult;

pub(crate) use loom::sync::{Mutex, MutexGuard};

pub(crate) mod atomic {
    pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
}

/// The minimum that shows the effect of several lanes.
pub(crate) fn parallelism() -> usize {
    2
}

/// Loom numbers its threads from 0 in each run, and shows the numbers by `Debug` only.
pub(crate) fn thread_number() -> usize {
    let text = format!("{:?}", loom::thread::current().id());
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.parse().expect("a thread has a number")
}

/// Loom's own admits readers while a writer waits. The standard library does not promise that, and
/// on Linux does not do it: a thread that reads twice, or reads and waits for another, can
/// deadlock. So here a waiting writer blocks new readers.
#[derive(Default)]
pub(crate) struct RwLock<T> {
    inner: loom::sync::RwLock<T>,
    /// Held by the waiting writer, and briefly by each reader.
    entrance: Mutex<()>,
}

impl<T> RwLock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            inner: loom::sync::RwLock::new(value),
            entrance: Mutex::new(()),
        }
    }

    pub(crate) fn read(&self) -> LockResult<RwLockReadGuard<'_, T>> {
        let _entrance = self.entrance.lock();
        Ok(RwLockReadGuard(self.inner.read().unwrap()))
    }

    pub(crate) fn write(&self) -> LockResult<RwLockWriteGuard<'_, T>> {
        let _entrance = self.entrance.lock();
        Ok(RwLockWriteGuard(self.inner.write().unwrap()))
    }
}

pub(crate) struct RwLockReadGuard<'a, T>(loom::sync::RwLockReadGuard<'a, T>);

impl<T> Deref for RwLockReadGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

pub(crate) struct RwLockWriteGuard<'a, T>(loom::sync::RwLockWriteGuard<'a, T>);

impl<T> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for RwLockWriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}
