//! Lists that several processes share. Tokio's time stands still unless everybody waits, and the
//! clock of tokens and lists goes with it.
#![expect(clippy::arithmetic_side_effects, reason = "all numbers are small")]

mod entries;
mod outage;
mod runtime;
mod staleness;

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use tokio::time::{Instant, sleep};
use tower_bearer::test_util::TestFeed;
use tower_bearer::verify::{Batch, Entry, Feed, Position};
use tower_bearer::verify::{FeedError, FeedFuture};
use tower_bearer::verify::{RevocationState, Staleness};

use super::*;

const MINUTE: Duration = Duration::from_secs(60);
const REVOKED: AuthError = AuthError::InvalidToken(TokenError::Revoked);

/// A feed as one process has it, that notes what it is asked.
#[derive(Clone)]
struct Spy(Arc<Seen>);

struct Seen {
    feed: TestFeed,
    loads: Mutex<Vec<Instant>>,
    added: Mutex<Vec<Entry>>,
    is_full: AtomicBool,
    /// Whether what is added is confirmed, and lost.
    forgets: AtomicBool,
}

impl Spy {
    fn on(feed: &TestFeed) -> Self {
        Self(Arc::new(Seen {
            feed: feed.clone(),
            loads: Mutex::default(),
            added: Mutex::default(),
            is_full: AtomicBool::new(false),
            forgets: AtomicBool::new(false),
        }))
    }

    fn loads(&self) -> Vec<Instant> {
        self.0.loads.lock().unwrap().clone()
    }

    fn take_added(&self) -> Vec<Entry> {
        std::mem::take(&mut self.0.added.lock().unwrap())
    }
}

impl Feed for Spy {
    fn add<'a>(&'a self, entries: &'a [Entry]) -> FeedFuture<'a, ()> {
        if self.0.is_full.load(Ordering::Relaxed) {
            return Box::pin(async { Err(FeedError::Full) });
        }
        self.0.added.lock().unwrap().extend_from_slice(entries);
        if self.0.forgets.load(Ordering::Relaxed) {
            return Box::pin(async { Ok(()) });
        }
        self.0.feed.add(entries)
    }

    fn load(&self) -> FeedFuture<'_, Batch> {
        self.0.loads.lock().unwrap().push(Instant::now());
        self.0.feed.load()
    }

    fn follow<'a>(&'a self, after: &'a Position, wait: Duration) -> FeedFuture<'a, Option<Batch>> {
        self.0.feed.follow(after, wait)
    }
}

/// A process that has a list by the feed.
struct Process {
    spy: Spy,
    list: RevocationList,
    verifier: Verifier,
}

/// Processes that share a feed.
struct World {
    clock: FixedClock,
    feed: TestFeed,
}

impl World {
    fn new() -> Self {
        Self {
            clock: clock(),
            feed: TestFeed::new(),
        }
    }

    fn process(&self, staleness: Staleness) -> Process {
        self.process_with(staleness, |list| list)
    }

    fn process_with(
        &self,
        staleness: Staleness,
        set_up: impl FnOnce(RevocationListBuilder) -> RevocationListBuilder,
    ) -> Process {
        let spy = Spy::on(&self.feed);
        let list = RevocationList::shared(spy.clone(), staleness).clock(self.clock.clone());
        let list = set_up(list).build().unwrap();
        let issuer = TestIssuer::new(ISSUER, Algorithm::HS256);
        let verifier = builder_with(issuer.verifying_key())
            .audience(AUDIENCE)
            .clock(self.clock.clone())
            .revocations(list.clone())
            .build()
            .unwrap();
        Process {
            spy,
            list,
            verifier,
        }
    }

    /// One that has loaded the list.
    async fn ready(&self, staleness: Staleness) -> Process {
        let process = self.process(staleness);
        process.list.ready().await.unwrap();
        process
    }

    fn token(&self, session: &str) -> String {
        let issuer = TestIssuer::new(ISSUER, Algorithm::HS256).clock(self.clock.clone());
        let token = issuer.token().audience(AUDIENCE).claim("sid", session);
        token.claim("jti", session).subject(session).sign()
    }

    /// Lets time pass, in which the tasks do what they have to.
    async fn pass(&self, time: Duration) {
        self.clock.advance(time);
        sleep(time).await;
        settle().await;
    }
}

/// Lets everybody do what needs no waiting.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

impl Process {
    fn verdict(&self, token: &str) -> Result<(), AuthError> {
        let verdict = self.verifier.verify_now(token).map(drop);
        // The second look is at what is remembered.
        assert_eq!(self.verifier.verify_now(token).map(drop), verdict);
        verdict
    }

    #[track_caller]
    fn assert_unavailable(&self, token: &str) {
        match self.verdict(token) {
            Err(AuthError::RevocationsUnavailable(after)) => {
                assert!((SECOND..=SECOND * 10).contains(&after), "{after:?}");
            }
            verdict => panic!("{verdict:?}"),
        }
    }

    async fn revoke_session(&self, session: &str) -> Result<(), RevocationError> {
        self.list.revoke(Revocation::session(ISSUER, session)).await
    }

    fn state(&self) -> RevocationState {
        self.list.status().state
    }

    fn last_error(&self) -> Option<String> {
        self.list.status().last_error
    }
}

const REFUSED: &str = "the revocation feed cannot be reached: connection refused";

#[tokio::test(start_paused = true)]
async fn what_one_revokes_the_others_learn_at_once() {
    let world = World::new();
    let staleness = Staleness::refuse_after(MINUTE);
    let (a, b) = (world.ready(staleness).await, world.ready(staleness).await);
    let tokens = ["token", "session", "subject", "good"].map(|name| world.token(name));
    for token in &tokens {
        assert_eq!((a.verdict(token), b.verdict(token)), (Ok(()), Ok(())));
    }
    let begun = Instant::now();
    let verified = a.verifier.verify_now(&tokens[0]).unwrap();
    let revoked = Revocation::token(&verified).unwrap();
    a.list.revoke(revoked).await.unwrap();
    a.revoke_session("session").await.unwrap();
    b.list
        .revoke(Revocation::subject(ISSUER, "subject"))
        .await
        .unwrap();
    settle().await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
    for process in [&a, &b, &world.ready(staleness).await] {
        for token in &tokens[..3] {
            assert_eq!(process.verdict(token), Err(REVOKED));
        }
        assert_eq!(process.verdict(&tokens[3]), Ok(()));
        assert_eq!(process.list.status().entries, 3);
        assert_eq!(process.list.status().pending, 0);
    }
    assert_eq!((a.spy.loads().len(), b.spy.loads().len()), (1, 1));
    // A second on, the subject may sign in again, everywhere.
    world.pass(SECOND).await;
    let new = world.token("subject");
    assert_eq!((a.verdict(&new), b.verdict(&new)), (Ok(()), Ok(())));
}

#[tokio::test(start_paused = true)]
async fn the_status_tells_all() {
    let world = World::new();
    let process = world.process(Staleness::go_on_after(MINUTE));
    let status = || serde_json::to_value(process.list.status()).unwrap();
    assert_eq!(
        status(),
        json!({"state": "unavailable", "age": null, "entries": 0, "pending": 0,
               "last_error": null})
    );
    process.list.ready().await.unwrap();
    assert_eq!(
        status(),
        json!({"state": "fresh", "age": 0, "entries": 0, "pending": 0, "last_error": null})
    );
    world.feed.fail();
    process.revoke_session("s").await.unwrap_err();
    world.pass(MINUTE * 2).await;
    assert_eq!(
        status(),
        json!({"state": "stale", "age": 120, "entries": 1, "pending": 1, "last_error": REFUSED})
    );
}
