//! Tokens that were verified already.

mod entries;
mod hot;

use siphasher::sip128::SipHasher13;

use self::entries::Entries;
use self::hot::HotTokens;
use super::VerifiedToken;
use crate::jose::random;

const DEFAULT_ENTRIES: usize = 10_000;

/// Longer tokens are verified every time. They are rare, and remembering 10,000 of them would
/// take more memory than anybody expects.
const MAX_TOKEN_LEN: usize = 4096;

/// How many verified tokens are remembered: 10,000 by default.
///
/// Clients send the same token many times. For a remembered one, the signature is not verified and
/// the claims are not decoded again. Everything that can change is checked every time: the times
/// against the clock, the trust in the key that signed, revocations, and your own rules.
///
/// Only accepted tokens are remembered, so junk displaces nothing. An entry holds a keyed hash of
/// the token, its claims and its payload, but no signature: what is kept cannot be sent. Tokens
/// longer than 4 KiB are verified every time.
///
/// # Memory
///
/// An entry takes about 260 bytes, of which 120 are the
/// [registered claims](crate::jose::RegisteredClaims); your own claims; and, unless these are a
/// JSON map, the payload, from which claims of other types are decoded. With eight claims of a
/// common token, that is 720 bytes for a struct of strings and 1,050 for a JSON map: 7 to 11 MB for
/// 10,000 tokens. Up to 16 more stay for each processor: those that it saw again and again.
///
/// The size of your claims cannot be known, so [`bytes`](Self::bytes) goes by an estimate: 250
/// bytes, the size of the claims type, and three times the length of the payload. That is rather
/// too much for a struct; a JSON map may take more.
///
/// ```
/// # let keys = tower_bearer::VerifyingKey::from_secret([7; 32])?;
/// use tower_bearer::verify::Cache;
///
/// let verifier = tower_bearer::Verifier::builder()
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

impl TokenId {
    /// What tells most tokens apart.
    fn tag(self) -> u64 {
        self.0
    }

    /// Another part, for a place in a table.
    #[expect(clippy::cast_possible_truncation, reason = "the low bits will do")]
    fn place(self) -> usize {
        self.1 as usize
    }
}

/// The tokens that a verifier remembers.
pub(super) struct TokenCache<C> {
    /// None where nothing is remembered.
    tokens: Option<Tokens<C>>,
    hasher: SipHasher13,
}

struct Tokens<C> {
    all: Entries<C>,
    hot: HotTokens<C>,
}

impl<C> TokenCache<C> {
    /// The key of the hashes comes from the cryptographic back end: the standard library promises
    /// no more than its best effort for the seeds of its own. Without a key, nothing is remembered.
    pub(super) fn new(cache: Cache) -> Self {
        let key = random();
        let (Limit::Entries(capacity) | Limit::Bytes(capacity)) = cache.limit;
        let tokens = (capacity > 0 && key.is_some()).then(|| Tokens {
            all: entries::new(cache.limit),
            hot: HotTokens::new(),
        });
        Self {
            tokens,
            hasher: SipHasher13::new_with_key(&key.unwrap_or_default()),
        }
    }

    /// The id of a token, where tokens of its length are remembered.
    pub(super) fn id_of(&self, token: &[u8]) -> Option<TokenId> {
        self.tokens
            .as_ref()
            .filter(|_| token.len() <= MAX_TOKEN_LEN)?;
        let hash = self.hasher.hash(token);
        Some(TokenId(hash.h1, hash.h2))
    }

    /// The token of this id.
    ///
    /// Most looks at a hot token end there. Now and then one goes on to all tokens, so that the
    /// token counts as used among them, and becomes hot if it is not.
    pub(super) fn get(&self, id: TokenId) -> Option<VerifiedToken<C>> {
        let Tokens { all, hot } = self.tokens.as_ref()?;
        let lane = hot.lane()?;
        let goes_on = lane.count_look();
        if !goes_on && let Some(verified) = lane.get(id) {
            return Some(verified);
        }
        let verified = all.get(&id)?;
        if goes_on {
            lane.hold(id, &verified);
        }
        Some(verified)
    }

    pub(super) fn insert(&self, id: TokenId, verified: VerifiedToken<C>) {
        if let Some(tokens) = &self.tokens {
            tokens.all.insert(id, verified);
        }
    }

    /// Forgets a token. Whoever else holds it hot will find out what is wrong with it as well.
    pub(super) fn remove(&self, id: TokenId) {
        if let Some(tokens) = &self.tokens {
            tokens.all.remove(&id);
            if let Some(lane) = tokens.hot.lane() {
                lane.remove(id);
            }
        }
    }
}
