//! What the store holds, and what happens if it fails.

use std::sync::Mutex;

use serde_json::json;
use tower_bearer_issuer::store::{Store, StoreError, StoreFuture};

use super::*;

/// Remembers what it was told, and fails on demand.
#[derive(Default)]
struct Spy {
    memory: MemoryStore,
    told: Mutex<Vec<String>>,
    fails: Mutex<bool>,
}

impl Spy {
    fn note(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        let mut told = self.told.lock().unwrap();
        told.push(format!("{key} {}", String::from_utf8_lossy(value)));
        if *self.fails.lock().unwrap() {
            return Err(StoreError::unavailable("cut"));
        }
        Ok(())
    }
}

impl Store for Spy {
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            self.note(key, b"")?;
            self.memory.get(key).await
        })
    }

    fn put<'a>(&'a self, key: &'a str, value: &'a [u8], ttl: Duration) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            self.note(key, value)?;
            self.memory.put(key, value, ttl).await
        })
    }

    fn swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<&'a [u8]>,
        value: &'a [u8],
        ttl: Duration,
    ) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            self.note(key, value)?;
            self.memory.swap(key, expected, value, ttl).await
        })
    }

    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            self.note(key, b"")?;
            self.memory.remove(key).await
        })
    }
}

fn spied(grace: u64) -> (Arc<Spy>, RefreshTokens) {
    let spy = Arc::new(Spy::default());
    let tokens = RefreshTokens::builder(Arc::clone(&spy)).grace(secs(grace));
    (spy, tokens.build().unwrap())
}

/// Not the token, not a part of it, in no form.
#[tokio::test]
async fn it_never_holds_a_token() {
    for grace in [0, 10] {
        let (spy, tokens) = spied(grace);
        let mut texts = Vec::new();
        let mut token = tokens.begin(Grant::new("alice")).await.unwrap();
        for _ in 0..10 {
            texts.push(token.as_str().to_owned());
            token = tokens.use_token(token.as_str()).await.unwrap().into_token();
        }
        texts.push(token.as_str().to_owned());
        let told = spy.told.lock().unwrap().join("\n");
        for text in texts {
            let text = text.strip_prefix("tbr_").unwrap();
            for part in text.as_bytes().windows(12) {
                assert!(!told.contains(str::from_utf8(part).unwrap()));
            }
        }
    }
}

/// Whatever a client sends, the keys are of one length and of letters that mean nothing.
#[tokio::test]
async fn keys_are_of_one_form() {
    let (spy, tokens) = spied(0);
    let token = tokens.begin(Grant::new("alice")).await.unwrap();
    let _ = tokens.use_token(token.as_str()).await;
    for junk in ["", "tbr_../../*", "a\r\nFLUSHALL", &"tbr_A".repeat(1000)] {
        let _ = tokens.use_token(junk).await;
        let _ = tokens.revoke(junk).await;
        let _ = tokens.revoke_token(junk).await;
    }
    let foreign = format!("tbr_{}", "A".repeat(64));
    let _ = tokens.use_token(&foreign).await;
    for junk in ["", "*", "{a}:b", "a\r\nFLUSHALL", &"a".repeat(10_000)] {
        tokens.revoke_subject(junk).await.unwrap();
        tokens
            .begin(Grant::new(&junk[..junk.len().min(100)]))
            .await
            .unwrap();
    }
    for told in spy.told.lock().unwrap().iter() {
        let (key, _) = told.split_once(' ').unwrap();
        let (_, id) = key.split_once(':').unwrap();
        assert_eq!(id.len(), 43);
        assert!(
            id.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
    }
}

#[tokio::test]
async fn what_it_holds_to_the_letter() {
    let clock = FixedClock::new();
    let store = Arc::new(MemoryStore::new().clock(clock.clone()));
    let tokens = RefreshTokens::builder(Arc::clone(&store)).clock(clock.clone());
    let tokens = tokens.grace(secs(10)).build().unwrap();
    let grant = Grant::new("alice")
        .scope("read")
        .audience("my-api")
        .with_data(json!({"a": 1}));
    let token = tokens.begin(grant).await.unwrap();
    clock.advance(secs(60));
    tokens.use_token(token.as_str()).await.unwrap();
    let key = format!("refresh:{}", token.family_id());
    let record = store.get(&key).await.unwrap().unwrap();
    let mut record: Value = serde_json::from_slice(&record).unwrap();
    for hash in ["/key", "/current", "/previous/hash", "/previous/salt"] {
        let text = record.pointer_mut(hash).unwrap().take();
        assert_eq!(text.as_str().unwrap().len(), 43);
    }
    assert_eq!(
        record,
        json!({
            "grant": {"sub": "alice", "scope": "read", "aud": ["my-api"], "data": {"a": 1}},
            "begun_at": NOW,
            "used_at": NOW + 60,
            "key": null,
            "current": null,
            "previous": {"hash": null, "salt": null},
        })
    );
}

#[tokio::test]
async fn its_failure_is_no_fault_of_the_token() {
    let (spy, tokens) = spied(0);
    let token = tokens.begin(Grant::new("alice")).await.unwrap();
    *spy.fails.lock().unwrap() = true;
    let cut = "the store cannot be reached";
    let error = tokens.use_token(token.as_str()).await.unwrap_err();
    assert!(!error.is_invalid_grant());
    assert_error(Err::<(), _>(error), cut);
    assert_error(tokens.begin(Grant::new("alice")).await, cut);
    assert_error(tokens.revoke(token.family_id()).await, cut);
    assert_error(tokens.revoke_token(token.as_str()).await, cut);
    assert_error(tokens.revoke_subject("alice").await, cut);
    *spy.fails.lock().unwrap() = false;
    tokens.use_token(token.as_str()).await.unwrap();
}

#[tokio::test]
async fn where_it_is_full_nobody_is_signed_out() {
    let tokens = <RefreshTokens>::builder(MemoryStore::new().max_entries(1)).grace(secs(10));
    let tokens = tokens.build().unwrap();
    let mut token = tokens.begin(Grant::new("alice")).await.unwrap();
    let full = "the store is full: give it room for more entries";
    for _ in 0..12 {
        assert_error(tokens.begin(Grant::new("bob")).await, full);
        token = tokens.use_token(token.as_str()).await.unwrap().into_token();
    }
}

#[tokio::test]
async fn large_grants_are_refused_at_once() {
    let tokens = RefreshTokens::builder(MemoryStore::new())
        .grace(secs(10))
        .build()
        .unwrap();
    let large = |length| tokens.begin(Grant::new("alice").with_data("\"".repeat(length)));
    // What fits at first fits when it has grown, too.
    let (mut fits, mut too_large) = (0, 3000);
    while too_large - fits > 1 {
        let middle = usize::midpoint(fits, too_large);
        match large(middle).await {
            Ok(_) => fits = middle,
            Err(_) => too_large = middle,
        }
    }
    let token = large(fits).await.unwrap();
    let token = tokens.use_token(token.as_str()).await.unwrap().into_token();
    tokens.use_token(token.as_str()).await.unwrap();
    let text = "the grant is larger than 3 KiB, or cannot be JSON: keep less in it";
    assert_error(large(too_large).await, text);
}

#[tokio::test]
async fn a_session_of_another_type_changes_nothing() {
    let store = Arc::new(MemoryStore::new());
    let texts = RefreshTokens::<String>::builder(Arc::clone(&store))
        .build()
        .unwrap();
    let numbers = RefreshTokens::<u64>::builder(store).build().unwrap();
    let grant = Grant::new("alice").with_data("secret of alice".to_owned());
    let token = texts.begin(grant).await.unwrap();
    let error = numbers.use_token(token.as_str()).await.unwrap_err();
    assert!(matches!(error, RefreshError::Undecodable));
    assert!(texts.use_token(token.as_str()).await.is_ok());
}

/// The clock of the store may be behind: what has expired by ours has expired.
#[tokio::test]
async fn our_clock_counts_too() {
    let (ours, theirs) = (FixedClock::new(), FixedClock::new());
    let store = MemoryStore::new().clock(theirs);
    let tokens = <RefreshTokens>::builder(store)
        .clock(ours.clone())
        .build()
        .unwrap();
    let token = tokens.begin(Grant::new("alice")).await.unwrap();
    ours.advance(secs(14 * DAY));
    assert_error(tokens.use_token(token.as_str()).await, UNKNOWN);
}
