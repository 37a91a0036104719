//! The whole API, with application code wherever it is accepted.

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use futures::FutureExt;
use futures::future::{Ready, ready};
use http::{Request, Response};
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, Key, KeyName, Metadata, Recorder, SharedString,
    Unit,
};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use tokio::runtime::Runtime;
use tower::{Layer, Service, ServiceExt};
use tower_bearer::extract::{self, TokenSource};
use tower_bearer::keys::{KeyProvider, KeySet, RemoteKeys};
use tower_bearer::reject::Rejection;
use tower_bearer::test_util::{TestFeed, TestIssuer};
use tower_bearer::verify::{Batch, Entry, Feed, FeedError, FeedFuture, Position};
use tower_bearer::verify::{
    Cache, Revocation, RevocationError, RevocationList, Staleness, Tenants,
};
use tower_bearer::{Algorithm, AuthError, BearerAuthLayer, TokenError, Verifier};
use tower_bearer_issuer::TokenIssuer;
use tower_bearer_issuer::store::{MemoryStore, Store, StoreFuture};
use tower_bearer_issuer::{Grant, RefreshError, RefreshTokens};

use super::{Place, at};
use crate::keys::remote::{URL, jwks};
use crate::observe::logged;

const ISSUER: &str = "https://issuer.example.com";
const HOUR: Duration = Duration::from_secs(3600);

pub(super) struct World {
    pub(super) runtime: Runtime,
    issuer: TestIssuer,
    tenant: TestIssuer,
    pub(super) verifier: Verifier<Claims>,
    remote: RemoteKeys,
    by_remote: Verifier,
    list: RevocationList,
    feed: TestFeed,
    tokens: RefreshTokens,
    token_issuer: TokenIssuer,
    sessions: AtomicUsize,
}

impl World {
    pub(super) fn new() -> Self {
        let issuer = TestIssuer::new(ISSUER, Algorithm::HS256);
        let tenant = TestIssuer::new("tenant", Algorithm::HS256);
        let feed = TestFeed::new();
        let list = RevocationList::shared(Listening(feed.clone()), Staleness::refuse_after(HOUR));
        let list = list.clock(clock(Place::Clock)).build().unwrap();
        let client = Client(());
        let remote = RemoteKeys::builder(URL).client(client).build().unwrap();
        let keys = KeySet::from(issuer.verifying_key());
        let of_tenant = KeySet::from(tenant.verifying_key());
        let tenants = Tenants::new(
            |name| {
                at(Place::Predicate);
                name == "tenant"
            },
            move |_| {
                at(Place::KeysOfTenant);
                Ok(of_tenant.clone())
            },
        );
        let verifier = Verifier::typed()
            .issuer(ISSUER, move || {
                at(Place::Keys);
                keys.clone()
            })
            .tenants(tenants)
            .any_audience()
            .rule(|_| {
                at(Place::Rule);
                true
            })
            .cache(Cache::bytes(4096))
            .revocations(list.clone())
            .clock(clock(Place::Clock));
        let by_remote = Verifier::typed().issuer("remote", remote.clone());
        let store = MemoryStore::new().clock(clock(Place::ClockOfStore));
        let tokens = <RefreshTokens>::builder(Calling(store)).clock(clock(Place::Clock));
        let token_issuer = TokenIssuer::builder().issuer(ISSUER).audience("api");
        let token_issuer = token_issuer.clock(clock(Place::Clock));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(list.ready()).unwrap();
        Self {
            runtime,
            verifier: verifier.build().unwrap(),
            by_remote: by_remote.any_audience().build().unwrap(),
            remote,
            list,
            feed,
            tokens: tokens.build().unwrap(),
            token_issuer: token_issuer
                .key(issuer.signing_key().clone())
                .build()
                .unwrap(),
            issuer,
            tenant,
            sessions: AtomicUsize::new(0),
        }
    }

    /// Runs every one-time operation and checks its result.
    pub(super) fn tour(&self) {
        let _runtime = self.runtime.enter();
        self.recover();
        listened(|| STEPS.iter().for_each(|step| step(self)));
    }

    /// The same, where each step may panic: results are not checked.
    pub(super) fn tour_with_panics(&self) {
        let _runtime = self.runtime.enter();
        for step in STEPS {
            let _ = catch_unwind(AssertUnwindSafe(|| listened(|| step(self))));
        }
    }

    /// Calls all that does not wait, from within a callback.
    pub(super) fn touch(&self) {
        let token = self.issuer.token().claim("sid", "touched").sign();
        self.verifier.verify_now(&token).unwrap();
        assert!(self.verifier.verify_now(format!("{token}AAAA")).is_err());
        self.verifier
            .verify_now(self.tenant.token().sign())
            .unwrap();
        let _ = self.answer(Some(&token)).now_or_never().unwrap();
        let _ = self.answer(None).now_or_never().unwrap();
        self.fill();
        drop(self.revoke().now_or_never());
        let _ = self.list.status();
        let _ = self.list.until_issuable(ISSUER, "alice");
        let _ = (self.remote.status(), self.remote.snapshot());
        drop(self.remote.ready().now_or_never());
        drop(self.by_remote.verify(remote_token("b")).now_or_never());
        let used = async {
            let first = self.tokens.begin(Grant::new("alice")).await.unwrap();
            self.tokens.use_token(first.as_str()).await.unwrap();
            self.tokens.revoke_subject("alice").await.unwrap();
        };
        used.now_or_never().unwrap();
        let issued = self.token_issuer.access_token("alice").issue().unwrap();
        self.verifier.verify_now(issued.as_str()).unwrap();
    }

    /// Restores the feed, and waits until it is followed: by the task, or by one that the next
    /// token starts instead.
    /// next token starts in its place.
    fn recover(&self) {
        self.feed.recover();
        let _ = self.verifier.verify_now(self.issuer.token().sign());
        let pause = async { tokio::time::sleep(Duration::from_secs(10)).await };
        self.runtime.block_on(pause);
    }

    fn answer(&self, token: Option<&str>) -> impl Future<Output = Response<String>> + use<> {
        let layer = BearerAuthLayer::new(self.verifier.clone())
            .source(Source(extract::Bearer))
            .reject_with(|rejection: Rejection<'_>| {
                at(Place::Rejection);
                let mut response = Response::new(String::new());
                *response.status_mut() = rejection.status();
                response
            });
        let inner = tower::service_fn(|_: Request<()>| {
            at(Place::InnerService);
            ready(Ok::<_, Infallible>(Response::new("hello".to_owned())))
        });
        let mut request = Request::get("/");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let answer = layer.layer(inner).oneshot(request.body(()).unwrap());
        answer.map(Result::unwrap)
    }

    /// Fills the cache with small tokens, and then with a large one that evicts many.
    fn fill(&self) {
        for number in 0..8 {
            let token = self.issuer.token().claim("number", number).sign();
            self.verifier.verify_now(token).unwrap();
        }
        let large = self.issuer.token().claim("text", "x".repeat(700)).sign();
        self.verifier.verify_now(large).unwrap();
    }

    /// Revokes a session that is still unknown.
    async fn revoke(&self) -> Result<(), RevocationError> {
        let revocation = Revocation::session(ISSUER, &self.next_session());
        self.list.revoke(revocation).await
    }

    fn next_session(&self) -> String {
        let number = self.sessions.fetch_add(1, Ordering::Relaxed);
        number.to_string()
    }
}

const STEPS: [fn(&World); 8] = [
    // Verify.
    |world| {
        let token = world.issuer.token().subject("alice").sign();
        for _ in 0..40 {
            let verified = world.verifier.verify_now(&token).unwrap();
            assert_eq!(verified.subject(), Some("alice"));
        }
        let error = world.verifier.verify_now(format!("{token}AAAA"));
        let error = error.map(drop).unwrap_err();
        assert_eq!(error, AuthError::InvalidToken(TokenError::BadSignature));
    },
    // Tenants.
    |world| {
        let token = world.tenant.token().sign();
        for _ in 0..2 {
            world.verifier.verify_now(&token).unwrap();
        }
        let other = TestIssuer::new("other", Algorithm::HS256);
        let error = world.verifier.verify_now(other.token().sign());
        let error = error.map(drop).unwrap_err();
        assert_eq!(error, AuthError::InvalidToken(TokenError::UntrustedIssuer));
    },
    // The layer.
    |world| {
        let token = world.issuer.token().sign();
        let answer = |token| world.answer(token).now_or_never().unwrap();
        assert_eq!(answer(Some(&token)).body(), "hello");
        assert_eq!(answer(None).status(), 401);
        assert_eq!(answer(Some(&token)).body(), "hello");
    },
    // The cache.
    |world| {
        world.fill();
        world.fill();
    },
    // Revocations.
    |world| {
        let session = world.next_session();
        let token = world.issuer.token().claim("sid", &session).sign();
        world.verifier.verify_now(&token).unwrap();
        let revoked = world.list.revoke(Revocation::session(ISSUER, &session));
        world.runtime.block_on(revoked).unwrap();
        let error = world.verifier.verify_now(&token).map(drop).unwrap_err();
        assert_eq!(error, AuthError::InvalidToken(TokenError::Revoked));
    },
    // An outage of the feed.
    |world| {
        world.feed.fail();
        let failed = world.runtime.block_on(async {
            let failed = world.revoke().await;
            tokio::time::sleep(Duration::from_secs(10)).await;
            failed
        });
        let error = failed.map_err(|error| error.to_string()).unwrap_err();
        assert!(error.ends_with("the application's words"), "{error}");
        assert!(world.list.status().last_error.is_some());
        world.recover();
        world.runtime.block_on(world.revoke()).unwrap();
        let status = world.list.status();
        assert_eq!((status.pending, status.last_error), (0, None));
    },
    // Remote keys.
    |world| {
        let verify = |key_id| world.by_remote.verify(remote_token(key_id));
        let verified = world.runtime.block_on(async {
            // After any earlier fault.
            tokio::time::sleep(Duration::from_secs(90)).await;
            let known = verify("a").await;
            // A cooldown, and one that is twice as long.
            tokio::time::sleep(Duration::from_secs(90)).await;
            (known.map(drop), verify("b").await.map(drop))
        });
        let unknown = AuthError::InvalidToken(TokenError::UnknownKey);
        assert_eq!(verified, (Ok(()), Err(unknown)));
    },
    // Sessions.
    |world| {
        let sessions = async {
            let first = world.tokens.begin(Grant::new("bob")).await.unwrap();
            let used = world.tokens.use_token(first.as_str()).await.unwrap();
            assert!(
                world
                    .tokens
                    .is_alive(used.token().family_id())
                    .await
                    .unwrap()
            );
            let again = world.tokens.use_token(first.as_str()).await;
            assert!(matches!(again, Err(RefreshError::Reused(_))));
        };
        sessions.now_or_never().unwrap();
        let issued = world.token_issuer.access_token("bob").issue().unwrap();
        world.verifier.verify_now(issued.as_str()).unwrap();
    },
];

/// A subscriber, as operators have one.
fn listened(act: impl FnOnce()) {
    metrics::with_local_recorder(&Counting, || {
        logged(act);
    });
}

fn remote_token(key_id: &str) -> String {
    let key = tower_bearer::test_util::signing_key(Algorithm::ES256).with_key_id(key_id);
    let issuer = TestIssuer::new("remote", Algorithm::ES256).key(key);
    issuer.token().sign()
}

fn clock(place: Place) -> impl Fn() -> SystemTime {
    move || {
        at(place);
        SystemTime::now()
    }
}

/// Claims of whatever kind.
pub(super) struct Claims;

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer)?;
        at(Place::Claims);
        Ok(Self)
    }
}

impl Drop for Claims {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            at(Place::EndOfClaims);
        }
    }
}

struct Source(extract::Bearer);

impl TokenSource for Source {
    fn extract<'a>(
        &self,
        request: tower_bearer::RequestHead<'a>,
    ) -> Result<Option<std::borrow::Cow<'a, [u8]>>, tower_bearer::RequestError> {
        at(Place::Source);
        self.0.extract(request)
    }
}

struct Calling(MemoryStore);

impl Store for Calling {
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        at(Place::Store);
        self.0.get(key)
    }

    fn put<'a>(&'a self, key: &'a str, value: &'a [u8], ttl: Duration) -> StoreFuture<'a, ()> {
        at(Place::Store);
        self.0.put(key, value, ttl)
    }

    fn swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<&'a [u8]>,
        value: &'a [u8],
        ttl: Duration,
    ) -> StoreFuture<'a, bool> {
        at(Place::Store);
        self.0.swap(key, expected, value, ttl)
    }

    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, bool> {
        at(Place::Store);
        self.0.remove(key)
    }
}

#[derive(Clone)]
struct Listening(TestFeed);

/// An error with text from the application.
#[derive(Debug)]
struct Words;

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        at(Place::ErrorOfFeed);
        f.write_str("the application's words")
    }
}

impl Error for Words {}

fn in_words<T>(answer: Result<T, FeedError>) -> Result<T, FeedError> {
    answer.map_err(|_| FeedError::unavailable(Words))
}

impl Feed for Listening {
    fn add<'a>(&'a self, entries: &'a [Entry]) -> FeedFuture<'a, ()> {
        at(Place::Feed);
        self.0.add(entries).map(in_words).boxed()
    }

    fn load(&self) -> FeedFuture<'_, Batch> {
        at(Place::Feed);
        self.0.load().map(in_words).boxed()
    }

    fn follow<'a>(&'a self, after: &'a Position, wait: Duration) -> FeedFuture<'a, Option<Batch>> {
        at(Place::Feed);
        self.0.follow(after, wait).map(in_words).boxed()
    }
}

/// Publishes one key.
struct Client(());

impl Clone for Client {
    fn clone(&self) -> Self {
        at(Place::CloneOfClient);
        Self(())
    }
}

impl Service<Request<String>> for Client {
    type Response = Response<String>;
    type Error = io::Error;
    type Future = Ready<io::Result<Response<String>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<String>) -> Self::Future {
        at(Place::Client);
        ready(Ok(Response::new(jwks(&["a"]))))
    }
}

/// A recorder that keeps nothing.
struct Counting;

impl CounterFn for Counting {
    fn increment(&self, _: u64) {
        at(Place::Metrics);
    }

    fn absolute(&self, _: u64) {}
}

impl GaugeFn for Counting {
    fn increment(&self, _: f64) {}

    fn decrement(&self, _: f64) {}

    fn set(&self, _: f64) {
        at(Place::Metrics);
    }
}

impl Recorder for Counting {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(Arc::new(Self))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(Arc::new(Self))
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}
