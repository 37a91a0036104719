//! Losses are noticed, and kept entries are not taken for lost.

use super::*;

#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn with_a_disk_all_is_there_after_a_restart() {
    let mut server = RedisServer::durable();
    let (store, feed) = (server.store(), server.feed());
    store.put("a", b"1", MINUTE).await.unwrap();
    feed.add(&[entry("a")]).await.unwrap();
    let batch = feed.load().await.unwrap();
    server.go_down();
    server.come_up();
    sleep(SECOND + SECOND / 10).await;
    assert_eq!(store.get("a").await.unwrap().as_deref(), Some(&b"1"[..]));
    assert!(!store.swap("a", Some(b"0"), b"2", MINUTE).await.unwrap());
    feed.add(&[entry("b")]).await.unwrap();
    let news = feed.follow(&batch.position, SECOND).await.unwrap().unwrap();
    assert_eq!(news.entries, [b"b"]);
    assert_eq!(feed.load().await.unwrap().entries.len(), 2);
}

#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn without_one_the_loss_is_told() {
    let mut server = RedisServer::start();
    let (store, feed) = (server.store(), server.feed());
    store.put("a", b"1", MINUTE).await.unwrap();
    feed.add(&[entry("a")]).await.unwrap();
    let batch = feed.load().await.unwrap();
    server.go_down();
    server.come_up();
    sleep(SECOND + SECOND / 10).await;
    assert_eq!(store.get("a").await.unwrap(), None);
    assert_eq!(feed.follow(&batch.position, SECOND).await.unwrap(), None);
    // A follower adds what it still has.
    feed.add(&[entry(&batch.entries[0])]).await.unwrap();
    assert_eq!(feed.load().await.unwrap().entries, [b"a"]);
    assert_eq!(feed.follow(&batch.position, SECOND).await.unwrap(), None);
}

/// A lagging replica becomes the primary.
#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn a_failover_to_a_replica_that_was_behind_is_told() {
    let primary = RedisServer::start();
    let replica = RedisServer::start();
    let (before, after) = (primary.feed(), replica.feed());
    before.add(&[entry("a")]).await.unwrap();
    let replicate = |host: &str, port: &str| {
        let mut command = cmd("REPLICAOF");
        command.arg(host).arg(port);
        command
    };
    let port = primary.port().to_string();
    replica.ask::<()>(&replicate("127.0.0.1", &port)).await;
    let synced = async || {
        let kept: u32 = replica.ask(&cmd("DBSIZE")).await;
        kept == 2
    };
    let deadline = Instant::now() + SECOND * 20;
    while !synced().await {
        assert!(Instant::now() < deadline);
        sleep(SECOND / 20).await;
    }
    let shared = before.load().await.unwrap().position;
    replica.ask::<()>(&replicate("NO", "ONE")).await;
    before.add(&[entry("b")]).await.unwrap();
    let lost = before.follow(&shared, SECOND).await.unwrap().unwrap();
    assert_eq!(lost.entries, [b"b"]);

    assert_eq!(after.follow(&lost.position, SECOND).await.unwrap(), None);
    // Also if the replica has gone on.
    after.add(&[entry("c")]).await.unwrap();
    assert_eq!(after.follow(&lost.position, SECOND).await.unwrap(), None);
    // A follower that had not seen it goes on.
    let news = after.follow(&shared, SECOND).await.unwrap().unwrap();
    assert_eq!(news.entries, [b"c"]);
}

/// Either key is enough to tell.
#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn the_loss_of_a_part_is_told() {
    for key in ["tower-bearer:{feed}:entries", "tower-bearer:{feed}:news"] {
        let server = RedisServer::start();
        let feed = server.feed();
        feed.add(&[entry("a")]).await.unwrap();
        let position = feed.load().await.unwrap().position;
        server.ask::<()>(cmd("DEL").arg(key)).await;
        assert_eq!(feed.follow(&position, SECOND).await.unwrap(), None);
        let anew = feed.load().await.unwrap().position;
        assert_eq!(feed.follow(&position, SECOND).await.unwrap(), None);
        feed.add(&[entry("b")]).await.unwrap();
        let news = feed.follow(&anew, SECOND).await.unwrap().unwrap();
        assert_eq!(news.entries, [b"b"]);
        assert_eq!(feed.follow(&position, SECOND).await.unwrap(), None);
        let batch = feed.load().await.unwrap();
        assert!(batch.entries.contains(&b"b".to_vec()));
        feed.add(&[entry("c")]).await.unwrap();
        let news = feed.follow(&batch.position, SECOND).await.unwrap().unwrap();
        assert_eq!(news.entries, [b"c"]);
    }
}

/// One whose clock was set back, so that it repeats positions.
#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn another_feed_with_the_same_places_is_told_apart() {
    let server = RedisServer::start();
    let feed = server.feed();
    feed.add(&[entry("a")]).await.unwrap();
    let position = feed.load().await.unwrap().position;
    let (epoch, last) = position.as_str().split_once('.').unwrap();
    let entries = "tower-bearer:{feed}:entries";
    let taken: u32 = server.ask(cmd("ZREM").arg(entries).arg(epoch)).await;
    let mut put = cmd("ZADD");
    let put: u32 = server.ask(put.arg(entries).arg("inf").arg("b")).await;
    assert_eq!((taken, put), (1, 1));
    assert_eq!(feed.follow(&position, SECOND).await.unwrap(), None);
    let there = feed.load().await.unwrap().position;
    assert_eq!(there.as_str(), format!("b.{last}"));
}
