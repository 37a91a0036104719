//! Stores and feeds on a real Redis.

mod cluster;
mod connection;
mod feed;
mod loss;
mod outage;
pub(crate) mod server;
mod store;

use std::sync::Arc;
use std::time::{Duration, Instant};

use redis::cmd;
use tokio::time::{sleep, timeout};
use tower_bearer::store::{Entry, Feed, Redis, RedisFeed, RedisStore, Store, StoreError};

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

/// The reason for which the store could not be asked.
#[track_caller]
fn reason<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    match result.unwrap_err() {
        StoreError::Unavailable(error) => error.to_string(),
        error => panic!("{error}"),
    }
}
