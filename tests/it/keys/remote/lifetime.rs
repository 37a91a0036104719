use ::http::header::CACHE_CONTROL;

use super::*;

#[track_caller]
fn assert_in(time: Option<Duration>, least: f64, most: f64) {
    let time = time.unwrap().as_secs_f64();
    assert!((least..=most).contains(&time), "{time}");
}

/// When keys with this `Cache-Control` are fetched again, and for how long they are fresh.
async fn assert_fresh_for(cache_control: Option<&str>, seconds: u32) {
    let server = Server::down();
    let mut response = Response::new(jwks(&["a"]));
    if let Some(value) = cache_control {
        let value = value.parse().unwrap();
        response.headers_mut().insert(CACHE_CONTROL, value);
    }
    server.answer(response);
    let keys = server.ready().await;
    let life = f64::from(seconds);
    assert_in(keys.status().next_refresh, life * 0.72, life * 0.8);
    server.fail();
    pass(secs(u64::from(seconds)).saturating_sub(secs(1))).await;
    assert_eq!(keys.status().state, KeyState::Fresh);
    pass(secs(1)).await;
    assert_eq!(keys.status().state, KeyState::Stale);
    pass(secs(3599)).await;
    assert_eq!(keys.status().state, KeyState::Stale);
    pass(secs(1)).await;
    assert_eq!(keys.status().state, KeyState::Unavailable);
}

#[tokio::test(start_paused = true)]
async fn keys_are_fresh_for_as_long_as_the_server_says_within_bounds() {
    assert_fresh_for(None, 600).await;
    assert_fresh_for(Some("public, max-age=300"), 300).await;
    assert_fresh_for(Some("max-age=0"), 60).await;
    assert_fresh_for(Some("no-store"), 60).await;
    assert_fresh_for(Some("max-age=-1"), 600).await;
    assert_fresh_for(Some("max-age=31536000000"), 86_400).await;
    assert_fresh_for(Some("max-age=9999999999999999999999999999999"), 86_400).await;
}

#[tokio::test(start_paused = true)]
async fn the_status_tells_all() {
    let server = Server::with(&["a", "b"]);
    let keys = server.keys();
    let status = keys.status();
    assert_eq!(status.state, KeyState::Unavailable);
    assert_eq!((status.age, status.keys), (None, 0));
    assert_eq!((status.last_error, status.next_refresh), (None, None));
    keys.ready().await.unwrap();
    let status = keys.status();
    assert_eq!(status.state, KeyState::Fresh);
    assert_eq!((status.age, status.keys), (Some(Duration::ZERO), 2));
    advance(secs(100)).await;
    assert_eq!(keys.status().age, Some(secs(100)));
}

#[tokio::test(start_paused = true)]
async fn keys_are_kept_fresh_without_a_token() {
    let server = Server::with(&["a"]);
    let keys = server.ready().await;
    pass(secs(24 * 3600)).await;
    assert_eq!(keys.status().state, KeyState::Fresh);
    // A day has 144 times 10 minutes; they are fetched after 72 to 80 % of those.
    assert!((180..=201).contains(&server.asked()), "{}", server.asked());
}

/// The server is held by the keys and by nobody else.
fn is_held(server: &Server) -> bool {
    Arc::strong_count(&server.0) > 1
}

#[tokio::test(start_paused = true)]
async fn the_task_ends_with_the_last_clone() {
    let server = Server::with(&["a"]);
    let keys = server.ready().await;
    let verifier = verifier(&keys);
    drop(keys);
    pass(secs(480)).await;
    assert_eq!(server.asked(), 2);
    assert!(is_held(&server));
    drop(verifier);
    settle().await;
    assert!(!is_held(&server));
    pass(secs(3600)).await;
    assert_eq!(server.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_fetch_ends_with_the_last_clone() {
    let server = Server::with(&["a"]);
    server.delay(secs(3));
    let keys = server.keys();
    let waiting = {
        let keys = keys.clone();
        tokio::spawn(async move { keys.ready().await })
    };
    settle().await;
    assert_eq!(server.asked(), 1);
    drop(keys);
    settle().await;
    assert!(is_held(&server));
    waiting.abort();
    settle().await;
    assert!(!is_held(&server));
}
