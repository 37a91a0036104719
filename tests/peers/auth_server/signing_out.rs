//! The end of sessions, on one server.

use serde_json::json;

use super::{AuthServer, Pair, pair};

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn a_session_ends_with_all_its_tokens() {
    let server = AuthServer::start([""; 0]);
    let first = server.alice().await;
    let renewed = pair(&server.refresh(&first.refresh_token).await);
    let other = server.alice().await;

    let answer = server.post_as("/logout", &first.access_token).await;
    assert_eq!((answer.status.as_u16(), &*answer.body), (204, ""));
    for pair in [&first, &renewed] {
        assert_dead(&server, pair).await;
    }
    assert_alive(&server, &other).await;

    let again = server.post_as("/logout", &first.access_token).await;
    again.assert_refused(401, "invalid_token", "invalid token");
    let nobody = server.post("/logout", &json!({})).await;
    assert_eq!(nobody.status, 401);
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn all_sessions_of_a_user_end_and_the_next_one_lives() {
    let server = AuthServer::start([""; 0]);
    let bob = server.bob().await;
    let first = server.alice().await;
    let mut last = server.alice().await;
    for _ in 0..3 {
        let answer = server.post_as("/logout-all", &last.access_token).await;
        assert_eq!((answer.status.as_u16(), &*answer.body), (204, ""));
        for pair in [&first, &last] {
            assert_dead(&server, pair).await;
        }
        last = server.alice().await;
        assert!(server.takes(&last.access_token).await);
    }
    assert_alive(&server, &last).await;
    assert_alive(&server, &bob).await;
    assert_eq!(server.post("/logout-all", &json!({})).await.status, 401);
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn a_thief_loses_the_access_token_as_well() {
    let server = AuthServer::start([""; 0]);
    let stolen = server.alice().await;
    let thief = pair(&server.refresh(&stolen.refresh_token).await);
    assert!(server.takes(&thief.access_token).await);
    assert_dead_refresh_token(&server, &stolen).await;
    assert_dead(&server, &thief).await;
    assert_dead(&server, &stolen).await;
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn its_health_can_be_seen() {
    let server = AuthServer::start([""; 0]);
    let alice = server.alice().await;
    let revocations = |entries| {
        json!({
            "state": "fresh",
            "age": null,
            "entries": entries,
            "pending": 0,
            "last_error": null,
        })
    };
    let health = |entries| {
        json!({
            "store": "available",
            "database": "available",
            "revocations": revocations(entries),
        })
    };
    server.get("/healthz").await.assert(200, &health(0));
    server.post_as("/logout", &alice.access_token).await;
    server.get("/healthz").await.assert(200, &health(1));
}

async fn assert_alive(server: &AuthServer, tokens: &Pair) {
    assert!(server.takes(&tokens.access_token).await);
    pair(&server.refresh(&tokens.refresh_token).await);
}

async fn assert_dead(server: &AuthServer, tokens: &Pair) {
    assert!(!server.takes(&tokens.access_token).await);
    assert_dead_refresh_token(server, tokens).await;
}

async fn assert_dead_refresh_token(server: &AuthServer, tokens: &Pair) {
    let answer = server.refresh(&tokens.refresh_token).await;
    answer.assert(401, &json!({"error": "invalid_grant"}));
}
