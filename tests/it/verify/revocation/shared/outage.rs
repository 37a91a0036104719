//! The feed is away, hangs, lost something, or never worked.

use std::collections::BTreeSet;
use std::error::Error;

use tokio::time::timeout;

use super::*;

impl World {
    /// The feed is away for a second. Afterwards everybody knows that it is back.
    async fn outage(&self) {
        self.feed.fail();
        self.pass(SECOND).await;
        self.feed.recover();
        self.pass(SECOND * 10).await;
    }
}

#[track_caller]
fn assert_revoked(processes: &[&Process], token: &str) {
    for process in processes {
        assert_eq!(process.verdict(token), Err(REVOKED));
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
        RevocationError::Feed(FeedError::Unavailable(_))
    ));
    assert_eq!(error.to_string(), REFUSED);
    let source = error.source().unwrap().to_string();
    assert_eq!(source, "the revocation feed cannot be reached");
    assert_eq!(
        (a.verdict(&token), b.verdict(&token)),
        (Err(REVOKED), Ok(()))
    );
    assert_eq!(a.list.status().pending, 1);
    world.pass(MINUTE).await;
    world.feed.recover();
    world.pass(SECOND * 10).await;
    assert_revoked(&[&a, &b], &token);
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
    let text = "the revocation feed cannot be reached: no answer in time";
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
    assert_revoked(&[&a, &b], &token);
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
    world.outage().await;
    assert_revoked(&[&a, &b], &token);
    assert_eq!(a.list.status().pending, 0);
    assert_eq!((a.spy.loads().len(), b.spy.loads().len()), (1, 1));
    // What was read there is not told again.
    a.spy.take_added();
    world.outage().await;
    assert_eq!(a.spy.take_added(), []);
}

/// As the test before, of what was told late, since the feed was away.
#[tokio::test(start_paused = true)]
async fn what_was_told_late_to_a_server_that_failed_is_told_again() {
    let world = World::new();
    let staleness = Staleness::refuse_after(HOUR);
    let (a, b) = (world.ready(staleness).await, world.ready(staleness).await);
    world.feed.fail();
    a.revoke_session("s").await.unwrap_err();
    world.pass(SECOND).await;
    a.spy.0.forgets.store(true, Ordering::Relaxed);
    world.feed.recover();
    world.pass(SECOND * 3).await;
    assert_eq!(a.list.status().pending, 0);
    assert_eq!(world.feed.load().await.unwrap().entries.len(), 0);
    a.spy.0.forgets.store(false, Ordering::Relaxed);
    world.outage().await;
    let token = world.token("s");
    assert_revoked(&[&a, &b], &token);
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_was_restored_is_told_what_it_lacks_and_no_more() {
    let world = World::new();
    let process = world.ready(Staleness::refuse_after(MINUTE)).await;
    let sign_out = || process.list.revoke(Revocation::subject(ISSUER, "subject"));
    process.revoke_session("known").await.unwrap();
    sign_out().await.unwrap();
    let known = process.spy.take_added();
    world.pass(SECOND * 2).await;
    // Says more than what the feed knows of the same subject.
    sign_out().await.unwrap();
    let more = process.spy.take_added();
    process.revoke_session("lacking").await.unwrap();
    let lacking = process.spy.take_added();

    world.feed.lose();
    world.feed.add(&known).await.unwrap();
    world.pass(SECOND).await;
    let bytes = |entries: &[Entry]| entries.iter().map(|it| it.bytes.clone()).collect();
    let expected: BTreeSet<Vec<u8>> = bytes(&[more, lacking].concat());
    let told = process.spy.take_added();
    assert_eq!((told.len(), bytes(&told)), (2, expected));
    assert_eq!(process.spy.loads().len(), 2);
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
    fn add<'a>(&'a self, _: &'a [Entry]) -> FeedFuture<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn load(&self) -> FeedFuture<'_, Batch> {
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

    fn follow<'a>(&'a self, _: &'a Position, _: Duration) -> FeedFuture<'a, Option<Batch>> {
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
        let expected = "the revocation feed cannot be reached: ";
        assert_eq!(error, format!("{expected}{text}"));
        let loads = loads.load(Ordering::Relaxed);
        assert!(loads <= 3600 * 2, "{loads}");
    }
}
