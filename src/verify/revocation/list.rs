//! The list itself.

use std::sync::PoisonError;
use std::time::Duration;

use super::builder::Settings;
use super::entries::{Entries, Full};
use super::record::{Extent, Name, Record};
use super::sharing::Sharing;
use super::what::Reach;
use super::{Revocation, RevocationError};
use crate::jose::NumericDate;
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// What is revoked, for as long as somebody has it.
pub(super) struct List {
    /// Raised whenever something was revoked that was not before.
    pub(super) generation: AtomicU64,
    entries: RwLock<Entries>,
    pub(super) settings: Settings,
    pub(super) sharing: Option<Sharing>,
}

impl List {
    pub(super) fn new(settings: Settings, sharing: Option<Sharing>) -> Self {
        Self {
            generation: AtomicU64::new(0),
            entries: RwLock::new(Entries::new(settings.max_entries)),
            settings,
            sharing,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.read().len()
    }

    pub(super) fn extent(&self, name: &Name) -> Option<Extent> {
        self.read().extent(name)
    }

    /// Whether a token of one of these names is revoked that was issued then.
    pub(super) fn revokes<'a>(
        &self,
        names: impl Iterator<Item = &'a Name>,
        issued_at: Option<NumericDate>,
    ) -> bool {
        let entries = self.read();
        let mut extents = names.filter_map(|name| entries.extent(name));
        extents.any(|extent| extent.has(issued_at))
    }

    #[cfg(feature = "feed")]
    pub(super) fn records(&self) -> Vec<Record> {
        self.read().records().collect()
    }

    /// The records of those of these names that are known.
    #[cfg(feature = "feed")]
    pub(super) fn records_of(&self, names: &[Name]) -> Vec<Record> {
        let entries = self.read();
        let records = names.iter().map(|&name| {
            let extent = entries.extent(&name)?;
            Some(Record { name, extent })
        });
        records.flatten().collect()
    }

    /// Adds what a revocation says now.
    pub(super) fn add(&self, revocation: &Revocation) -> Result<Record, RevocationError> {
        let Settings {
            longest_life,
            margin,
            ..
        } = self.settings;
        let now = self.settings.now();
        let of_longest = now.saturating_add(longest_life).saturating_add(margin);
        let extent = match revocation.reach {
            // Clocks differ, and what has expired by this one may be good by another.
            Reach::Until(expires_at) => Extent::all(expires_at.max(now).saturating_add(margin)),
            Reach::All => Extent::all(of_longest),
            Reach::IssuedUntilNow => {
                Extent::before(now.saturating_add(Duration::from_secs(1)), of_longest)
            }
        };
        let name = revocation.name;
        let record = Record { name, extent };
        self.merge(&[record])
            .map_err(|Full| RevocationError::Full)?;
        Ok(record)
    }

    /// Adds records to what is known.
    pub(super) fn merge(&self, records: &[Record]) -> Result<(), Full> {
        let now = self.settings.now_secs();
        let mut entries = self.write();
        let mut news = false;
        let added = records.iter().try_for_each(|record| {
            news |= entries.add(*record, now)?;
            Ok(())
        });
        if news {
            // Behind the lock that is still held: who sees the new generation sees the entries.
            self.generation.fetch_add(1, Ordering::Release);
        }
        added
    }

    pub(super) fn drop_expired(&self) {
        let now = self.settings.now_secs();
        while self.write().drop_expired(now) {}
    }

    fn read(&self) -> RwLockReadGuard<'_, Entries> {
        // Nothing panics while the lock is held; should it ever, what it guards is still whole.
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Entries> {
        self.entries.write().unwrap_or_else(PoisonError::into_inner)
    }
}
