//! Redis goes away, comes back, hangs, or is full.

use futures::future::join_all;

use super::*;

#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn operations_fail_while_it_is_down_and_the_next_succeeds() {
    let mut server = RedisServer::durable();
    let (store, feed) = (server.store(), server.feed());
    store.put("a", b"1", MINUTE).await.unwrap();
    let position = feed.load().await.unwrap().position;
    server.go_down();
    let begun = Instant::now();
    for _ in 0..3 {
        reason(store.get("a").await);
        reason(store.swap("a", Some(b"1"), b"2", MINUTE).await);
        reason(feed.add(&[entry("a")]).await);
        reason(feed.follow(&position, MINUTE).await);
    }
    assert!(begun.elapsed() < SECOND);
    server.come_up();
    assert!(store.swap("a", Some(b"1"), b"2", MINUTE).await.unwrap());
    feed.add(&[entry("b")]).await.unwrap();
    let news = feed.follow(&position, MINUTE).await.unwrap().unwrap();
    assert_eq!(news.entries, [b"b"]);
}

/// It may be absent when the application starts.
#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn it_can_come_later() {
    let mut server = RedisServer::start();
    server.go_down();
    let store = server.store();
    let text = reason(store.get("a").await);
    assert!(text.contains("refused"), "{text}");
    server.come_up();
    assert_eq!(store.get("a").await.unwrap(), None);
}

#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn a_restart_in_a_quiet_hour_fails_nothing() {
    let mut server = RedisServer::durable();
    let store = server.store();
    assert!(store.swap("a", None, b"1", MINUTE).await.unwrap());
    for (before, after) in [(b"1", b"2"), (b"2", b"3")] {
        server.go_down();
        server.come_up();
        sleep(SECOND + SECOND / 10).await;
        assert!(store.swap("a", Some(before), after, MINUTE).await.unwrap());
    }
}

/// Like a cut cable: the connections stay, and nothing answers.
#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn what_hangs_fails_in_time_and_works_again() {
    let limit = SECOND / 2;
    let server = RedisServer::start();
    let redis = server.redis().timeout(limit);
    let (store, feed) = (RedisStore::new(redis.clone()), RedisFeed::new(redis));
    assert!(store.swap("a", None, b"1", MINUTE).await.unwrap());
    let position = feed.load().await.unwrap().position;
    server.hang();
    for _ in 0..3 {
        let begun = Instant::now();
        // Many at once take no longer than one.
        let swaps = join_all((0..500).map(|_| store.swap("a", Some(b"1"), b"2", MINUTE))).await;
        for swap in swaps {
            assert_eq!(reason(swap), "timed out");
        }
        assert!(begun.elapsed() >= limit && begun.elapsed() < limit * 3);
        let begun = Instant::now();
        assert_eq!(reason(feed.follow(&position, MINUTE).await), "timed out");
        assert!(begun.elapsed() < limit * 3);
    }
    server.wake();
    // One of those that failed may have happened.
    let value = store.get("a").await.unwrap().unwrap();
    assert!(store.swap("a", Some(&value), b"3", MINUTE).await.unwrap());
    feed.add(&[entry("a")]).await.unwrap();
    let news = feed.follow(&position, SECOND).await.unwrap().unwrap();
    assert_eq!(news.entries, [b"a"]);
}

#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn who_waits_learns_of_the_end() {
    let mut server = RedisServer::durable();
    let feed = server.feed();
    let position = feed.load().await.unwrap().position;
    let begun = Instant::now();
    let end = async {
        sleep(SECOND / 5).await;
        server.go_down();
    };
    let (news, ()) = tokio::join!(feed.follow(&position, MINUTE), end);
    reason(news);
    assert!(begun.elapsed() < SECOND);
    server.come_up();
    let news = feed.follow(&position, SECOND / 10).await.unwrap().unwrap();
    assert!(news.entries.is_empty());
}

/// A wait is no longer than the detection of a dead connection.
#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn who_waits_learns_of_a_cut() {
    let server = RedisServer::start();
    let feed = RedisFeed::new(server.redis().timeout(SECOND / 4));
    let position = feed.load().await.unwrap().position;
    let begun = Instant::now();
    let cut = async {
        sleep(SECOND / 5).await;
        server.hang();
    };
    let (news, ()) = tokio::join!(feed.follow(&position, MINUTE), cut);
    assert_eq!(reason(news), "timed out");
    assert!(begun.elapsed() < SECOND * 2);
}

#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn where_it_is_full_it_says_so() {
    let server = RedisServer::start();
    let (store, feed) = (server.store(), server.feed());
    store.put("a", b"1", MINUTE).await.unwrap();
    feed.add(&[entry("a")]).await.unwrap();
    let mut limit = cmd("CONFIG");
    server
        .ask::<()>(limit.arg("SET").arg("maxmemory").arg("1"))
        .await;
    for result in [
        store.put("a", b"2", MINUTE).await,
        store.swap("a", Some(b"1"), b"2", MINUTE).await.map(|_| ()),
        store.swap("b", None, b"2", MINUTE).await.map(|_| ()),
    ] {
        assert!(matches!(result, Err(StoreError::Full)), "{result:?}");
    }
    let result = feed.add(&[entry("b")]).await;
    assert!(matches!(result, Err(FeedError::Full)), "{result:?}");
    assert_eq!(store.get("a").await.unwrap().as_deref(), Some(&b"1"[..]));
    assert!(store.remove("a").await.unwrap());
    let batch = feed.load().await.unwrap();
    assert_eq!(batch.entries, [b"a"]);
    let news = feed.follow(&batch.position, SECOND / 10).await.unwrap();
    assert!(news.unwrap().entries.is_empty());
    let mut limit = cmd("CONFIG");
    server
        .ask::<()>(limit.arg("SET").arg("maxmemory").arg("0"))
        .await;
    store.put("a", b"2", MINUTE).await.unwrap();
}
