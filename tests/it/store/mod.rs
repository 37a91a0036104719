//! What is peculiar to each store and feed. What holds for all is in `tests/contracts`.

mod feed;
mod memory;
mod redis;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use tower_bearer_issuer::store::{Store, StoreError};

#[test]
fn errors() {
    let unavailable = StoreError::unavailable("connection refused");
    assert_eq!(
        unavailable.source().unwrap().to_string(),
        "connection refused"
    );
    assert!(StoreError::Full.source().is_none());
    for (error, text) in [
        (unavailable, "the store cannot be reached"),
        (
            StoreError::Full,
            "the store is full: give it room for more entries",
        ),
        (StoreError::TooLarge, "the value is too large for the store"),
    ] {
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn traits() {
    fn assert_error<T: Error + Clone + Send + Sync + Unpin + 'static>() {}
    fn assert_send<T: Send>(_: &T) {}
    assert_error::<StoreError>();
    let store: Arc<dyn Store> = Arc::new(tower_bearer_issuer::store::MemoryStore::default());
    assert_send(&store.get("a"));
}
