//! When a list is too old to go by.

use super::*;

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
