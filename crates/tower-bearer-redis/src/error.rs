//! What errors of Redis mean here.

use std::io;

use redis::RedisError;
use tower_bearer::verify::FeedError;
use tower_bearer_issuer::store::StoreError;

pub(super) fn store_error(error: RedisError) -> StoreError {
    if is_full(&error) {
        StoreError::Full
    } else {
        StoreError::unavailable(error)
    }
}

pub(super) fn feed_error(error: RedisError) -> FeedError {
    if is_full(&error) {
        FeedError::Full
    } else {
        FeedError::unavailable(error)
    }
}

/// Before Redis 7, what a script was told stands somewhere in the text.
pub(super) fn is_full(error: &RedisError) -> bool {
    error.code() == Some("OOM") || error.detail().is_some_and(|text| text.contains("-OOM "))
}

pub(super) fn timed_out() -> RedisError {
    io::Error::from(io::ErrorKind::TimedOut).into()
}

pub(super) fn panicked() -> RedisError {
    io::Error::other("connecting panicked").into()
}
