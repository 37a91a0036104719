use ::http::StatusCode;
use ::http::header::RETRY_AFTER;

use super::*;

#[tokio::test(start_paused = true)]
async fn known_keys_are_used_for_an_hour_beyond_their_life() {
    let server = Server::with(&["a"]);
    let keys = server.ready().await;
    let verifier = verifier(&keys);
    server.fail();
    for minute in 0..70 {
        assert_eq!(verify(&verifier, "a").await, Ok(()), "minute {minute}");
        if minute >= 8 {
            assert_unavailable(verify(&verifier, "b").await, secs(60));
        }
        let state = keys.status().state;
        let expected = if minute < 10 {
            KeyState::Fresh
        } else {
            KeyState::Stale
        };
        assert_eq!(state, expected, "minute {minute}");
        pass(secs(60)).await;
    }
    // Seven to warm up, then one or two a minute.
    let fetches = server.asked();
    assert!((60..=130).contains(&fetches), "{fetches}");
    for _ in 0..3 {
        assert_unavailable(verify(&verifier, "a").await, secs(60));
        assert_unavailable(verify(&verifier, "b").await, secs(60));
        let status = keys.status();
        assert_eq!((status.state, status.keys), (KeyState::Unavailable, 0));
        let error = "the HTTP client failed: connection refused";
        assert_eq!(status.last_error.as_deref(), Some(error));
        assert!(status.age >= Some(secs(4200)));
        pass(secs(60)).await;
    }

    server.publish(&["a", "b"]);
    // By itself.
    pass(secs(60)).await;
    assert_eq!(keys.status().state, KeyState::Fresh);
    assert_eq!(keys.status().last_error, None);
    assert_eq!(verify(&verifier, "a").await, Ok(()));
    assert_eq!(verify(&verifier, "b").await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_an_hour_is_not_noticed() {
    let server = Server::with(&["a"]);
    let keys = server.ready().await;
    let verifier = verifier(&keys);
    server.fail();
    for _ in 0..60 {
        assert_eq!(verify(&verifier, "a").await, Ok(()));
        pass(secs(60)).await;
    }
    server.publish(&["a", "b"]);
    pass(secs(60)).await;
    assert_eq!(verify(&verifier, "a").await, Ok(()));
    assert_eq!(verify(&verifier, "b").await, Ok(()));
}

/// A fetch that never ends, and one that ends after its time, harm no known key.
#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_is_left_after_the_timeout() {
    let server = Server::with(&["a"]);
    let keys = server.ready().await;
    let verifier = verifier(&keys);
    pass(secs(30)).await;
    server.delay(secs(3600));
    let waiting = {
        let verifier = verifier.clone();
        tokio::spawn(async move { verify(&verifier, "b").await })
    };
    settle().await;
    assert_eq!(keys.status().next_refresh, Some(Duration::ZERO));
    assert!(verifier.verify_now(token("a")).is_ok());
    let start = Instant::now();
    assert_unavailable(waiting.await.unwrap(), secs(1));
    assert_eq!(start.elapsed(), secs(5));
    let error = "no complete answer within 5s";
    assert_eq!(keys.status().last_error.as_deref(), Some(error));
    assert_eq!(keys.status().state, KeyState::Fresh);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_for_a_pause_gets_it() {
    for (status, asked, least, most) in [
        (StatusCode::SERVICE_UNAVAILABLE, "20", 20, 20),
        (StatusCode::SERVICE_UNAVAILABLE, "3600", 60, 60),
        (StatusCode::SERVICE_UNAVAILABLE, "soon", 0, 1),
        (StatusCode::FOUND, "20", 20, 20),
    ] {
        let server = Server::down();
        let response = Response::builder()
            .status(status)
            .header(RETRY_AFTER, asked);
        server.answer(response.body(String::new()).unwrap());
        let keys = server.keys();
        assert!(keys.ready().await.is_err());
        let next = keys.status().next_refresh.unwrap();
        assert!((secs(least)..=secs(most)).contains(&next), "{next:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_keys_is_told_why_there_are_none_and_can_wait_on() {
    let server = Server::down();
    let keys = server.keys();
    let start = Instant::now();
    for failures in 1..=3 {
        let error = keys.ready().await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the HTTP client failed: connection refused"
        );
        assert_eq!(server.asked(), failures);
    }
    assert!((Duration::from_millis(1500)..=secs(3)).contains(&start.elapsed()));
    server.publish(&["a"]);
    assert!(keys.ready().await.is_ok());
    assert!(keys.ready().await.is_ok());
    assert_eq!(server.asked(), 4);
}
