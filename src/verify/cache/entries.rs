//! All tokens that are remembered, in a table.

use std::hash::{BuildHasher, Hash, Hasher};

use quick_cache::sync::Cache;
use quick_cache::{Lifecycle, Weighter};

use super::{Limit, TokenId};
use crate::verify::VerifiedToken;

/// What an entry takes beside texts and claims, as a test has measured it, in whole blocks of the
/// allocator.
const ENTRY_LEN: u64 = 250;

/// What an entry takes beside that where a list of revocations is gone by.
const REVOCABLE_LEN: u64 = 80;

/// What an entry commonly weighs, to know about how many there will be.
const COMMON_WEIGHT: usize = 1024;

pub(super) type Entries<C> = Cache<TokenId, VerifiedToken<C>, Weigher, BuildIdHasher, Leave>;

pub(super) fn new<C>(limit: Limit) -> Entries<C> {
    let (entries, capacity) = match limit {
        Limit::Entries(entries) => (entries, entries),
        Limit::Bytes(bytes) => (bytes / COMMON_WEIGHT, bytes),
    };
    Cache::with(
        entries,
        capacity as u64,
        Weigher(limit),
        BuildIdHasher,
        Leave,
    )
}

/// Weighs an entry by what the cache is limited by.
#[derive(Clone)]
pub(super) struct Weigher(Limit);

impl<C> Weighter<TokenId, VerifiedToken<C>> for Weigher {
    fn weight(&self, _: &TokenId, verified: &VerifiedToken<C>) -> u64 {
        match self.0 {
            Limit::Entries(_) => 1,
            Limit::Bytes(_) => {
                let texts = u64::from(verified.payload_len()).saturating_mul(3);
                let revocable = verified.revocable().map_or(0, |_| REVOCABLE_LEN);
                texts
                    .saturating_add(ENTRY_LEN)
                    .saturating_add(revocable)
                    .saturating_add(size_of::<C>() as u64)
            }
        }
    }
}

/// Takes along whoever makes room, to be dropped when the lock of the table is not held any more:
/// to drop the claims is the application's affair. The table's own does so for two of them. Mostly
/// it is one, which needs no allocation.
#[derive(Clone)]
pub(super) struct Leave;

impl<C> Lifecycle<TokenId, VerifiedToken<C>> for Leave {
    type RequestState = (Option<VerifiedToken<C>>, Vec<VerifiedToken<C>>);

    fn on_evict(
        &self,
        (first, others): &mut Self::RequestState,
        _: TokenId,
        verified: VerifiedToken<C>,
    ) {
        others.extend(first.replace(verified));
    }
}

/// Ids are hashes already, and half of a hash is a hash.
impl Hash for TokenId {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u64(self.0);
    }
}

#[derive(Clone)]
pub(super) struct BuildIdHasher;

impl BuildHasher for BuildIdHasher {
    type Hasher = IdHasher;

    fn build_hasher(&self) -> IdHasher {
        IdHasher(0)
    }
}

pub(super) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write_u64(&mut self, half: u64) {
        self.0 = half;
    }

    fn write(&mut self, bytes: &[u8]) {
        // Ids do not come this way; if they ever did, this would be right, if slow.
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
