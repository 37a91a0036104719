use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tower_bearer::verify::RevocationList;
use tower_bearer_issuer::store::{MemoryStore, Store, StoreError, StoreFuture};
use tower_bearer_issuer::{Grant, RefreshTokens, SessionError, Sessions, TokenPair};

use super::*;

const ENDED: &str = "the refresh token has expired, was revoked or was never issued";
const REUSED: &str = "the refresh token was used before: its family is revoked";

/// A store that is away on demand.
#[derive(Clone)]
struct Away {
    memory: Arc<MemoryStore>,
    is_away: Arc<AtomicBool>,
}

impl Away {
    fn is_there(&self) -> Result<(), StoreError> {
        if self.is_away.load(Ordering::Relaxed) {
            return Err(StoreError::unavailable("cut"));
        }
        Ok(())
    }
}

impl Store for Away {
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            self.is_there()?;
            self.memory.get(key).await
        })
    }

    fn put<'a>(&'a self, key: &'a str, value: &'a [u8], ttl: Duration) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            self.is_there()?;
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
            self.is_there()?;
            self.memory.swap(key, expected, value, ttl).await
        })
    }

    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            self.is_there()?;
            self.memory.remove(key).await
        })
    }
}

struct World {
    clock: FixedClock,
    store: Away,
    sessions: Sessions,
    verifier: Verifier,
}

impl World {
    fn new() -> Self {
        let clock = FixedClock::new();
        let store = Away {
            memory: Arc::new(MemoryStore::new().clock(clock.clone())),
            is_away: Arc::default(),
        };
        let tokens = RefreshTokens::builder(store.clone()).clock(clock.clone());
        let list = RevocationList::local().clock(clock.clone());
        let list = list.build().unwrap();
        let issuer = builder(&clock).key(signing_key(Algorithm::ES256));
        let issuer = issuer.build().unwrap();
        let verifier = Verifier::builder()
            .issuer(ISSUER, issuer.clone())
            .audience(AUDIENCE)
            .roles_claim("roles")
            .revocations(list.clone())
            .clock(clock.clone());
        Self {
            sessions: Sessions::new(issuer, tokens.build().unwrap(), list),
            verifier: verifier.build().unwrap(),
            clock,
            store,
        }
    }

    async fn sign_in(&self) -> TokenPair {
        let grant = Grant::new("alice").scope("read");
        let signed_in = self.sessions.sign_in(grant, |token| token.roles(["admin"]));
        signed_in.await.unwrap()
    }

    async fn try_renew(&self, pair: &TokenPair) -> Result<TokenPair, SessionError> {
        let token = pair.refresh_token().as_str();
        let renewal = self.sessions.renew(token).await?;
        renewal.finish(|token| token.roles(["admin"])).await
    }

    fn takes(&self, pair: &TokenPair) -> bool {
        self.verifier
            .verify_now(pair.access_token().as_str())
            .is_ok()
    }

    async fn assert_ended(&self, pair: &TokenPair) {
        assert!(!self.takes(pair));
        assert!(!self.sessions.is_alive(pair.session_id()).await.unwrap());
        let error = self.try_renew(pair).await.unwrap_err();
        assert!(error.is_invalid_grant() && !error.is_unavailable());
        assert_eq!(error.to_string(), ENDED);
    }

    fn set_away(&self, is_away: bool) {
        self.store.is_away.store(is_away, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn tokens_say_what_was_granted() {
    let world = World::new();
    let mut pair = world.sign_in().await;
    let id = pair.session_id().to_owned();
    for _ in 0..3 {
        let token = pair.access_token().as_str();
        let verified = world.verifier.verify_now(token).unwrap();
        assert_eq!(verified.subject(), Some("alice"));
        assert_eq!(verified.registered().session_id(), Some(&*id));
        assert_eq!(claims_of(token)["scope"], "read");
        assert!(verified.roles().eq(["admin"]));
        assert!(world.sessions.is_alive(&id).await.unwrap());
        world.clock.advance(secs(60));
        pair = world.try_renew(&pair).await.unwrap();
        assert_eq!(pair.session_id(), id);
    }
    assert_eq!(world.sessions.issuer().name(), ISSUER);
}

#[tokio::test]
async fn a_sign_out_ends_one_session() {
    let world = World::new();
    let (first, other) = (world.sign_in().await, world.sign_in().await);
    let renewed = world.try_renew(&first).await.unwrap();
    world.sessions.sign_out(first.session_id()).await.unwrap();
    world.assert_ended(&first).await;
    world.assert_ended(&renewed).await;
    assert!(world.takes(&other));
    world.try_renew(&other).await.unwrap();
}

#[tokio::test]
async fn a_refresh_token_signs_out_and_a_damaged_one_does_not() {
    let world = World::new();
    let first = world.sign_in().await;
    let second = world.try_renew(&first).await.unwrap();
    let text = first.refresh_token().as_str();
    let last = if text.ends_with('A') { "B" } else { "A" };
    let damaged = format!("{}{last}", &text[..text.len() - 1]);
    for junk in ["", "tbr_", &damaged] {
        world.sessions.sign_out_token(junk).await.unwrap();
        assert!(world.sessions.renew(junk).await.is_err());
        assert!(world.takes(&first) && world.takes(&second));
    }
    world.sessions.sign_out_token(text).await.unwrap();
    world.assert_ended(&second).await;
}

#[tokio::test]
async fn a_reuse_ends_the_session_with_its_access_tokens() {
    let world = World::new();
    let first = world.sign_in().await;
    let second = world.try_renew(&first).await.unwrap();
    let error = world.try_renew(&first).await.unwrap_err();
    assert!(error.is_invalid_grant());
    assert_eq!(error.to_string(), REUSED);
    world.assert_ended(&first).await;
    world.assert_ended(&second).await;
}

/// Of two who hold a token at once, one wins, and the session ends.
#[tokio::test]
async fn two_renewals_at_once_are_a_reuse() {
    let world = World::new();
    let pair = world.sign_in().await;
    let token = pair.refresh_token().as_str();
    let (one, other) = (
        world.sessions.renew(token).await.unwrap(),
        world.sessions.renew(token).await.unwrap(),
    );
    let won = one.finish(|token| token).await.unwrap();
    let lost = other.finish(|token| token).await;
    assert_error(lost, REUSED);
    world.assert_ended(&won).await;
}

#[tokio::test(start_paused = true)]
async fn a_sign_out_everywhere_ends_all_and_the_next_lives() {
    let world = World::new();
    let (phone, desk) = (world.sign_in().await, world.sign_in().await);
    world.sessions.sign_out_everywhere("alice").await.unwrap();
    world.assert_ended(&phone).await;
    world.assert_ended(&desk).await;
    world.clock.advance(secs(1));
    let next = world.sign_in().await;
    assert!(world.takes(&next));
    assert!(world.takes(&world.try_renew(&next).await.unwrap()));
}

/// The user signs out everywhere while somebody renews: between the look and the end, a second
/// passes, so that no revocation reaches a new access token.
#[tokio::test(start_paused = true)]
async fn a_renewal_under_way_does_not_outlive_a_sign_out() {
    let world = World::new();
    for everywhere in [false, true] {
        world.clock.advance(secs(2));
        let pair = world.sign_in().await;
        let renewal = world.sessions.renew(pair.refresh_token().as_str()).await;
        let renewal = renewal.unwrap();
        if everywhere {
            world.sessions.sign_out_everywhere("alice").await.unwrap();
        } else {
            world.sessions.sign_out(pair.session_id()).await.unwrap();
        }
        world.clock.advance(secs(2));
        assert_error(renewal.finish(|token| token).await, ENDED);
    }
}

#[tokio::test]
async fn whoever_is_refused_is_signed_out_everywhere() {
    let world = World::new();
    let (phone, desk) = (world.sign_in().await, world.sign_in().await);
    let renewal = world.sessions.renew(phone.refresh_token().as_str()).await;
    let error = renewal.unwrap().refuse().await;
    assert!(error.is_invalid_grant());
    assert_eq!(error.to_string(), ENDED);
    world.assert_ended(&phone).await;
    world.assert_ended(&desk).await;
}

/// What fails before the last step has consumed nothing.
#[tokio::test]
async fn an_error_consumes_nothing() {
    let world = World::new();
    let entries = |world: &World| world.store.memory.len();
    let bad = |scope: &str| Grant::new("alice").scope(scope);
    let error = world.sessions.sign_in(bad("a\"b"), |token| token).await;
    assert!(!error.as_ref().unwrap_err().is_invalid_grant());
    assert!(matches!(error, Err(SessionError::Issue(_))));
    assert_eq!(entries(&world), 0);

    let pair = world.sign_in().await;
    let token = pair.refresh_token().as_str();
    drop(world.sessions.renew(token).await.unwrap());
    let renewal = world.sessions.renew(token).await.unwrap();
    let failed = renewal.finish(|token| token.lifetime(Duration::ZERO)).await;
    assert!(matches!(failed, Err(SessionError::Issue(_))));
    world.try_renew(&pair).await.unwrap();
}

#[tokio::test]
async fn while_the_store_is_away_nothing_is_lost() {
    let world = World::new();
    let pair = world.sign_in().await;
    let renewal = world.sessions.renew(pair.refresh_token().as_str()).await;
    let renewal = renewal.unwrap();
    world.set_away(true);
    let away = "the store cannot be reached";
    let error = world.try_renew(&pair).await.unwrap_err();
    assert!(error.is_unavailable() && !error.is_invalid_grant());
    assert_eq!(error.to_string(), away);
    assert_error(renewal.finish(|token| token).await, away);
    let begun = world.sessions.sign_in(Grant::new("alice"), |token| token);
    assert_error(begun.await, away);
    assert!(world.takes(&pair));
    // What can end ends, and the caller knows that it is not all.
    assert_error(world.sessions.sign_out(pair.session_id()).await, away);
    assert!(!world.takes(&pair));
    world.set_away(false);
    assert!(world.sessions.is_alive(pair.session_id()).await.unwrap());
    world.sessions.sign_out(pair.session_id()).await.unwrap();
    world.assert_ended(&pair).await;
}

#[test]
fn traits() {
    fn assert_auto<T: Clone + Send + Sync + Unpin + 'static>() {}
    fn assert_send<T: Send>(_: &T) {}
    assert_auto::<Sessions<Vec<u8>>>();
    assert_auto::<SessionError>();
    let world = World::new();
    assert_send(&world.sessions.sign_in(Grant::new("alice"), |token| token));
    assert_send(&world.sessions.renew(""));
    assert_send(&world.sessions.sign_out(""));
    assert_send(&world.sessions.sign_out_everywhere(""));
    assert_send(&world.try_renew_for_send());
    assert_eq!(format!("{:?}", world.sessions), "Sessions { .. }");
}

impl World {
    async fn try_renew_for_send(&self) -> Result<TokenPair, SessionError> {
        let roles = vec!["admin".to_owned()];
        let renewal = self.sessions.renew("").await?;
        renewal.finish(move |token| token.roles(roles)).await
    }
}
