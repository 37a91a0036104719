//! Cancellation at each await.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use futures::task::noop_waker_ref;
use http::{Request, Response};
use tokio::runtime::{Builder, Runtime};
use tower::limit::ConcurrencyLimit;
use tower::{Layer, ServiceExt, service_fn};
use tower_bearer::keys::{KeyProvider, RemoteKeys};
use tower_bearer::test_util::{TestFeed, TestIssuer};
use tower_bearer::verify::{Batch, Entry, Feed, FeedFuture, Position};
use tower_bearer::verify::{Revocation, RevocationList, Staleness, Tenants};
use tower_bearer::{Algorithm, BearerAuthLayer, VerifiedToken, Verifier};
use tower_bearer_issuer::store::{MemoryStore, Store, StoreFuture};
use tower_bearer_issuer::{
    Grant, RefreshError, RefreshToken, RefreshTokens, TokenIssuer, TokenPair,
};

use crate::keys::remote::{Server, secs};

const ISSUER: &str = "https://issuer.example.com";
const HOUR: Duration = Duration::from_secs(3600);

fn runtime() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().unwrap()
}

/// Starts an operation in a new world, polls it this many times, and drops it: first zero times,
/// then once, and so on, until it completes. Between two polls, all others run. Checks each world
/// afterwards, given the number of polls and the result. Returns the number of polls that it needs.
fn drop_at_each_point<W, T>(
    new: impl Fn() -> W,
    begin: impl for<'a> Fn(&'a W) -> BoxFuture<'a, T>,
    mut check: impl AsyncFnMut(&W, usize, Option<T>),
) -> usize {
    for polls in 0..1000 {
        let runtime = runtime();
        let is_done = runtime.block_on(async {
            let world = new();
            let mut future = begin(&world);
            let mut output = None;
            for _ in 0..polls {
                let mut cx = Context::from_waker(noop_waker_ref());
                if let Poll::Ready(done) = future.as_mut().poll(&mut cx) {
                    output = Some(done);
                    break;
                }
                settle().await;
            }
            drop(future);
            settle().await;
            let is_done = output.is_some();
            check(&world, polls, output).await;
            is_done
        });
        runtime.block_on(settle());
        let tasks = runtime.metrics().num_alive_tasks();
        assert_eq!(tasks, 0, "a task goes on that nobody has any use for");
        if is_done {
            return polls;
        }
    }
    panic!("it never ends");
}

async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

async fn pause() {
    let mut is_over = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut is_over, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Waits before and after each operation.
struct Slow<T>(T);

impl<T> Slow<T> {
    fn slowly<'a, U: Send>(act: impl Future<Output = U> + Send + 'a) -> BoxFuture<'a, U> {
        Box::pin(async {
            pause().await;
            let output = act.await;
            pause().await;
            output
        })
    }
}

impl<S: Store> Store for Slow<S> {
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        Self::slowly(self.0.get(key))
    }

    fn put<'a>(&'a self, key: &'a str, value: &'a [u8], ttl: Duration) -> StoreFuture<'a, ()> {
        Self::slowly(self.0.put(key, value, ttl))
    }

    fn swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<&'a [u8]>,
        value: &'a [u8],
        ttl: Duration,
    ) -> StoreFuture<'a, bool> {
        Self::slowly(self.0.swap(key, expected, value, ttl))
    }

    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, bool> {
        Self::slowly(self.0.remove(key))
    }
}

impl<F: Feed> Feed for Slow<F> {
    fn add<'a>(&'a self, entries: &'a [Entry]) -> FeedFuture<'a, ()> {
        Self::slowly(self.0.add(entries))
    }

    fn load(&self) -> FeedFuture<'_, Batch> {
        Self::slowly(self.0.load())
    }

    fn follow<'a>(&'a self, after: &'a Position, wait: Duration) -> FeedFuture<'a, Option<Batch>> {
        Self::slowly(self.0.follow(after, wait))
    }
}

struct Sessions {
    tokens: RefreshTokens,
    first: RefreshToken,
}

impl Sessions {
    fn new(grace: Duration) -> Self {
        let tokens = <RefreshTokens>::builder(Slow(MemoryStore::new()));
        let tokens = tokens.grace(grace).build().unwrap();
        // The store is slow, but no other task has anything to do.
        let first = wait_for(tokens.begin(Grant::new("alice"))).unwrap();
        Self { tokens, first }
    }
}

/// Polls until it is there.
fn wait_for<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        let mut cx = Context::from_waker(noop_waker_ref());
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
}

/// The token is used or it is not, and the family stays consistent.
#[test]
fn a_use_of_a_refresh_token_happens_or_not() {
    let mut outcomes = [0; 2];
    let polls = drop_at_each_point(
        || Sessions::new(Duration::ZERO),
        |it| Box::pin(it.tokens.use_token(it.first.as_str())),
        async |it, _, _| match it.tokens.use_token(it.first.as_str()).await {
            Ok(used) => {
                outcomes[0] += 1;
                it.tokens.use_token(used.token().as_str()).await.unwrap();
            }
            Err(RefreshError::Reused(_)) => {
                outcomes[1] += 1;
                assert!(!it.tokens.is_alive(it.first.family_id()).await.unwrap());
            }
            Err(error) => panic!("{error}"),
        },
    );
    // Reading, consuming and reading the subject's mark: two pauses each.
    assert_eq!((polls, outcomes), (7, [4, 4]));
}

/// With a grace period, a cancelled client that retries gets what it would have got.
#[test]
fn within_the_grace_a_use_can_be_tried_again() {
    drop_at_each_point(
        || Sessions::new(Duration::from_secs(10)),
        |it| Box::pin(it.tokens.use_token(it.first.as_str())),
        async |it, _, used| {
            let again = it.tokens.use_token(it.first.as_str()).await.unwrap();
            if let Some(used) = used {
                assert_eq!(again.token().as_str(), used.unwrap().token().as_str());
            }
            it.tokens.use_token(again.token().as_str()).await.unwrap();
        },
    );
}

#[test]
fn ending_families_happens_or_not() {
    for everywhere in [false, true] {
        drop_at_each_point(
            || Sessions::new(Duration::ZERO),
            |it| {
                Box::pin(async move {
                    if everywhere {
                        it.tokens.revoke_subject("alice").await.unwrap();
                    } else {
                        it.tokens.revoke_token(it.first.as_str()).await.unwrap();
                    }
                })
            },
            async |it, _, ended| {
                let is_alive = it.tokens.is_alive(it.first.family_id()).await.unwrap();
                let used = it.tokens.use_token(it.first.as_str()).await;
                assert_eq!(used.is_ok(), is_alive);
                assert!(ended.is_none() || !is_alive);
                // The subject can sign in, whatever was half done.
                let next = it.tokens.begin(Grant::new("alice")).await.unwrap();
                it.tokens.use_token(next.as_str()).await.unwrap();
            },
        );
    }
}

/// A sign-out that has begun ends all, also if nobody waits for it.
#[test]
fn a_sign_out_goes_on_whoever_waits() {
    struct SignedIn {
        sessions: tower_bearer_issuer::Sessions,
        verifier: Verifier,
        pair: TokenPair,
    }
    let new = || {
        let key = TestIssuer::new(ISSUER, Algorithm::HS256);
        let key = key.signing_key().clone().with_key_id("key");
        let list = RevocationList::local().build().unwrap();
        let builder = <Verifier>::builder().issuer(ISSUER, key.verifying_key());
        let builder = builder.any_audience().revocations(list.clone());
        let issuer = TokenIssuer::builder().issuer(ISSUER).audience("api");
        let issuer = issuer.key(key).build().unwrap();
        let tokens = <RefreshTokens>::builder(Slow(MemoryStore::new()));
        let tokens = tokens.build().unwrap();
        let sessions = tower_bearer_issuer::Sessions::new(issuer, tokens, list);
        let pair = wait_for(sessions.sign_in(Grant::new("alice"), |token| token));
        SignedIn {
            pair: pair.unwrap(),
            verifier: builder.build().unwrap(),
            sessions,
        }
    };
    for everywhere in [false, true] {
        drop_at_each_point(
            new,
            |it| {
                Box::pin(async move {
                    if everywhere {
                        it.sessions.sign_out_everywhere("alice").await.unwrap();
                    } else {
                        it.sessions.sign_out(it.pair.session_id()).await.unwrap();
                    }
                })
            },
            async |it, polls, _| {
                let has_access = it
                    .verifier
                    .verify_now(it.pair.access_token().as_str())
                    .is_ok();
                let is_alive = it.sessions.is_alive(it.pair.session_id()).await.unwrap();
                assert_eq!((has_access, is_alive), (polls == 0, polls == 0));
            },
        );
    }
}

struct Revoking {
    feed: TestFeed,
    list: RevocationList,
    verifier: Verifier,
    token: String,
}

fn shared(feed: impl Feed) -> RevocationList {
    let list = RevocationList::shared(feed, Staleness::refuse_after(HOUR));
    list.build().unwrap()
}

fn verifier(issuer: &TestIssuer, list: &RevocationList) -> Verifier {
    let builder = Verifier::builder().issuer(ISSUER, issuer.verifying_key());
    let builder = builder.any_audience().revocations(list.clone());
    builder.build().unwrap()
}

impl Revoking {
    fn new() -> Self {
        let issuer = TestIssuer::new(ISSUER, Algorithm::HS256);
        let feed = TestFeed::new();
        let list = shared(Slow(feed.clone()));
        Self {
            verifier: verifier(&issuer, &list),
            token: issuer.token().claim("sid", "1").sign(),
            list,
            feed,
        }
    }
}

/// From the first poll on, it is revoked here, and all others will learn of it.
#[test]
fn what_is_being_revoked_is_revoked() {
    let polls = drop_at_each_point(
        Revoking::new,
        |it| it.list.revoke(Revocation::session(ISSUER, "1")).boxed(),
        async |it, polls, _| {
            it.list.ready().await.unwrap();
            assert_eq!(it.verifier.verify_now(&it.token).is_ok(), polls == 0);
            tokio::time::sleep(secs(30)).await;
            assert_eq!(it.list.status().pending, 0);
            let others = shared(it.feed.clone());
            others.ready().await.unwrap();
            assert_eq!(others.status().entries, usize::from(polls > 0));
        },
    );
    assert_eq!(polls, 3);
}

#[test]
fn lists_load_whoever_waits() {
    drop_at_each_point(
        Revoking::new,
        |it| it.list.ready().boxed(),
        async |it, _, _| {
            it.list.ready().await.unwrap();
            it.verifier.verify_now(&it.token).unwrap();
        },
    );
}

struct Fetching {
    server: Server,
    keys: RemoteKeys,
    verifier: Verifier,
}

impl Fetching {
    fn new() -> Self {
        let server = Server::with(&["a"]);
        let keys = server.builder().build().unwrap();
        let verifier = Verifier::builder().issuer("issuer", keys.clone());
        Self {
            server,
            verifier: verifier.any_audience().build().unwrap(),
            keys,
        }
    }
}

/// A fetch that a cancelled request began serves the next.
async fn fetched_once(it: &Fetching, polls: usize) {
    assert_eq!(it.server.asked(), usize::from(polls > 0));
    it.verifier
        .verify(crate::keys::remote::token("a"))
        .await
        .unwrap();
    assert_eq!(it.server.asked(), 1);
}

#[test]
fn a_fetch_goes_on_whoever_waits() {
    drop_at_each_point(
        Fetching::new,
        |it| it.verifier.verify(crate::keys::remote::token("a")).boxed(),
        async |it, polls, _| fetched_once(it, polls).await,
    );
    // This one begins the fetch at once.
    drop_at_each_point(
        Fetching::new,
        |it| KeyProvider::ready(&it.keys),
        async |it, _, _| fetched_once(it, 1).await,
    );
}

/// The tenant that was admitted for a token stays, with its keys.
#[test]
fn a_tenant_stays_whoever_waits() {
    struct Tenancy {
        made: Arc<AtomicUsize>,
        verifier: Verifier,
    }
    let polls = drop_at_each_point(
        || {
            let made = Arc::new(AtomicUsize::new(0));
            let counted = Arc::clone(&made);
            let server = Server::with(&["a"]);
            let tenants = Tenants::new(
                |name| name == "issuer",
                move |_| {
                    counted.fetch_add(1, Ordering::Relaxed);
                    server.builder().build()
                },
            );
            let verifier = Verifier::builder().tenants(tenants).any_audience();
            let verifier = verifier.build().unwrap();
            Tenancy { made, verifier }
        },
        |it| it.verifier.verify(crate::keys::remote::token("a")).boxed(),
        async |it, _, _| {
            it.verifier
                .verify(crate::keys::remote::token("a"))
                .await
                .unwrap();
            assert_eq!(it.made.load(Ordering::Relaxed), 1);
        },
    );
    assert!(polls > 1);
}

/// A request that is dropped while it waits for keys, or in the inner service, frees its slot.
#[test]
fn a_request_leaves_its_place() {
    struct Serving {
        keys: RemoteKeys,
        answer: Mutex<Answer>,
    }
    type Answer = Box<dyn FnMut() -> BoxFuture<'static, Response<String>> + Send>;

    let polls = drop_at_each_point(
        || {
            let keys = Server::with(&["a"]).builder().build().unwrap();
            let verifier = Verifier::builder().issuer("issuer", keys.clone());
            let verifier = verifier.any_audience().build().unwrap();
            let inner = service_fn(|request: Request<()>| async move {
                pause().await;
                assert!(<VerifiedToken>::from_extensions(request.extensions()).is_ok());
                pause().await;
                Ok::<_, Infallible>(Response::new("hello".to_owned()))
            });
            // One at a time.
            let inner = ConcurrencyLimit::new(inner, 1);
            let service = BearerAuthLayer::new(verifier).layer(inner);
            let answer = move || {
                let token = format!("Bearer {}", crate::keys::remote::token("a"));
                let request = Request::get("/").header("authorization", token);
                let answer = service.clone().oneshot(request.body(()).unwrap());
                answer.map(Result::unwrap).boxed()
            };
            let answer = Mutex::new(Box::new(answer) as Answer);
            Serving { keys, answer }
        },
        |it| (it.answer.lock().unwrap())(),
        async |it, _, _| {
            let next = (it.answer.lock().unwrap())();
            assert_eq!(next.await.body(), "hello");
            assert_eq!(it.keys.status().keys, 1);
        },
    );
    assert!(polls > 3);
}
