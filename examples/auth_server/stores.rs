//! Where refresh tokens and revocations live.

use std::error::Error;
use std::sync::Arc;

use tower_bearer::verify::{RevocationList, RevocationListBuilder, Staleness};
use tower_bearer_issuer::store::{MemoryStore, Store};
use tower_bearer_redis::{Redis, RedisFeed, RedisStore};

/// What the sessions of one server, or of several, need to remember.
pub(crate) struct Stores {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) revocations: RevocationListBuilder,
}

impl Stores {
    /// `memory`, or the URL of a Redis. That need not be there yet: until it is, requests are
    /// answered with 503.
    pub(crate) fn open(place: &str, staleness: Staleness) -> Result<Self, Box<dyn Error>> {
        if place == "memory" {
            return Ok(Self {
                store: Arc::new(MemoryStore::new()),
                revocations: RevocationList::local(),
            });
        }
        let redis = Redis::new(place)
            .map_err(|error| format!("there is no such store: give `memory`, or a URL: {error}"))?;
        Ok(Self {
            store: Arc::new(RedisStore::new(redis.clone())),
            revocations: RevocationList::shared(RedisFeed::new(redis), staleness),
        })
    }
}
