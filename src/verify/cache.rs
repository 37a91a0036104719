//! Tokens that were verified already.

use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};

use quick_cache::Weighter;
use quick_cache::sync::{Cache as Entries, DefaultLifecycle};
use siphasher::sip128::SipHasher13;

use super::VerifiedToken;
use crate::jose::random;

const DEFAULT_ENTRIES: usize = 10_000;

/// What an entry takes beside texts and claims, as a test has measured it, in whole blocks of the
/// allocator.
const ENTRY_LEN: u64 = 250;

/// What an entry commonly weighs, to know about how many there will be.
const COMMON_WEIGHT: usize = 1024;

/// Longer tokens are verified every time. They are rare, and remembering 10,000 of them would
/// take more memory than anybody expects.
const MAX_TOKEN_LEN: usize = 4096;

/// How many verified tokens are remembered: 10,000 unless set otherwise.
///
/// Clients send the same token many times. Of one that is remembered, the signature is not
/// verified again, and the claims are not decoded again. Everything that can change is checked
/// every time: the times against the clock, the trust in the key that signed, and your own rules.
///
/// Only tokens that were accepted are remembered, so that junk displaces nothing. What is kept is
/// a keyed hash and the [`VerifiedToken`], but no token. Tokens longer than 4 KiB are verified
/// every time.
///
/// # Memory
///
/// An entry takes about 250 bytes, of which 120 are the
/// [registered claims](crate::jose::RegisteredClaims), and what your own claims take: with eight
/// claims of a common token in a struct of strings 500 bytes in all, as a JSON map 1,040. So
/// 10,000 take 5 to 11 MB, which a server hardly notices; it is enough for the clients that one
/// sees within the life of their tokens.
///
/// How much your claims take cannot be known, so [`bytes`](Self::bytes) goes by an estimate: 250
/// bytes, the size of the claims type, and twice the length of the payload, once for the texts of
/// the registered claims and once for those of your own. That is
/// rather too much for a struct; a JSON map may take twice as much.
///
/// ```
/// # let keys = tower_bearer::VerifyingKey::from_secret([7; 32])?;
/// use tower_bearer::verify::Cache;
///
/// let verifier = <tower_bearer::Verifier>::builder()
///     .issuer("https://issuer.example.com", keys)
///     .audience("my-api")
///     .cache(Cache::bytes(64 << 20))
///     .build()?;
/// # Ok::<(), tower_bearer::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cache {
    limit: Limit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    Entries(usize),
    Bytes(usize),
}

impl Cache {
    /// Remembers about so many tokens: those that are used most.
    pub const fn entries(entries: usize) -> Self {
        Self {
            limit: Limit::Entries(entries),
        }
    }

    /// Remembers tokens until they take about so many bytes, as estimated
    /// [above](Self#memory): those that are used most.
    pub const fn bytes(bytes: usize) -> Self {
        Self {
            limit: Limit::Bytes(bytes),
        }
    }

    /// Remembers no token: each is verified every time.
    pub const fn disabled() -> Self {
        Self::entries(0)
    }
}

impl Default for Cache {
    fn default() -> Self {
        Self::entries(DEFAULT_ENTRIES)
    }
}

/// What stands for a token in the cache: a keyed hash of all of it. The key is random and never
/// leaves the process, so that nobody can make a token that stands for another.
///
/// Two halves take less room than a `u128`, which would have each entry aligned to 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct TokenId(u64, u64);

/// The tokens that a verifier remembers.
pub(super) struct TokenCache<C> {
    /// None where nothing is remembered.
    entries: Option<Entries<TokenId, VerifiedToken<C>, Weigher, BuildIdHasher>>,
    hasher: SipHasher13,
}

impl<C> TokenCache<C> {
    /// The key of the hashes comes from the cryptographic back end: the standard library promises
    /// no more than its best effort for the seeds of its own. Without a key, nothing is remembered.
    pub(super) fn new(cache: Cache) -> Self {
        let key = random();
        let limit = cache.limit;
        let (entries, capacity) = match limit {
            Limit::Entries(entries) => (entries, entries),
            Limit::Bytes(bytes) => (bytes / COMMON_WEIGHT, bytes),
        };
        let entries = (capacity > 0 && key.is_some()).then(|| {
            Entries::with(
                entries,
                capacity as u64,
                Weigher(limit),
                BuildIdHasher,
                DefaultLifecycle::default(),
            )
        });
        Self {
            entries,
            hasher: SipHasher13::new_with_key(&key.unwrap_or_default()),
        }
    }

    /// The id of a token, where tokens of its length are remembered.
    pub(super) fn id_of(&self, token: &[u8]) -> Option<TokenId> {
        self.entries
            .as_ref()
            .filter(|_| token.len() <= MAX_TOKEN_LEN)?;
        let hash = self.hasher.hash(token);
        Some(TokenId(hash.h1, hash.h2))
    }

    pub(super) fn get(&self, id: TokenId) -> Option<VerifiedToken<C>> {
        self.entries.as_ref()?.get(&id)
    }

    pub(super) fn insert(&self, id: TokenId, verified: VerifiedToken<C>) {
        if let Some(entries) = &self.entries {
            entries.insert(id, verified);
        }
    }

    pub(super) fn remove(&self, id: TokenId) {
        if let Some(entries) = &self.entries {
            entries.remove(&id);
        }
    }
}

/// Weighs an entry by what the cache is limited by.
#[derive(Clone)]
struct Weigher(Limit);

impl<C> Weighter<TokenId, VerifiedToken<C>> for Weigher {
    fn weight(&self, _: &TokenId, verified: &VerifiedToken<C>) -> u64 {
        match self.0 {
            Limit::Entries(_) => 1,
            Limit::Bytes(_) => {
                let texts = u64::from(verified.payload_len()).saturating_mul(2);
                texts
                    .saturating_add(ENTRY_LEN)
                    .saturating_add(size_of::<C>() as u64)
            }
        }
    }
}

/// Ids are hashes already, and half of a hash is a hash.
impl Hash for TokenId {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u64(self.0);
    }
}

#[derive(Clone)]
struct BuildIdHasher;

impl BuildHasher for BuildIdHasher {
    type Hasher = IdHasher;

    fn build_hasher(&self) -> IdHasher {
        IdHasher(0)
    }
}

struct IdHasher(u64);

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

impl<C> fmt::Debug for TokenCache<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCache").finish_non_exhaustive()
    }
}
