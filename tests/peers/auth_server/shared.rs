//! Two servers on one Redis.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::cookies::{Page, page};
use super::{AuthServer, Pair, pair};
use crate::redis::server::RedisServer;

/// Servers that act as one.
struct Twins {
    redis: RedisServer,
    both: [AuthServer; 2],
}

impl Twins {
    fn start(options: &[&str]) -> Self {
        let redis = RedisServer::start();
        let both = [(); 2].map(|()| sharing(&redis, options));
        Self { redis, both }
    }

    /// Asserts that neither takes any of these tokens.
    async fn assert_refused_by_both(&self, tokens: &[&Pair]) {
        for server in &self.both {
            for pair in tokens {
                let answer = server.get_as("/protected", &pair.access_token).await;
                assert!(matches!(answer.status.as_u16(), 401 | 503), "{answer:?}");
            }
        }
    }
}

fn sharing(redis: &RedisServer, options: &[&str]) -> AuthServer {
    let store = redis.url();
    AuthServer::with_known_key(&[&["--store", &store], options].concat())
}

/// Waits until this is true, up to its time limit.
async fn until(limit: Duration, mut is_true: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_true().await {
        assert!(begun.elapsed() < limit, "not within {limit:?}");
        sleep(Duration::from_millis(10)).await;
    }
}

/// How soon the others must know.
const SOON: Duration = Duration::from_secs(1);

/// How long Redis is unreachable: longer than any timeout.
const CUT: Duration = Duration::from_secs(30);

/// How soon all must have recovered, on a busy machine.
const RECOVERY: Duration = Duration::from_secs(20);

async fn health(server: &AuthServer) -> (u16, Value) {
    let answer = server.get("/healthz").await;
    (answer.status.as_u16(), answer.json())
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn what_one_revokes_the_other_refuses() {
    let twins = Twins::start(&[]);
    let [here, there] = &twins.both;
    let alice = here.alice().await;
    let other = there.alice().await;
    assert!(there.takes(&alice.access_token).await);
    assert!(here.takes(&other.access_token).await);
    // A session goes on, whichever server its client uses.
    let alice = pair(&there.refresh(&alice.refresh_token).await);

    let answer = here.post_as("/logout", &alice.access_token).await;
    assert_eq!(answer.status, 204, "{answer:?}");
    assert!(!here.takes(&alice.access_token).await);
    until(SOON, async || !there.takes(&alice.access_token).await).await;
    let answer = there.refresh(&alice.refresh_token).await;
    answer.assert(401, &json!({"error": "invalid_grant"}));
    assert!(there.takes(&other.access_token).await);

    let answer = here.post_as("/logout-all", &other.access_token).await;
    assert_eq!(answer.status, 204, "{answer:?}");
    until(SOON, async || !there.takes(&other.access_token).await).await;
    let answer = there.refresh(&other.refresh_token).await;
    answer.assert(401, &json!({"error": "invalid_grant"}));
    let back = there.alice().await;
    assert!(there.takes(&back.access_token).await);
    assert!(here.takes(&back.access_token).await);
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn a_page_is_at_home_with_both() {
    let twins = Twins::start(&[]);
    let [here, there] = &twins.both;
    let Page {
        refresh,
        csrf_token,
        ..
    } = here.page("alice", "wonderland").await;
    let cookies = [&*refresh];
    let answer = there.ask("POST", "/session/refresh", &cookies, &csrf_token);
    page(&answer.await);
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn of_many_uses_at_once_one_wins() {
    let twins = Twins::start(&[]);
    let alice = twins.both[0].alice().await;
    let uses = (0..200).map(|i| twins.both[i % 2].refresh(&alice.refresh_token));
    let answers = join_all(uses).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((won.len(), lost.len()), (1, 199));
    for answer in lost {
        answer.assert(401, &json!({"error": "invalid_grant"}));
    }

    // A second use of a token ends its session.
    let winner = pair(won[0]);
    for server in &twins.both {
        let answer = server.refresh(&winner.refresh_token).await;
        answer.assert(401, &json!({"error": "invalid_grant"}));
        until(SOON, async || !server.takes(&winner.access_token).await).await;
    }
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn a_redis_that_comes_back_empty_revives_nothing() {
    let mut twins = Twins::start(&["--stale-after", "60"]);
    let [here, there] = &twins.both;
    let (out, late, on) = (here.alice().await, here.alice().await, here.bob().await);
    here.post_as("/logout", &out.access_token).await;
    until(SOON, async || !there.takes(&out.access_token).await).await;

    twins.redis.go_down();
    let [here, _] = &twins.both;
    let unavailable = json!({"error": "temporarily_unavailable"});
    here.try_login("alice", "wonderland")
        .await
        .assert(503, &unavailable);
    here.refresh(&on.refresh_token)
        .await
        .assert(503, &unavailable);
    // It is done here, but the client must know that it is not done everywhere.
    here.post_as("/logout", &late.access_token)
        .await
        .assert(503, &unavailable);
    assert!(!here.takes(&late.access_token).await);
    for server in &twins.both {
        let (status, told) = health(server).await;
        assert_eq!(
            (status, &told["store"]),
            (200, &json!("unavailable")),
            "{told}"
        );
        assert!(told["revocations"]["last_error"].is_string(), "{told}");
        assert!(server.takes(&on.access_token).await);
    }
    twins.assert_refused_by_both(&[&out]).await;

    twins.redis.come_up();
    let [here, there] = &twins.both;
    // Nothing dead is alive at any moment.
    until(RECOVERY, async || {
        twins.assert_refused_by_both(&[&out]).await;
        assert!(!here.takes(&late.access_token).await);
        !there.takes(&late.access_token).await
    })
    .await;
    for server in &twins.both {
        until(RECOVERY, async || {
            let (_, told) = health(server).await;
            let list = &told["revocations"];
            told["store"] == "available" && list["pending"] == 0 && list["last_error"].is_null()
        })
        .await;
        assert!(server.takes(&on.access_token).await);
    }
    twins.assert_refused_by_both(&[&out, &late]).await;
    // A new server knows it too.
    let third = sharing(&twins.redis, &[]);
    for pair in [&out, &late] {
        assert!(!third.takes(&pair.access_token).await);
    }
    assert!(third.takes(&on.access_token).await);
    // Sessions are lost with Redis, and so are their refresh tokens.
    for tokens in [&out, &late, &on] {
        let answer = here.refresh(&tokens.refresh_token).await;
        answer.assert(401, &json!({"error": "invalid_grant"}));
    }
    let bob = there.bob().await;
    assert!(here.takes(&bob.access_token).await);
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn a_redis_that_hangs_is_told_of_and_tokens_are_refused_in_time() {
    let twins = Twins::start(&["--stale-after", "2"]);
    let [here, there] = &twins.both;
    let (out, on) = (here.alice().await, here.bob().await);
    here.post_as("/logout", &out.access_token).await;
    until(SOON, async || !there.takes(&out.access_token).await).await;

    twins.redis.hang();
    let begun = Instant::now();
    for server in &twins.both {
        // Until it is stale, signed-in users are served.
        until(Duration::from_secs(6), async || {
            twins.assert_refused_by_both(&[&out]).await;
            server.get_as("/protected", &on.access_token).await.status == 503
        })
        .await;
        let answer = server.get_as("/protected", &on.access_token).await;
        assert_eq!(answer.json()["error"], "temporarily_unavailable");
        assert!(!answer.header("retry-after").is_empty(), "{answer:?}");
        let (status, told) = health(server).await;
        assert_eq!(status, 503, "{told}");
        assert_eq!(told["revocations"]["state"], "unavailable", "{told}");
    }
    assert!(begun.elapsed() > Duration::from_millis(500));
    until(CUT.saturating_mul(2), async || {
        twins.assert_refused_by_both(&[&out, &on]).await;
        begun.elapsed() > CUT
    })
    .await;

    twins.redis.wake();
    for server in &twins.both {
        until(RECOVERY, async || {
            twins.assert_refused_by_both(&[&out]).await;
            server.get_as("/protected", &on.access_token).await.status == 200
        })
        .await;
        until(RECOVERY, async || health(server).await.0 == 200).await;
        // This time nothing was lost.
        assert!(!server.takes(&out.access_token).await);
    }
    pair(&here.refresh(&on.refresh_token).await);
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn a_server_may_go_on_without_its_redis() {
    let twins = Twins::start(&["--stale-after", "1", "--when-stale", "go-on"]);
    let [here, there] = &twins.both;
    let (out, on) = (here.alice().await, here.bob().await);
    here.post_as("/logout", &out.access_token).await;
    until(SOON, async || !there.takes(&out.access_token).await).await;

    twins.redis.hang();
    for server in &twins.both {
        until(Duration::from_secs(6), async || {
            assert!(server.takes(&on.access_token).await);
            assert!(!server.takes(&out.access_token).await);
            let (status, told) = health(server).await;
            assert_eq!(status, 200, "{told}");
            told["revocations"]["state"] == "stale"
        })
        .await;
    }
    twins.redis.wake();
    for server in &twins.both {
        until(RECOVERY, async || {
            health(server).await.1["revocations"]["state"] == "fresh"
        })
        .await;
        assert!(!server.takes(&out.access_token).await);
    }
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn without_its_redis_a_server_starts_and_takes_nobody() {
    let mut redis = RedisServer::start();
    let before = sharing(&redis, &[]);
    let bob = before.bob().await;
    drop(before);
    redis.go_down();
    let server = sharing(&redis, &[]);
    let answer = server.get_as("/protected", &bob.access_token).await;
    assert_eq!(answer.status, 503, "{answer:?}");
    assert_eq!(health(&server).await.0, 503);
    redis.come_up();
    until(RECOVERY, async || {
        server.get_as("/protected", &bob.access_token).await.status == 200
    })
    .await;
    assert_eq!(health(&server).await.0, 200);
}
