//! What a list and its feed hold, and for how long.

use super::*;

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
    assert!(matches!(error, RevocationError::Feed(FeedError::Full)));
    b.revoke_session("by b").await.unwrap();
    world.pass(HOUR).await;
    assert_eq!(a.verdict(&world.token("by b")), Err(REVOKED));
    assert_eq!(a.verdict(&world.token("good")), Ok(()));
    assert_eq!(a.list.status().pending, 1);
    let full = "the revocation feed is full: give it room for more entries";
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
