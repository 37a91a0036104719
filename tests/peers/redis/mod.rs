//! Stores and feeds on a real Redis.

mod cluster;
mod connection;
mod feed;
mod loss;
mod outage;
pub(crate) mod server;
mod store;

use std::error::Error;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, Instant};

use redis::cmd;
use tokio::time::{sleep, timeout};
use tower_bearer::verify::{Entry, Feed, FeedError};
use tower_bearer_issuer::store::{Store, StoreError};
use tower_bearer_redis::{Redis, RedisFeed, RedisStore};

use self::server::RedisServer;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

fn entry(text: impl AsRef<[u8]>) -> Entry {
    entry_for(text, MINUTE)
}

fn entry_for(text: impl AsRef<[u8]>, ttl: Duration) -> Entry {
    let bytes = text.as_ref().to_vec();
    Entry { bytes, ttl }
}

/// The reason why the store was unavailable.
#[track_caller]
fn reason<T: Debug, E: Error>(result: Result<T, E>) -> String {
    let error = result.unwrap_err();
    let source = error.source().unwrap();
    source.to_string()
}
