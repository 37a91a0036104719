//! Signing out everywhere.

use std::sync::Mutex;

use tower_bearer_issuer::store::{Store, StoreFuture};

use super::*;

#[test]
fn all_families_end_and_later_ones_live() {
    let world = World::new();
    let families: Vec<_> = (0..3).map(|_| world.begin()).collect();
    let used = world.use_token(&families[0]);
    let others = ["Alice", "alice ", "", "bob"].map(|subject| world.begin_for(subject));
    world.revoke_subject("alice");
    // In the same moment, by the clock.
    let later = world.begin();
    for token in [&used, &families[0], &families[1], &families[2]] {
        world.assert_unknown(token.as_str());
    }
    let later = world.use_token(&later);
    for other in &others {
        world.use_token(other);
    }
    world.revoke_subject("alice");
    world.assert_unknown(later.as_str());
    world.use_token(&world.begin());
}

/// The other one's clock is behind, or ahead: it has no say.
#[tokio::test]
async fn clocks_that_differ_change_nothing() {
    for (ours, theirs) in [(0, 3600), (3600, 0)] {
        let store = Arc::new(MemoryStore::new());
        let instance = |ahead| {
            let clock = FixedClock::new();
            clock.advance(secs(ahead));
            let builder = <RefreshTokens>::builder(Arc::clone(&store)).clock(clock);
            builder.build().unwrap()
        };
        let (ours, theirs) = (instance(ours), instance(theirs));
        let before = theirs.begin(Grant::new("alice")).await.unwrap();
        ours.revoke_subject("alice").await.unwrap();
        let after = theirs.begin(Grant::new("alice")).await.unwrap();
        assert_error(theirs.use_token(before.as_str()).await, UNKNOWN);
        assert!(ours.use_token(after.as_str()).await.is_ok());
    }
}

/// Neither the used token nor the revoked family is told of: the subject signed out.
#[test]
fn a_used_token_is_unknown_then() {
    for grace in [0, 10] {
        let world = World::with(|it| it.grace(secs(grace)));
        let first = world.begin();
        let second = world.use_token(&first);
        world.revoke_subject("alice");
        world.assert_unknown(first.as_str());
        world.assert_unknown(second.as_str());
    }
}

#[test]
fn what_it_takes_leaves_when_no_family_needs_it() {
    let world = World::with(|it| it.absolute_lifetime(secs(100)).idle_lifetime(secs(100)));
    let before = world.begin();
    world.clock.advance(secs(1));
    for _ in 0..10 {
        world.revoke_subject("alice");
    }
    assert_eq!(world.store.len(), 2);
    let after = world.begin();
    world.clock.advance(secs(98));
    world.assert_unknown(before.as_str());
    let after = world.use_token(&after);
    world.clock.advance(secs(1));
    world.use_token(&after);
    world.clock.advance(secs(1));
    assert_eq!(world.store.len(), 0);
    // Who begins without a mark is revoked by the next all the same.
    let last = world.begin();
    world.revoke_subject("alice");
    world.assert_unknown(last.as_str());
}

/// Does something else between two operations of the store.
struct Interrupted {
    memory: Arc<MemoryStore>,
    before_swap: Mutex<Option<RefreshTokens>>,
}

impl Store for Interrupted {
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        self.memory.get(key)
    }

    fn put<'a>(&'a self, key: &'a str, value: &'a [u8], ttl: Duration) -> StoreFuture<'a, ()> {
        self.memory.put(key, value, ttl)
    }

    fn swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<&'a [u8]>,
        value: &'a [u8],
        ttl: Duration,
    ) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let tokens = self.before_swap.lock().unwrap().take();
            if let Some(tokens) = tokens {
                tokens.revoke_subject("alice").await.unwrap();
            }
            self.memory.swap(key, expected, value, ttl).await
        })
    }

    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, bool> {
        self.memory.remove(key)
    }
}

#[tokio::test]
async fn a_use_that_is_under_way_does_not_get_through() {
    let memory = Arc::new(MemoryStore::new());
    let other = <RefreshTokens>::builder(Arc::clone(&memory))
        .build()
        .unwrap();
    let store = Arc::new(Interrupted {
        memory: Arc::clone(&memory),
        before_swap: Mutex::default(),
    });
    let tokens = <RefreshTokens>::builder(Arc::clone(&store))
        .build()
        .unwrap();
    let token = tokens.begin(Grant::new("alice")).await.unwrap();
    *store.before_swap.lock().unwrap() = Some(other.clone());
    assert_error(tokens.use_token(token.as_str()).await, UNKNOWN);
    assert_eq!(memory.len(), 1, "only the mark is left");
    // So does a sign-in, of which nobody knows whether it came first.
    *store.before_swap.lock().unwrap() = Some(other);
    let token = tokens.begin(Grant::new("alice")).await.unwrap();
    assert_error(tokens.use_token(token.as_str()).await, UNKNOWN);
}

#[tokio::test]
async fn whether_a_family_is_alive_can_be_told() {
    let clock = FixedClock::new();
    let store = Arc::new(MemoryStore::new());
    let tokens = <RefreshTokens>::builder(Arc::clone(&store)).clock(clock.clone());
    let tokens = tokens.build().unwrap();
    let begin = || async {
        let token = tokens.begin(Grant::new("alice")).await.unwrap();
        token.family_id().to_owned()
    };

    let signed_out = begin().await;
    // To ask uses nothing up.
    for _ in 0..2 {
        assert!(tokens.is_alive(&signed_out).await.unwrap());
    }
    tokens.revoke(&signed_out).await.unwrap();
    let signed_out_everywhere = begin().await;
    tokens.revoke_subject("alice").await.unwrap();
    let expired = begin().await;
    assert!(tokens.is_alive(&expired).await.unwrap());
    clock.advance(secs(14 * 24 * 60 * 60));
    for id in [&*signed_out, &signed_out_everywhere, &expired, "", "junk"] {
        assert!(!tokens.is_alive(id).await.unwrap(), "{id}");
    }
}

#[test]
fn the_family_of_a_token_can_be_told() {
    let world = World::new();
    let first = world.begin();
    let second = world.use_token(&first);
    for token in [&first, &second] {
        let family = RefreshToken::family_id_of(token.as_str());
        assert_eq!(family.as_deref(), Some(first.family_id()));
    }
    world.use_token(&second);
    let text = first.as_str();
    for junk in ["", "tbr_", &text[4..], &text[..67], &format!("{text}A")] {
        assert_eq!(RefreshToken::family_id_of(junk), None);
    }
}
