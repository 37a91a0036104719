//! Lists that several processes share. Tokio's time stands still unless everybody waits, and the
//! clock of tokens and lists goes with it.
#![expect(clippy::arithmetic_side_effects, reason = "all numbers are small")]

use std::error::Error;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use futures::future::BoxFuture;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, sleep, timeout};
use tower_bearer::store::{Batch, Entry, Feed, Position, StoreError, StoreFuture};
use tower_bearer::test_util::TestFeed;
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
    fn add<'a>(&'a self, entries: &'a [Entry]) -> StoreFuture<'a, ()> {
        if self.0.is_full.load(Ordering::Relaxed) {
            return Box::pin(async { Err(StoreError::Full) });
        }
        self.0.added.lock().unwrap().extend_from_slice(entries);
        if self.0.forgets.load(Ordering::Relaxed) {
            return Box::pin(async { Ok(()) });
        }
        self.0.feed.add(entries)
    }

    fn load(&self) -> StoreFuture<'_, Batch> {
        self.0.loads.lock().unwrap().push(Instant::now());
        self.0.feed.load()
    }

    fn follow<'a>(&'a self, after: &'a Position, wait: Duration) -> StoreFuture<'a, Option<Batch>> {
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

const REFUSED: &str =
    "the feed of revocations failed: the store cannot be asked: connection refused";

#[tokio::test(start_paused = true)]
async fn until_the_list_is_loaded_nobody_is_served() {
    for staleness in [
        Staleness::refuse_after(MINUTE),
        Staleness::go_on_after(MINUTE),
    ] {
        let world = World::new();
        let other = world.ready(staleness).await;
        other.revoke_session("revoked").await.unwrap();
        world.feed.fail();
        let process = world.process(staleness);
        let tokens = ["good", "revoked"].map(|session| world.token(session));
        for token in &tokens {
            process.assert_unavailable(token);
        }
        // Nothing but a good token is told so.
        let expired = process.verdict("a.b.c").unwrap_err();
        assert_eq!(expired, TokenError::Malformed.into());
        world.pass(HOUR).await;
        let tokens = ["good", "revoked"].map(|session| world.token(session));
        for token in &tokens {
            process.assert_unavailable(token);
        }
        let status = process.list.status();
        assert_eq!(status.state, RevocationState::Unavailable);
        assert_eq!((status.age, status.entries), (None, 0));
        assert_eq!(status.last_error.as_deref(), Some(REFUSED));
        let error = process.list.ready().await.unwrap_err();
        assert_eq!(error.to_string(), REFUSED);
        let error = process.verifier.ready().await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("no list of revocations: {REFUSED}")
        );

        world.feed.recover();
        process.verifier.ready().await.unwrap();
        assert_eq!(process.verdict(&tokens[0]), Ok(()));
        assert_eq!(process.verdict(&tokens[1]), Err(REVOKED));
        let status = process.list.status();
        assert_eq!((status.state, status.entries), (RevocationState::Fresh, 1));
        assert_eq!(status.last_error, None);
    }
}

/// What nobody needs to be told any more takes no room, however long the feed is away.
#[tokio::test(start_paused = true)]
async fn what_has_ended_is_not_pending() {
    for was_loaded in [false, true] {
        let world = World::new();
        let process = world.process_with(Staleness::go_on_after(MINUTE), |list| {
            list.longest_life(MINUTE).margin(MINUTE * 2)
        });
        if was_loaded {
            process.list.ready().await.unwrap();
        }
        world.feed.fail();
        for number in 0..3000 {
            let error = process.revoke_session(&number.to_string()).await;
            assert!(matches!(error, Err(RevocationError::Feed(_))), "{error:?}");
        }
        assert_eq!(process.list.status().pending, 3000);
        world.pass(HOUR).await;
        let status = process.list.status();
        assert_eq!((status.entries, status.pending), (0, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_token_has_the_list_loaded() {
    let world = World::new();
    let process = world.process(Staleness::refuse_after(MINUTE));
    settle().await;
    assert_eq!(process.spy.loads().len(), 0);
    let token = world.token("s");
    process.assert_unavailable(&token);
    settle().await;
    assert_eq!(process.verdict(&token), Ok(()));
    assert_eq!(process.spy.loads().len(), 1);
}

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
async fn where_the_feed_is_gone_requests_are_refused_or_go_on() {
    let world = World::new();
    let refusing = world.ready(Staleness::refuse_after(MINUTE)).await;
    let going_on = world.ready(Staleness::go_on_after(MINUTE)).await;
    refusing.revoke_session("revoked").await.unwrap();
    world.pass(HOUR * 5).await;
    let [good, revoked] = ["good", "revoked"].map(|session| world.token(session));
    for gone in [TestFeed::fail, TestFeed::hang] {
        for process in [&refusing, &going_on] {
            assert_eq!(process.state(), RevocationState::Fresh);
            assert_eq!(process.verdict(&good), Ok(()));
            assert_eq!(process.verdict(&revoked), Err(REVOKED));
        }
        gone(&world.feed);
        world.pass(SECOND * 49).await;
        for process in [&refusing, &going_on] {
            assert_eq!(process.state(), RevocationState::Fresh);
            assert_eq!(process.verdict(&good), Ok(()));
        }
        assert!(refusing.last_error().is_some());
        world.pass(SECOND * 12).await;
        for token in [&good, &revoked] {
            refusing.assert_unavailable(token);
        }
        assert_eq!(refusing.state(), RevocationState::Unavailable);
        assert!(refusing.list.status().age.unwrap() > MINUTE);
        assert_eq!(going_on.verdict(&good), Ok(()));
        assert_eq!(going_on.verdict(&revoked), Err(REVOKED));
        assert_eq!(going_on.state(), RevocationState::Stale);
        world.feed.recover();
        world.pass(SECOND * 16).await;
        assert_eq!((refusing.last_error(), going_on.last_error()), (None, None));
    }
    // All the while, it was never loaded again.
    assert_eq!(
        (refusing.spy.loads().len(), going_on.spy.loads().len()),
        (1, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_list_is_stale_behind_its_time_not_at_it() {
    let world = World::new();
    let process = world.ready(Staleness::refuse_after(MINUTE)).await;
    let token = world.token("s");
    world.feed.fail();
    tokio::time::advance(MINUTE).await;
    assert_eq!(process.state(), RevocationState::Fresh);
    assert_eq!(process.verdict(&token), Ok(()));
    tokio::time::advance(Duration::from_millis(1)).await;
    assert_eq!(process.state(), RevocationState::Unavailable);
    process.assert_unavailable(&token);
}

#[tokio::test(start_paused = true)]
async fn while_all_is_well_the_list_is_never_stale() {
    for limit in [SECOND, SECOND * 7, MINUTE, HOUR] {
        let world = World::new();
        let process = world.ready(Staleness::refuse_after(limit)).await;
        for _ in 0..150 {
            world.pass(Duration::from_millis(370)).await;
            let age = process.list.status().age.unwrap();
            assert!(
                age <= limit / 2 && age <= SECOND * 10,
                "{age:?} of {limit:?}"
            );
            assert_eq!(process.state(), RevocationState::Fresh);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_revoked_while_the_feed_is_gone_is_told_when_it_is_back() {
    let world = World::new();
    let staleness = Staleness::refuse_after(HOUR);
    let (a, b) = (world.ready(staleness).await, world.ready(staleness).await);
    let token = world.token("s");
    world.feed.fail();
    let error = a.revoke_session("s").await.unwrap_err();
    assert!(matches!(
        error,
        RevocationError::Feed(StoreError::Unavailable(_))
    ));
    assert_eq!(error.to_string(), REFUSED);
    let source = error.source().unwrap().to_string();
    assert_eq!(source, "the store cannot be asked");
    assert_eq!(
        (a.verdict(&token), b.verdict(&token)),
        (Err(REVOKED), Ok(()))
    );
    assert_eq!(a.list.status().pending, 1);
    world.pass(MINUTE).await;
    world.feed.recover();
    world.pass(SECOND * 10).await;
    assert_eq!(
        (a.verdict(&token), b.verdict(&token)),
        (Err(REVOKED), Err(REVOKED))
    );
    assert_eq!(a.list.status().pending, 0);
    let ttls: Vec<_> = a.spy.take_added().iter().map(|entry| entry.ttl).collect();
    let longest = HOUR * 24 + MINUTE * 5;
    assert!(
        ttls.iter()
            .all(|ttl| (HOUR * 24..=longest + SECOND).contains(ttl))
    );
    assert_eq!((a.spy.loads().len(), b.spy.loads().len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_hangs_keeps_nobody_waiting_for_long() {
    let world = World::new();
    let process = world.ready(Staleness::refuse_after(HOUR)).await;
    world.feed.hang();
    let begun = Instant::now();
    let error = process.revoke_session("s").await.unwrap_err();
    assert_eq!(begun.elapsed(), SECOND * 5);
    let text = "the feed of revocations failed: the store cannot be asked: no answer in time";
    assert_eq!(error.to_string(), text);
    let late = world.process(Staleness::refuse_after(HOUR));
    let error = late.list.ready().await.unwrap_err();
    assert_eq!(begun.elapsed(), SECOND * 35);
    assert_eq!(error.to_string(), text);
    // What it was asked while it hung is never answered, and told again.
    world.feed.recover();
    world.pass(MINUTE).await;
    assert_eq!(late.verdict(&world.token("s")), Err(REVOKED));
}

#[tokio::test(start_paused = true)]
async fn who_stops_waiting_revokes_all_the_same() {
    let world = World::new();
    let staleness = Staleness::refuse_after(HOUR);
    let (a, b) = (world.ready(staleness).await, world.ready(staleness).await);
    world.feed.hang();
    assert!(timeout(SECOND, a.revoke_session("s")).await.is_err());
    assert_eq!(a.list.status().pending, 1);
    world.feed.recover();
    world.pass(MINUTE).await;
    let token = world.token("s");
    assert_eq!(
        (a.verdict(&token), b.verdict(&token)),
        (Err(REVOKED), Err(REVOKED))
    );
    assert_eq!(a.list.status().pending, 0);
}

/// A replica that takes over lacks what its primary took last, and knows the position before it.
#[tokio::test(start_paused = true)]
async fn what_was_told_to_a_server_that_failed_is_told_again() {
    let world = World::new();
    let staleness = Staleness::refuse_after(HOUR);
    let (a, b) = (world.ready(staleness).await, world.ready(staleness).await);
    let token = world.token("s");
    a.spy.0.forgets.store(true, Ordering::Relaxed);
    a.revoke_session("s").await.unwrap();
    a.spy.0.forgets.store(false, Ordering::Relaxed);
    world.feed.fail();
    world.pass(SECOND).await;
    world.feed.recover();
    world.pass(SECOND * 10).await;
    assert_eq!(
        (a.verdict(&token), b.verdict(&token)),
        (Err(REVOKED), Err(REVOKED))
    );
    assert_eq!(a.list.status().pending, 0);
    assert_eq!((a.spy.loads().len(), b.spy.loads().len()), (1, 1));
    // What was read there is not told again.
    a.spy.take_added();
    world.feed.fail();
    world.pass(SECOND).await;
    world.feed.recover();
    world.pass(SECOND * 10).await;
    assert_eq!(a.spy.take_added(), []);
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_lost_everything_is_filled_again() {
    let world = World::new();
    let staleness = Staleness::refuse_after(MINUTE);
    let (a, b) = (world.ready(staleness).await, world.ready(staleness).await);
    for session in 0..2500 {
        a.revoke_session(&session.to_string()).await.unwrap();
    }
    settle().await;
    assert_eq!(b.list.status().entries, 2500);
    a.spy.take_added();
    b.spy.take_added();
    world.feed.lose();
    world.pass(SECOND).await;
    for process in [&a, &b] {
        assert_eq!(process.list.status().entries, 2500);
        assert_eq!(process.list.status().pending, 0);
        assert_eq!(process.state(), RevocationState::Fresh);
    }
    let (by_a, by_b) = (a.spy.take_added().len(), b.spy.take_added().len());
    assert!(
        by_a.max(by_b) == 2500 && by_a + by_b <= 5000,
        "{by_a} {by_b}"
    );
    // Whoever comes now finds all.
    let new = world.ready(staleness).await;
    assert_eq!(new.list.status().entries, 2500);
    for session in ["0", "1234", "2499"] {
        assert_eq!(new.verdict(&world.token(session)), Err(REVOKED));
    }
    assert_eq!(new.verdict(&world.token("good")), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn what_was_revoked_in_an_outage_survives_that_the_feed_comes_back_empty() {
    let world = World::new();
    let staleness = Staleness::go_on_after(MINUTE);
    let (a, b) = (world.ready(staleness).await, world.ready(staleness).await);
    a.revoke_session("before").await.unwrap();
    world.feed.fail();
    a.revoke_session("by a").await.unwrap_err();
    b.revoke_session("by b").await.unwrap_err();
    world.feed.lose();
    world.pass(MINUTE).await;
    world.feed.recover();
    world.pass(SECOND * 20).await;
    let new = world.ready(staleness).await;
    for process in [&a, &b, &new] {
        for session in ["before", "by a", "by b"] {
            assert_eq!(process.verdict(&world.token(session)), Err(REVOKED));
        }
        assert_eq!(process.list.status().entries, 3);
    }
}

#[tokio::test(start_paused = true)]
async fn entries_leave_the_feed_and_every_process() {
    let world = World::new();
    let staleness = Staleness::refuse_after(MINUTE);
    let short = |list: RevocationListBuilder| list.longest_life(HOUR).margin(MINUTE * 2);
    let a = world.process_with(staleness, short);
    let b = world.process_with(staleness, short);
    a.list.ready().await.unwrap();
    b.list.ready().await.unwrap();
    a.revoke_session("s").await.unwrap();
    assert_eq!(a.spy.take_added()[0].ttl, HOUR + MINUTE * 2 + SECOND);
    world.pass(HOUR + MINUTE * 2).await;
    assert_eq!((a.list.status().entries, b.list.status().entries), (1, 1));
    assert_eq!(world.feed.load().await.unwrap().entries.len(), 1);
    world.pass(SECOND).await;
    assert_eq!((a.list.status().entries, b.list.status().entries), (0, 0));
    world.pass(SECOND).await;
    assert_eq!(world.feed.load().await.unwrap().entries.len(), 0);
    // What has ended is not told again.
    world.feed.lose();
    world.pass(SECOND).await;
    assert_eq!(a.spy.take_added(), []);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_has_no_room_for_what_others_revoked_is_none_to_go_by() {
    let world = World::new();
    let staleness = Staleness::refuse_after(MINUTE);
    let large = world.ready(staleness).await;
    let small = world.process_with(staleness, |list| list.max_entries(2));
    small.list.ready().await.unwrap();
    for session in ["1", "2", "3"] {
        large.revoke_session(session).await.unwrap();
    }
    world.pass(MINUTE + SECOND).await;
    small.assert_unavailable(&world.token("good"));
    let full = "the list of revocations is full: give it room for more with `max_entries`";
    assert_eq!(small.last_error().as_deref(), Some(full));
    assert_eq!(small.list.status().entries, 2);
    assert_eq!(
        small.revoke_session("4").await.unwrap_err().to_string(),
        full
    );
    let late = world.process_with(staleness, |list| list.max_entries(2));
    assert_eq!(late.list.ready().await.unwrap_err().to_string(), full);
    late.assert_unavailable(&world.token("good"));
    // With time there is room again.
    world.pass(HOUR * 24 + MINUTE * 6).await;
    assert_eq!(small.verdict(&world.token("good")), Ok(()));
    assert_eq!(late.verdict(&world.token("good")), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn what_has_ended_needs_no_room() {
    let world = World::new();
    let staleness = Staleness::refuse_after(MINUTE);
    let set_up = |list: RevocationListBuilder| list.longest_life(HOUR).max_entries(1);
    let process = world.process_with(staleness, set_up);
    process.list.ready().await.unwrap();
    process.revoke_session("ended").await.unwrap();
    let ended = process.spy.take_added();
    world.pass(HOUR * 2).await;
    process.revoke_session("living").await.unwrap();
    // As a feed has it whose clock is behind.
    world.feed.add(&ended).await.unwrap();
    world.pass(SECOND).await;
    assert_eq!(process.last_error(), None);
    assert_eq!(process.list.status().entries, 1);
    assert_eq!(process.verdict(&world.token("living")), Err(REVOKED));
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_is_full_is_followed_nevertheless() {
    let world = World::new();
    let staleness = Staleness::refuse_after(MINUTE);
    let (a, b) = (world.ready(staleness).await, world.ready(staleness).await);
    a.spy.0.is_full.store(true, Ordering::Relaxed);
    let error = a.revoke_session("by a").await.unwrap_err();
    assert!(matches!(error, RevocationError::Feed(StoreError::Full)));
    b.revoke_session("by b").await.unwrap();
    world.pass(HOUR).await;
    assert_eq!(a.verdict(&world.token("by b")), Err(REVOKED));
    assert_eq!(a.verdict(&world.token("good")), Ok(()));
    assert_eq!(a.list.status().pending, 1);
    let full = "the feed of revocations failed: \
                the store is full: give it room for more entries";
    assert_eq!(a.last_error().as_deref(), Some(full));
    assert_eq!(b.verdict(&world.token("by a")), Ok(()));
    a.spy.0.is_full.store(false, Ordering::Relaxed);
    world.pass(SECOND * 6).await;
    assert_eq!(b.verdict(&world.token("by a")), Err(REVOKED));
    assert_eq!((a.list.status().pending, a.last_error()), (0, None));
}

#[tokio::test(start_paused = true)]
async fn entries_of_other_forms_are_skipped() {
    let world = World::new();
    let process = world.ready(Staleness::refuse_after(MINUTE)).await;
    process.revoke_session("s").await.unwrap();
    let good = world.feed.load().await.unwrap().entries.remove(0);
    assert_eq!(good.len(), 25);
    assert!(
        !good
            .windows(ISSUER.len())
            .any(|part| part == ISSUER.as_bytes())
    );
    let mut bad = vec![
        Vec::new(),
        vec![1],
        b"nonsense".to_vec(),
        vec![1; 24],
        vec![1; 26],
    ];
    for form in [0, 2, 255] {
        let mut other = good.clone();
        other[0] = form;
        bad.push(other);
    }
    let ttl = HOUR;
    let entries = bad.into_iter().map(|bytes| Entry { bytes, ttl });
    world.feed.add(&entries.collect::<Vec<_>>()).await.unwrap();
    process.revoke_session("t").await.unwrap();
    world.pass(SECOND).await;
    let late = world.ready(Staleness::refuse_after(MINUTE)).await;
    for process in [&process, &late] {
        assert_eq!(process.list.status().entries, 2);
        assert_eq!(process.last_error(), None);
        assert_eq!(process.verdict(&world.token("s")), Err(REVOKED));
    }
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_is_gone_is_not_overrun() {
    let world = World::new();
    world.feed.fail();
    let process = world.process(Staleness::refuse_after(MINUTE));
    let token = world.token("s");
    for _ in 0..600 {
        process.assert_unavailable(&token);
        world.pass(SECOND).await;
    }
    let loads = process.spy.loads();
    let pauses: Vec<_> = loads.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let millis = |pause: Duration| pause.as_millis();
    assert!((500..=1001).contains(&millis(pauses[0])), "{pauses:?}");
    assert!(
        pauses[1..]
            .iter()
            .all(|pause| (1000..=2001).contains(&millis(*pause))),
        "{pauses:?}"
    );
    world.feed.recover();
    world.pass(SECOND * 2).await;
    assert_eq!(process.verdict(&world.token("s")), Ok(()));
}

/// A feed that knows none of its own positions, or panics.
struct Broken {
    loads: Arc<AtomicUsize>,
    panics: bool,
}

impl Feed for Broken {
    fn add<'a>(&'a self, _: &'a [Entry]) -> StoreFuture<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn load(&self) -> StoreFuture<'_, Batch> {
        self.loads.fetch_add(1, Ordering::Relaxed);
        if self.panics {
            // A panic without its noise.
            std::panic::resume_unwind(Box::new(()));
        }
        Box::pin(async {
            Ok(Batch {
                entries: Vec::new(),
                position: Position::new("nowhere"),
            })
        })
    }

    fn follow<'a>(&'a self, _: &'a Position, _: Duration) -> StoreFuture<'a, Option<Batch>> {
        Box::pin(async { Ok(None) })
    }
}

#[tokio::test(start_paused = true)]
async fn a_broken_feed_is_a_failing_one() {
    for (panics, text) in [
        (true, "it panicked"),
        (false, "it does not know its own position"),
    ] {
        let loads = Arc::new(AtomicUsize::new(0));
        let feed = Broken {
            loads: Arc::clone(&loads),
            panics,
        };
        let list = RevocationList::shared(feed, Staleness::refuse_after(MINUTE));
        let list = list.build().unwrap();
        let _ = list.ready().await;
        sleep(HOUR).await;
        let error = list.status().last_error.unwrap();
        let expected = "the feed of revocations failed: the store cannot be asked: ";
        assert_eq!(error, format!("{expected}{text}"));
        let loads = loads.load(Ordering::Relaxed);
        assert!(loads <= 3600 * 2, "{loads}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_task_ends_with_the_list() {
    let world = World::new();
    for gone in [TestFeed::recover, TestFeed::fail, TestFeed::hang] {
        world.feed.recover();
        let Process {
            spy,
            list,
            verifier,
        } = world.ready(Staleness::refuse_after(MINUTE)).await;
        gone(&world.feed);
        settle().await;
        drop(verifier);
        settle().await;
        assert!(Arc::strong_count(&spy.0) > 1, "somebody has the list");
        drop(list);
        settle().await;
        assert_eq!(Arc::strong_count(&spy.0), 1);
    }
}

fn runtime() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().unwrap()
}

const NO_RUNTIME: &str = "revocations are not followed: no Tokio runtime is running";

#[test]
fn without_a_runtime_nobody_is_served() {
    let world = World::new();
    for staleness in [
        Staleness::refuse_after(MINUTE),
        Staleness::go_on_after(MINUTE),
    ] {
        let process = world.process(staleness);
        let token = world.token("s");
        process.assert_unavailable(&token);
        let error = process.list.ready().now_or_never().unwrap().unwrap_err();
        assert_eq!(error.to_string(), NO_RUNTIME);
        // There is one later.
        runtime().block_on(async {
            process.assert_unavailable(&token);
            settle().await;
            assert_eq!(process.verdict(&token), Ok(()));
        });
    }
}

#[test]
fn what_is_revoked_without_a_runtime_is_told_later() {
    let world = World::new();
    let staleness = Staleness::refuse_after(MINUTE);
    let process = world.process(staleness);
    let revoke = |session: &'static str| {
        let revoked = process.revoke_session(session).now_or_never().unwrap();
        assert_eq!(revoked.unwrap_err().to_string(), NO_RUNTIME);
    };
    revoke("never had one");
    let runtime = runtime();
    runtime.block_on(process.list.ready()).unwrap();
    revoke("has one elsewhere");
    assert_eq!(process.list.status().pending, 1);
    runtime.block_on(async {
        world.pass(SECOND * 6).await;
        assert_eq!(process.list.status().pending, 0);
        let other = world.ready(staleness).await;
        for session in ["never had one", "has one elsewhere"] {
            assert_eq!(other.verdict(&world.token(session)), Err(REVOKED));
        }
    });
}

/// … and takes no room for longer than it has to be told.
#[test]
fn what_has_ended_is_not_pending_without_a_runtime() {
    let world = World::new();
    let process = world.process_with(Staleness::refuse_after(MINUTE), |list| {
        list.longest_life(MINUTE).margin(MINUTE * 2)
    });
    for number in 0..1000 {
        let session = number.to_string();
        let revoked = process.revoke_session(&session).now_or_never().unwrap();
        assert_eq!(revoked.unwrap_err().to_string(), NO_RUNTIME);
        world.clock.advance(SECOND);
        let status = process.list.status();
        // They are remembered for three minutes, the second that has begun with them.
        assert!(status.entries <= 181, "{status:?}");
        assert!(status.pending <= 2 * 181, "{status:?}");
    }
}

#[test]
fn where_the_runtime_is_gone_the_list_grows_old_until_there_is_another() {
    let world = World::new();
    let (refusing, going_on) = runtime().block_on(async {
        let refusing = world.ready(Staleness::refuse_after(MINUTE)).await;
        (refusing, world.ready(Staleness::go_on_after(MINUTE)).await)
    });
    let token = world.token("s");
    let later = runtime();
    later.block_on(async { sleep(MINUTE + SECOND).await });
    // Its time has passed, but nobody has noticed: verifying is what must.
    let (refused, went_on) = later.block_on(async {
        let age = refusing.list.status().age.unwrap();
        assert!(age > MINUTE, "{age:?}");
        assert_eq!(refusing.state(), RevocationState::Unavailable);
        assert_eq!(going_on.state(), RevocationState::Stale);
        (refusing.verdict(&token), going_on.verdict(&token))
    });
    assert!(matches!(refused, Err(AuthError::RevocationsUnavailable(_))));
    assert_eq!(went_on, Ok(()));
    // By which there is a task again, on the runtime of now.
    later.block_on(async {
        settle().await;
        assert_eq!(refusing.verdict(&token), Ok(()));
        refusing.revoke_session("s").await.unwrap();
        settle().await;
        assert_eq!(going_on.verdict(&token), Err(REVOKED));
    });
}

#[test]
fn who_waits_elsewhere_is_told_that_the_runtime_died() {
    let world = World::new();
    world.feed.hang();
    let process = world.process(Staleness::refuse_after(MINUTE));
    let first = runtime();
    let mut ready: BoxFuture<'_, _> = Box::pin(process.list.ready());
    first.block_on(async {
        assert!(ready.as_mut().now_or_never().is_none());
        settle().await;
    });
    drop(first);
    let error = ready.now_or_never().unwrap().unwrap_err();
    assert_eq!(error.to_string(), NO_RUNTIME);
}

#[test]
fn the_operator_chooses_within_bounds() {
    let build = |staleness| RevocationList::shared(TestFeed::new(), staleness).build();
    for time in [SECOND, HOUR * 24 * 30] {
        build(Staleness::refuse_after(time)).unwrap();
        build(Staleness::go_on_after(time)).unwrap();
    }
    for time in [
        Duration::ZERO,
        SECOND / 2,
        HOUR * 24 * 30 + SECOND,
        Duration::MAX,
    ] {
        for staleness in [Staleness::refuse_after(time), Staleness::go_on_after(time)] {
            let error = build(staleness).unwrap_err();
            assert!(matches!(error, ConfigError::OutOfRange(_)));
            assert_eq!(
                error.to_string(),
                "revocations are stale after less than a second or more than 30 days: \
                 choose a time between them"
            );
        }
    }
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
