//! What needs no server: `tests/peers/redis` has the rest.

use std::io;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::TcpListener;
use tokio::time::Instant;
use tower_bearer::ConfigError;
use tower_bearer::verify::{Entry, Feed, FeedError, Position};
use tower_bearer_redis::{Redis, RedisFeed, RedisStore};

use super::*;

#[test]
fn urls() {
    let not_like = "the URL of Redis is not like redis://user:password@host:6379/0 or unix:///path";
    let tls = "the URL of Redis is malformed, or no TLS feature of the crate `redis` is on";
    for (url, text) in [
        ("", not_like),
        ("localhost:6379", not_like),
        ("https://user:secret@localhost", not_like),
        ("redis://user:secret@localhost:port", not_like),
        ("redis://user:secret@localhost/db", not_like),
        ("redis://user:secret@0.0.0.0", not_like),
        ("rediss://user:secret@localhost", tls),
    ] {
        let error: ConfigError = Redis::new(url).unwrap_err();
        assert_eq!(error.to_string(), text, "{url}");
        assert!(!format!("{error:?}").contains("secret"));
    }
    for url in [
        "redis://localhost",
        "redis://:secret@[::1]:6380/3",
        "valkey://user:secret@localhost",
        "unix:///run/redis.sock",
    ] {
        assert!(Redis::new(url).is_ok(), "{url}");
    }
}

/// Neither a runtime nor a server is needed to set it up.
#[test]
fn debug_shows_no_password() {
    let redis = Redis::new("redis://user:secret@localhost").unwrap();
    let redis = redis.prefix("app:").timeout(Duration::from_millis(500));
    let text = "Redis { timeout: 500ms, prefix: \"app:\", .. }";
    assert_eq!(format!("{redis:?}"), text);
    let store = RedisStore::new(redis.clone());
    assert_eq!(format!("{store:?}"), format!("RedisStore({text})"));
    let feed = RedisFeed::new(redis);
    assert_eq!(format!("{feed:?}"), format!("RedisFeed({text})"));
}

#[tokio::test]
async fn where_nobody_listens_operations_fail_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let redis = Redis::new(&format!("redis://:secret@{address}")).unwrap();
    let begun = Instant::now();
    for error in errors(redis).await {
        let source = error.source().unwrap().to_string();
        assert!(source.contains("refused"), "{source}");
    }
    assert!(begun.elapsed() < Duration::from_secs(1));
}

/// It takes connections, as a stopped server does, and then says nothing.
#[tokio::test]
async fn where_nobody_answers_operations_fail_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://:secret@{}", listener.local_addr().unwrap());
    let redis = Redis::new(&url).unwrap();
    let begun = Instant::now();
    for error in errors(redis.timeout(Duration::from_millis(50))).await {
        let source = error.source().unwrap().to_string();
        assert!(source.contains("timed out"), "{source}");
    }
    // Seven operations, one after another.
    assert!(begun.elapsed() >= Duration::from_millis(7 * 50));
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn what_is_too_large_is_not_sent() {
    let redis = Redis::new("redis://127.0.0.1:1").unwrap();
    let store = RedisStore::new(redis.clone());
    let value = [0; 4097];
    let minute = Duration::from_secs(60);
    for result in [
        store.put("a", &value, minute).await,
        store.swap("a", None, &value, minute).await.map(|_| ()),
    ] {
        assert!(matches!(result, Err(StoreError::TooLarge)));
    }
    let result = RedisFeed::new(redis).add(&[entry(&[0; 257])]).await;
    assert!(matches!(result, Err(FeedError::TooLarge)));
}

/// A panic of the application's is not that of all who ask later.
#[tokio::test]
async fn a_connection_that_panics_is_made_again() {
    let attempts = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&attempts);
    let redis = Redis::connecting(move || {
        if counted.fetch_add(1, Ordering::Relaxed) == 0 {
            // A panic without its noise.
            resume_unwind(Box::new(()));
        }
        async { Err(io::Error::other("nobody is there").into()) }
    });
    let store = RedisStore::new(redis);
    for text in ["connecting panicked", "nobody is there"] {
        let error = store.get("a").await.unwrap_err();
        let source = error.source().unwrap().to_string();
        assert!(source.contains(text), "{source}");
    }
    assert_eq!(attempts.load(Ordering::Relaxed), 2);
}

/// What each operation fails with.
async fn errors(redis: Redis) -> Vec<Box<dyn Error>> {
    let store = RedisStore::new(redis.clone());
    let feed = RedisFeed::new(redis);
    let second = Duration::from_secs(1);
    let position = Position::new("a.1-1");
    let errors: Vec<Box<dyn Error>> = vec![
        Box::new(store.get("a").await.unwrap_err()),
        Box::new(store.put("a", b"b", second).await.unwrap_err()),
        Box::new(store.swap("a", None, b"b", second).await.unwrap_err()),
        Box::new(store.remove("a").await.unwrap_err()),
        Box::new(feed.add(&[entry(b"a")]).await.unwrap_err()),
        Box::new(feed.load().await.unwrap_err()),
        Box::new(feed.follow(&position, second).await.unwrap_err()),
    ];
    for error in &errors {
        let text = error.to_string();
        assert!(
            text == "the store cannot be reached"
                || text == "the revocation feed cannot be reached",
            "{error:?}"
        );
        assert!(!format!("{error:?}").contains("secret"));
    }
    errors
}

fn entry(bytes: &[u8]) -> Entry {
    Entry {
        bytes: bytes.to_vec(),
        ttl: Duration::from_secs(60),
    }
}
