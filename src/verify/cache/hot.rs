//! The tokens that are used most.

use std::array;

use super::TokenId;
use crate::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use crate::sync::{Mutex, MutexGuard, parallelism, thread_number};
use crate::verify::VerifiedToken;

/// How many tokens a lane holds: more than are hot at a time, and nothing to the memory.
const SLOTS: usize = 16;

/// Of so many looks, one goes on to all tokens.
const INTERVAL: u32 = 32;

/// More lanes than most servers have processors.
const MAX_LANES: usize = 256;

/// For each processor a few tokens, by handles that only it uses.
///
/// To hand a token out changes its count of holders, and the lock of its part of the table. Where
/// several processors do that with one token, the memory that holds the counts moves to and
/// fro between them, which takes them longer than all the rest, so that two are slower than
/// one. With handles of their own, none waits for another.
pub(super) struct HotTokens<C> {
    /// A power of two.
    lanes: Box<[Lane<C>]>,
}

impl<C> HotTokens<C> {
    pub(super) fn new() -> Self {
        let lanes = parallelism().min(MAX_LANES).next_power_of_two();
        Self {
            lanes: (0..lanes).map(|_| Lane::new()).collect(),
        }
    }

    /// The lane of this thread. Threads that take turns on a processor may share one, or not.
    pub(super) fn lane(&self) -> Option<&Lane<C>> {
        let last = self.lanes.len().wrapping_sub(1);
        self.lanes.get(thread_number() & last)
    }
}

/// Tokens of one thread, each where its id says. Apart from other lanes as far as processors
/// fetch memory at once.
#[repr(align(128))]
pub(super) struct Lane<C> {
    slots: [Slot<C>; SLOTS],
    looks: AtomicU32,
}

struct Slot<C> {
    /// A part of the id of the token that is held, to pass by the slot where it is another.
    tag: AtomicU64,
    held: Mutex<Held<C>>,
}

impl<C> Lane<C> {
    fn new() -> Self {
        let slot = |_| Slot {
            tag: AtomicU64::new(0),
            held: Mutex::new(None),
        };
        Self {
            slots: array::from_fn(slot),
            looks: AtomicU32::new(0),
        }
    }

    /// Counts a look, and tells whether it is one that goes on. A count that is lost to another
    /// thread does not matter.
    pub(super) fn count_look(&self) -> bool {
        let looks = self.looks.load(Ordering::Relaxed).wrapping_add(1);
        self.looks.store(looks, Ordering::Relaxed);
        looks.is_multiple_of(INTERVAL)
    }

    pub(super) fn get(&self, id: TokenId) -> Option<VerifiedToken<C>> {
        let held = self.slot(id)?.lock_if_tagged(id)?;
        let (known, verified) = held.as_ref()?;
        (*known == id).then(|| verified.clone())
    }

    /// Holds a token, in place of that which was there.
    pub(super) fn hold(&self, id: TokenId, verified: &VerifiedToken<C>) {
        let Some(slot) = self.slot(id) else { return };
        let Ok(mut held) = slot.held.try_lock() else {
            return;
        };
        if held.as_ref().is_some_and(|(known, _)| *known == id) {
            return;
        }
        let former = held.replace((id, verified.with_own_count()));
        slot.tag.store(id.tag(), Ordering::Relaxed);
        // Not before: to drop the claims is the application's affair.
        drop(held);
        drop(former);
    }

    pub(super) fn remove(&self, id: TokenId) {
        let former = self.slot(id).and_then(|slot| {
            let mut held = slot.lock_if_tagged(id)?;
            held.take_if(|(known, _)| *known == id)
        });
        drop(former);
    }

    fn slot(&self, id: TokenId) -> Option<&Slot<C>> {
        self.slots.get(id.place() % SLOTS)
    }
}

impl<C> Slot<C> {
    /// What is held, if it looks like this token, and nobody else is just looking. To wait for
    /// them would take longer than to look among all tokens.
    fn lock_if_tagged(&self, id: TokenId) -> Option<MutexGuard<'_, Held<C>>> {
        if self.tag.load(Ordering::Relaxed) != id.tag() {
            return None;
        }
        self.held.try_lock().ok()
    }
}

type Held<C> = Option<(TokenId, VerifiedToken<C>)>;
