//! What is revoked now.

use std::collections::{BTreeSet, HashMap};

use super::record::{Extent, Name, Record};

/// As many leave at once at most, so that nobody waits long for the lock. It is more than come at
/// once, so that nobody stays for long.
const LEAVE_AT_ONCE: usize = 1024;

/// What is revoked now, by name and by the time at which it can be forgotten.
pub(super) struct Entries {
    extents: HashMap<Name, Extent>,
    /// The same names in the order in which they leave.
    ends: BTreeSet<(u32, Name)>,
    max: usize,
}

/// There is no room.
#[derive(Debug)]
pub(super) struct Full;

impl Entries {
    pub(super) fn new(max: usize) -> Self {
        Self {
            extents: HashMap::new(),
            ends: BTreeSet::new(),
            max,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.extents.len()
    }

    pub(super) fn extent(&self, name: &Name) -> Option<Extent> {
        self.extents.get(name).copied()
    }

    #[cfg(feature = "feed")]
    pub(super) fn records(&self) -> impl Iterator<Item = Record> {
        let extents = self.extents.iter();
        extents.map(|(&name, &extent)| Record { name, extent })
    }

    /// Adds what a record says to what is known, and tells whether that was news. A living entry
    /// never makes room for another.
    pub(super) fn add(&mut self, record: Record, now: u32) -> Result<bool, Full> {
        let Record { name, extent } = record;
        self.drop_expired(now);
        let known = self.extents.get(&name).copied();
        if extent.until <= now || known.is_some_and(|known| known.covers(extent)) {
            return Ok(false);
        }
        if known.is_none() && self.extents.len() >= self.max {
            return Err(Full);
        }
        let extent = known.map_or(extent, |known| known.and(extent));
        if let Some(known) = known {
            self.ends.remove(&(known.until, name));
        }
        self.ends.insert((extent.until, name));
        self.extents.insert(name, extent);
        Ok(true)
    }

    /// Forgets what has ended, or a part of it. Tells whether there is more.
    pub(super) fn drop_expired(&mut self, now: u32) -> bool {
        for _ in 0..LEAVE_AT_ONCE {
            if self.ends.first().is_none_or(|(until, _)| *until > now) {
                return false;
            }
            if let Some((_, name)) = self.ends.pop_first() {
                self.extents.remove(&name);
            }
        }
        true
    }
}
