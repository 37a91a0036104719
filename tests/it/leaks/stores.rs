//! Stores and feeds.

use std::time::Duration;

use tower_bearer::verify::{Entry, FeedError};
use tower_bearer_issuer::store::{MemoryStore, Store, StoreError};
use tower_bearer_redis::{Redis, RedisFeed, RedisStore};

use super::PASSWORD;
use super::search::Told;

pub(super) async fn tell(told: &mut Told) {
    let store = MemoryStore::new();
    let kept = store.put(PASSWORD, PASSWORD.as_bytes(), Duration::from_secs(9));
    kept.await.unwrap();
    told.show(&store);
    told.error(&StoreError::Full);
    told.error(&FeedError::unavailable("connection refused"));
    told.error(&StoreError::unavailable("connection refused"));
    // Bytes of the feed's own: what stands in them is in `verifying`.
    let ttl = Duration::from_secs(9);
    told.show(&Entry {
        bytes: b"entry".to_vec(),
        ttl,
    });

    let redis = Redis::new(&format!("redis://user:{PASSWORD}@localhost")).unwrap();
    told.show(&redis);
    told.show(&RedisStore::new(redis.clone()));
    told.show(&RedisFeed::new(redis));
    let url = format!("redis://user:{PASSWORD}@localhost:port");
    told.error(&Redis::new(&url).unwrap_err());
}
