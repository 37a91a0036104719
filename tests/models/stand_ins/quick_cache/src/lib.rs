//! Stands in for `quick_cache`, with the same contract: a bounded table with atomic operations
//! behind a lock. Its eviction order differs: first in, first out. The evicting thread drops an
//! evicted value outside the lock, as with the crate's lifecycle.

use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;

use loom::sync::Mutex;

pub trait Weighter<Key, Val> {
    fn weight(&self, key: &Key, value: &Val) -> u64;
}

pub trait Lifecycle<Key, Val> {
    type RequestState: Default;

    fn on_evict(&self, state: &mut Self::RequestState, key: Key, value: Val);
}

pub mod sync {
    use super::*;

    pub struct Cache<Key, Val, We, B, L> {
        entries: Mutex<Vec<(Key, Val)>>,
        capacity: u64,
        weighter: We,
        lifecycle: L,
        hasher: PhantomData<B>,
    }

    impl<Key, Val, We, B, L> Cache<Key, Val, We, B, L>
    where
        Key: Eq + Hash,
        Val: Clone,
        We: Weighter<Key, Val> + Clone,
        B: BuildHasher + Clone,
        L: Lifecycle<Key, Val> + Clone,
    {
        pub fn with(_: usize, capacity: u64, weighter: We, _: B, lifecycle: L) -> Self {
            Self {
                entries: Mutex::new(Vec::new()),
                capacity,
                weighter,
                lifecycle,
                hasher: PhantomData,
            }
        }

        pub fn get(&self, key: &Key) -> Option<Val> {
            let entries = self.entries.lock().unwrap();
            let found = entries.iter().find(|(known, _)| known == key);
            found.map(|(_, value)| value.clone())
        }

        pub fn insert(&self, key: Key, value: Val) {
            let mut left = L::RequestState::default();
            let mut entries = self.entries.lock().unwrap();
            let known = entries.iter().position(|(known, _)| *known == key);
            if let Some(known) = known {
                let (key, value) = entries.remove(known);
                self.lifecycle.on_evict(&mut left, key, value);
            }
            entries.push((key, value));
            let weight = |(key, value): &(Key, Val)| self.weighter.weight(key, value);
            while entries.iter().map(weight).sum::<u64>() > self.capacity {
                let (key, value) = entries.remove(0);
                self.lifecycle.on_evict(&mut left, key, value);
            }
            drop(entries);
        }

        pub fn remove(&self, key: &Key) -> Option<(Key, Val)> {
            let mut entries = self.entries.lock().unwrap();
            let known = entries.iter().position(|(known, _)| known == key)?;
            Some(entries.remove(known))
        }
    }
}
