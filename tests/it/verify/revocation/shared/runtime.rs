//! The task that follows the feed, and the runtime that it runs on.

use futures::future::BoxFuture;
use tokio::runtime::{Builder, Runtime};

use super::*;

const NO_RUNTIME: &str = "revocations are not followed: no Tokio runtime is running";

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
