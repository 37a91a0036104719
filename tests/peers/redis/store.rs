use std::collections::BTreeSet;

use tokio::task::JoinSet;
use tower_bearer_issuer::{Grant, RefreshError, RefreshTokens};

use super::*;
use crate::contracts::store::StoreSubject;

pub(super) fn subject(store: RedisStore) -> StoreSubject {
    StoreSubject {
        store: Arc::new(store),
        // Redis counts whole milliseconds, and an expiry is over when the next has begun.
        pass: Box::new(|time| std::thread::sleep(time + Duration::from_millis(5))),
        prefix: "contract:".to_owned(),
    }
}

#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn keeps_the_contract() {
    let server = RedisServer::start();
    subject(server.store()).assert_keeps_the_contract().await;
}

#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn keys_stay_what_they_are() {
    let server = RedisServer::start();
    let store = server.store();
    let keys = [
        "",
        " ",
        "a b",
        "*",
        "a*",
        "{a}b",
        "{}",
        "a\r\nFLUSHALL\r\n",
        "\0",
        "'; return 1 --",
        "\u{e9}",
    ];
    for (number, key) in keys.iter().enumerate() {
        let value = number.to_string();
        assert!(
            store
                .swap(key, None, value.as_bytes(), MINUTE)
                .await
                .unwrap()
        );
    }
    for (number, key) in keys.iter().enumerate() {
        let value = store.get(key).await.unwrap().unwrap();
        assert_eq!(value, number.to_string().as_bytes());
    }
    let stored: BTreeSet<String> = server.ask(cmd("KEYS").arg("*")).await;
    assert_eq!(stored, keys.map(|key| format!("tower-bearer:{key}")).into());
    let other = RedisStore::new(server.redis().prefix("other:"));
    assert_eq!(other.get("*").await.unwrap(), None);
    for key in keys {
        assert!(store.remove(key).await.unwrap());
    }
    assert_eq!(server.ask::<u32>(&cmd("DBSIZE")).await, 0);
}

#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn nothing_is_kept_for_ever() {
    let server = RedisServer::start();
    let store = server.store();
    store.put("a", b"1", Duration::MAX).await.unwrap();
    assert!(store.swap("b", None, b"1", Duration::MAX).await.unwrap());
    store.put("c", b"1", MINUTE).await.unwrap();
    for (key, shortest) in [("a", 1 << 44), ("b", 1 << 44), ("c", 50_000)] {
        let left: u64 = server
            .ask(cmd("PTTL").arg(format!("tower-bearer:{key}")))
            .await;
        assert!(left > shortest, "{key}: {left}");
    }
}

/// As after a restart, or a cleanup.
#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn scripts_that_redis_has_forgotten_are_sent_again() {
    let server = RedisServer::start();
    let (store, feed) = (server.store(), server.feed());
    for round in 0..3 {
        server.ask::<()>(cmd("SCRIPT").arg("FLUSH")).await;
        let key = round.to_string();
        assert!(store.swap(&key, None, b"1", MINUTE).await.unwrap());
        let position = feed.load().await.unwrap().position;
        feed.add(&[entry(&key)]).await.unwrap();
        let news = feed.follow(&position, SECOND).await.unwrap().unwrap();
        assert_eq!(news.entries, [key.as_bytes()]);
    }
}

/// Two servers on one Redis.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn of_many_uses_of_a_refresh_token_one_wins() {
    let server = RedisServer::start();
    let tokens = [(); 2].map(|()| {
        let builder = <RefreshTokens>::builder(server.store());
        builder.build().unwrap()
    });
    let token = tokens[0].begin(Grant::new("alice")).await.unwrap();
    let mut uses = JoinSet::new();
    for at in 0..200 {
        let (tokens, token) = (tokens[at % 2].clone(), token.as_str().to_owned());
        uses.spawn(async move { tokens.use_token(&token).await });
    }
    let (won, lost): (Vec<_>, Vec<_>) = uses.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    assert!(
        lost.iter()
            .all(|lost| lost.as_ref().unwrap_err().is_invalid_grant())
    );

    let phone = tokens[0].begin(Grant::new("alice")).await.unwrap();
    tokens[1].revoke_subject("alice").await.unwrap();
    let desk = tokens[0].begin(Grant::new("alice")).await.unwrap();
    let ended = tokens[0].use_token(phone.as_str()).await;
    assert!(matches!(ended, Err(RefreshError::Unknown)));
    assert!(tokens[1].use_token(desk.as_str()).await.is_ok());
}
