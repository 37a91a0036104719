use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;

/// A token that names any key, with the signature of another.
fn junk(number: usize) -> String {
    let header = format!(r#"{{"alg":"ES256","kid":"junk-{number}"}}"#);
    let mut token = URL_SAFE_NO_PAD.encode(header);
    let payload = r#"{"iss":"issuer","exp":9999999999}"#;
    let signature = "A".repeat(86);
    write!(token, ".{}.{signature}", URL_SAFE_NO_PAD.encode(payload)).unwrap();
    token
}

/// Only a hundred of them are good: verifying all would take the pure-Rust back end a minute.
#[tokio::test(start_paused = true)]
async fn ten_thousand_at_once_share_one_fetch_that_survives_the_first() {
    let server = Server::with(&["a"]);
    server.delay(secs(1));
    let keys = server.keys();
    let verifier = verifier(&keys);
    let tokens = [token("a"), junk(1)];
    let waiting: Vec<_> = (0..10_000)
        .map(|number| {
            let verifier = verifier.clone();
            let token = tokens[usize::from(number % 100 > 0)].clone();
            tokio::spawn(async move { verifier.verify(token).await.map(|_| ()) })
        })
        .collect();
    pass(Duration::from_millis(500)).await;
    assert_eq!(server.asked(), 1);
    waiting[0].abort();
    for (number, request) in waiting.into_iter().enumerate() {
        match (number, request.await) {
            (0, cancelled) => assert!(cancelled.unwrap_err().is_cancelled()),
            (_, answer) if number % 100 == 0 => assert_eq!(answer.unwrap(), Ok(())),
            (_, answer) => assert_eq!(answer.unwrap(), Err(UNKNOWN)),
        }
    }
    assert_eq!(server.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_flood_costs_two_fetches_a_minute_and_hides_no_new_key() {
    let server = Server::with(&["a"]);
    server.delay(Duration::from_millis(100));
    let keys = server.ready().await;
    let verifier = verifier(&keys);
    pass(secs(60)).await;
    let start = Instant::now();
    let before = server.asked();
    let good = token("a");
    let new = token("b");
    let mut accepted = None;
    for round in 0..600 {
        if round == 200 {
            server.publish(&["a", "b"]);
        }
        for number in 0..167 {
            let verifier = verifier.clone();
            let token = junk(round * 167 + number);
            tokio::spawn(async move {
                assert_eq!(verifier.verify(token).await.map(|_| ()), Err(UNKNOWN));
            });
        }
        assert!(verifier.verify_now(&good).is_ok());
        if round >= 200 && accepted.is_none() && verifier.verify_now(&new).is_ok() {
            accepted = Some(start.elapsed());
        }
        pass(Duration::from_millis(100)).await;
    }
    // Published after 20 s, fetched after 30 s.
    let accepted = accepted.unwrap();
    assert!(accepted <= secs(31), "{accepted:?}");
    assert_eq!(start.elapsed(), secs(60));
    assert_eq!(server.asked() - before, 2);
}

/// A client that keeps sending the token of somebody else takes nothing from a rotation.
#[tokio::test(start_paused = true)]
async fn what_was_looked_for_in_vain_is_looked_for_less_and_less() {
    let server = Server::with(&["a"]);
    let keys = server.ready().await;
    let verifier = verifier(&keys);
    pass(secs(30)).await;
    let start = Instant::now();
    for _ in 0..150 {
        assert_eq!(verify(&verifier, "stranger").await, Err(UNKNOWN));
        pass(secs(1)).await;
    }
    let seconds = |asked: &Instant| asked.duration_since(start).as_secs();
    let asked: Vec<_> = server.asked_at().iter().skip(1).map(seconds).collect();
    assert_eq!(asked, [0, 30, 90]);
    server.publish(&["a", "b"]);
    assert_eq!(verify(&verifier, "b").await, Ok(()));
    assert_eq!(server.asked(), 5);
}

#[tokio::test(start_paused = true)]
async fn only_so_many_misses_are_remembered() {
    let server = Server::with(&["a"]);
    let keys = server
        .builder()
        .max_unknown_keys(1)
        .time_to_live(secs(86_400));
    let keys = keys.build().unwrap();
    keys.ready().await.unwrap();
    let verifier = verifier(&keys);
    let mut fetches = 1;
    for key_id in ["x", "y", "x", "y"] {
        pass(secs(30)).await;
        assert_eq!(verify(&verifier, key_id).await, Err(UNKNOWN));
        fetches += 1;
        assert_eq!(server.asked(), fetches);
    }
    let keys = server.builder().max_unknown_keys(0).build().unwrap();
    keys.ready().await.unwrap();
    let verifier = super::verifier(&keys);
    for _ in 0..3 {
        pass(secs(30)).await;
        let before = server.asked();
        assert_eq!(verify(&verifier, "x").await, Err(UNKNOWN));
        assert_eq!(server.asked(), before + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_flood_adds_nothing_to_the_fetches_that_fail() {
    let secret = r#"{"keys":[{"kty":"oct","kid":"junk-1","k":"AAAA"}]}"#;
    // Nobody is there; a set without keys; a set without one that can be used.
    for answer in [None, Some(r#"{"keys":[]}"#), Some(secret)] {
        let count = |requests: bool| async move {
            let server = Server::down();
            if let Some(body) = answer {
                server.answer(Response::new(body.to_owned()));
            }
            let keys = server.keys();
            let verifier = verifier(&keys);
            assert_unavailable(verify(&verifier, "a").await, secs(1));
            for round in 0..300 {
                if requests {
                    for number in 0..10 {
                        let result = verifier.verify(junk(round * 10 + number)).await;
                        assert_unavailable(result.map(|_| ()), secs(60));
                    }
                }
                pass(secs(1)).await;
            }
            server.asked()
        };
        // After 1, 2, 4, 8, 16, 32 and then 60 s, or down to a half of it.
        let range = 10..=16;
        let (quiet, flooded) = (count(false).await, count(true).await);
        assert!(range.contains(&quiet), "{quiet}, {answer:?}");
        assert!(range.contains(&flooded), "{flooded}, {answer:?}");
    }
}
