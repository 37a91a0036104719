//! A store in the memory of this process.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, SystemTime};

use tower_bearer::jose::NumericDate;
use tower_bearer::verify::Clock;

use super::{MAX_VALUE_LEN, Store, StoreError, StoreFuture};
use crate::sync::{Mutex, MutexGuard};

/// As many as a server for a hundred thousand people has who are signed in, and some 40 MB.
const DEFAULT_MAX_ENTRIES: usize = 100_000;

/// A store in the memory of this process: for one server, whose restart may end every session.
///
/// It is bounded: values are of 4 KiB at most, and of entries there are at most 100,000 unless
/// [set otherwise](Self::max_entries). Those whose time has passed leave with the next change.
///
/// Where it is full, new keys are refused with [`StoreError::Full`], and what is there can still
/// be changed: nobody who is signed in is affected, and nothing that was revoked comes back to
/// life. `Debug` shows no key and no value.
pub struct MemoryStore {
    entries: Mutex<Entries>,
    max_entries: usize,
    clock: Box<dyn Clock>,
}

#[derive(Default)]
struct Entries {
    values: HashMap<Arc<str>, Entry>,
    /// The same keys in the order in which they expire.
    ends: BTreeSet<(NumericDate, Arc<str>)>,
}

struct Entry {
    value: Box<[u8]>,
    expires_at: NumericDate,
}

impl MemoryStore {
    /// An empty store, that goes by the system's clock.
    pub fn new() -> Self {
        Self {
            entries: Mutex::default(),
            max_entries: DEFAULT_MAX_ENTRIES,
            clock: Box::new(SystemTime::now),
        }
    }

    /// Holds at most so many entries.
    #[must_use]
    pub fn max_entries(mut self, entries: usize) -> Self {
        self.max_entries = entries;
        self
    }

    /// Goes by this clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// How many entries there are, those that have expired not counted.
    pub fn len(&self) -> usize {
        self.current().0.values.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries whose time has not passed, and the time.
    fn current(&self) -> (MutexGuard<'_, Entries>, NumericDate) {
        // Before the lock: the clock is the application's. Of two operations at once, the later may
        // go by the earlier time, which is never later than when it was called.
        let now = NumericDate::from(self.clock.now());
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.drop_expired(now);
        (entries, now)
    }

    fn replace(
        &self,
        key: &str,
        is_expected: impl FnOnce(Option<&[u8]>) -> bool,
        value: &[u8],
        ttl: Duration,
    ) -> Result<bool, StoreError> {
        if value.len() > MAX_VALUE_LEN {
            return Err(StoreError::TooLarge);
        }
        let (mut entries, now) = self.current();
        let known = entries.values.get(key);
        if !is_expected(known.map(|entry| &*entry.value)) {
            return Ok(false);
        }
        if known.is_none() && entries.values.len() >= self.max_entries {
            return Err(StoreError::Full);
        }
        entries.remove(key);
        if !ttl.is_zero() {
            entries.insert(key.into(), value.into(), now.saturating_add(ttl));
        }
        Ok(true)
    }
}

impl Entries {
    fn drop_expired(&mut self, now: NumericDate) {
        while let Some((expires_at, _)) = self.ends.first()
            && *expires_at <= now
            && let Some((_, key)) = self.ends.pop_first()
        {
            self.values.remove(&key);
        }
    }

    fn insert(&mut self, key: Arc<str>, value: Box<[u8]>, expires_at: NumericDate) {
        self.ends.insert((expires_at, Arc::clone(&key)));
        self.values.insert(key, Entry { value, expires_at });
    }

    fn remove(&mut self, key: &str) -> bool {
        let Some((key, entry)) = self.values.remove_entry(key) else {
            return false;
        };
        self.ends.remove(&(entry.expires_at, key));
        true
    }
}

impl Store for MemoryStore {
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let (entries, _) = self.current();
            Ok(entries.values.get(key).map(|entry| entry.value.to_vec()))
        })
    }

    fn put<'a>(&'a self, key: &'a str, value: &'a [u8], ttl: Duration) -> StoreFuture<'a, ()> {
        Box::pin(async move { self.replace(key, |_| true, value, ttl).map(|_| ()) })
    }

    fn swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<&'a [u8]>,
        value: &'a [u8],
        ttl: Duration,
    ) -> StoreFuture<'a, bool> {
        Box::pin(async move { self.replace(key, |known| known == expected, value, ttl) })
    }

    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, bool> {
        Box::pin(async move { Ok(self.current().0.remove(key)) })
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("max_entries", &self.max_entries)
            .finish_non_exhaustive()
    }
}
