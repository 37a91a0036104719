//! Stands in for `arc-swap`, with the same contract: a load returns a whole stored value, never an
//! older one than the thread loaded or stored before; seeing a value implies seeing what happened
//! before it was stored. Nothing more, so loom may return an old value wherever a processor may.

use std::ops::Deref;
use std::sync::{Arc, Mutex};

use loom::sync::atomic::{AtomicUsize, Ordering};

pub type ArcSwap<T> = ArcSwapAny<Arc<T>>;
pub type ArcSwapOption<T> = ArcSwapAny<Option<Arc<T>>>;

pub struct ArcSwapAny<T> {
    /// The index of the latest value: the only thing whose accesses are interleaved.
    latest: AtomicUsize,
    /// All values ever stored.
    values: Mutex<Vec<T>>,
}

impl<T: Clone> ArcSwapAny<T> {
    pub fn new(value: T) -> Self {
        Self {
            latest: AtomicUsize::new(0),
            values: Mutex::new(vec![value]),
        }
    }

    pub fn load(&self) -> Guard<T> {
        Guard(self.load_full())
    }

    pub fn load_full(&self) -> T {
        let latest = self.latest.load(Ordering::Acquire);
        self.values.lock().unwrap()[latest].clone()
    }

    pub fn store(&self, value: T) {
        let next = self.add(value);
        self.latest.swap(next, Ordering::AcqRel);
    }

    pub fn rcu<R: Into<T>>(&self, mut change: impl FnMut(&T) -> R) -> T {
        let mut latest = self.latest.load(Ordering::Acquire);
        loop {
            let value = self.values.lock().unwrap()[latest].clone();
            let next = self.add(change(&value).into());
            let swapped =
                self.latest
                    .compare_exchange(latest, next, Ordering::AcqRel, Ordering::Acquire);
            match swapped {
                Ok(_) => return value,
                Err(later) => latest = later,
            }
        }
    }

    fn add(&self, value: T) -> usize {
        let mut values = self.values.lock().unwrap();
        values.push(value);
        values.len() - 1
    }
}

impl<T> ArcSwapAny<Arc<T>> {
    pub fn from_pointee(value: T) -> Self {
        Self::new(Arc::new(value))
    }
}

impl<T: Default + Clone> Default for ArcSwapAny<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

pub struct Guard<T>(T);

impl<T> Deref for Guard<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
