use std::collections::HashSet;

use futures::FutureExt;

use super::*;
use crate::contracts::feed::FeedSubject;

/// A feed of an empty server, which `server` must outlive.
pub(super) fn subject(feeds: [RedisFeed; 2], server: &RedisServer) -> FeedSubject {
    let client = redis::Client::open(server.url()).unwrap();
    let [feed, another] = feeds.map(Arc::new);
    FeedSubject {
        feed,
        another,
        lose: Box::new(move || {
            let client = client.clone();
            let lose = async move {
                let mut connection = client.get_multiplexed_async_connection().await.unwrap();
                let flush = cmd("FLUSHALL").exec_async(&mut connection).await;
                flush.unwrap();
            };
            lose.boxed()
        }),
        lingers: Duration::from_millis(50),
    }
}

#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn keeps_the_contract() {
    let server = RedisServer::start();
    let feeds = [server.feed(), server.feed()];
    subject(feeds, &server).assert_keeps_the_contract().await;
}

#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn news_comes_at_once() {
    let server = RedisServer::start();
    let (feed, another) = (server.feed(), server.feed());
    let mut position = feed.load().await.unwrap().position;
    let mut delays = Vec::new();
    for number in 0..20 {
        let text = number.to_string();
        let add = async {
            sleep(Duration::from_millis(20)).await;
            another.add(&[entry(&text)]).await.unwrap();
            Instant::now()
        };
        let (news, added_at) = tokio::join!(feed.follow(&position, MINUTE), add);
        delays.push(added_at.elapsed());
        let news = news.unwrap().unwrap();
        assert_eq!(news.entries, [text.as_bytes()]);
        position = news.position;
    }
    // Half of them, since the machine may be busy.
    delays.sort_unstable();
    assert!(delays[10] < Duration::from_millis(50), "{delays:?}");
}

/// A cancelled waiter leaves nothing behind, on either side.
#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn who_stops_to_wait_leaves_nothing_behind() {
    let server = RedisServer::start();
    let feed = server.feed();
    let position = feed.load().await.unwrap().position;
    let mut watcher = server.connection().await;
    let mut info = async |name: &str| -> u32 {
        let text: String = cmd("INFO")
            .arg("clients")
            .query_async(&mut watcher)
            .await
            .unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().parse().unwrap()
    };
    let before = info("connected_clients:").await;
    for _ in 0..10 {
        let follow = feed.follow(&position, MINUTE);
        assert!(timeout(Duration::from_millis(20), follow).await.is_err());
    }
    // Redis notices soon.
    let deadline = Instant::now() + SECOND;
    while info("blocked_clients:").await > 0 || info("connected_clients:").await > before {
        assert!(Instant::now() < deadline);
        sleep(Duration::from_millis(10)).await;
    }
    // One connection serves all sequential waits.
    for _ in 0..10 {
        let news = feed.follow(&position, Duration::from_millis(5)).await;
        assert!(news.unwrap().unwrap().entries.is_empty());
    }
    assert_eq!(info("connected_clients:").await, before + 1);
}

#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn who_is_far_behind_loads_anew() {
    let server = RedisServer::start();
    let feed = server.feed();
    let far = feed.load().await.unwrap().position;
    let entries: Vec<_> = (0..30_000)
        .map(|number| entry(number.to_string()))
        .collect();
    feed.add(&entries[..20_000]).await.unwrap();
    let near = feed.load().await.unwrap().position;
    feed.add(&entries[20_000..]).await.unwrap();
    assert_eq!(feed.follow(&far, SECOND).await.unwrap(), None);
    assert!(feed.follow(&near, SECOND).await.unwrap().is_some());
    assert_eq!(feed.load().await.unwrap().entries.len(), 30_000);
    let kept: usize = server
        .ask(cmd("XLEN").arg("tower-bearer:{feed}:news"))
        .await;
    assert!((10_000..10_200).contains(&kept), "{kept}");
}

/// Expired entries are not loaded, and few are kept as long as something is added.
#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn what_has_ended_leaves() {
    let server = RedisServer::start();
    let feed = server.feed();
    let entries: Vec<_> = (0..5_000)
        .map(|number| entry_for(number.to_string(), SECOND))
        .collect();
    feed.add(&entries).await.unwrap();
    sleep(SECOND).await;
    assert!(feed.load().await.unwrap().entries.is_empty());
    for number in 0..5 {
        feed.add(&[entry(format!("later {number}"))]).await.unwrap();
    }
    let kept: usize = server
        .ask(cmd("ZCARD").arg("tower-bearer:{feed}:entries"))
        .await;
    assert_eq!(kept, 5 + 1, "those and the epoch");
    assert_eq!(feed.load().await.unwrap().entries.len(), 5);
}

/// Whatever is added, renewed, or expires between two pages.
#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn what_is_loaded_while_all_moves_is_whole() {
    let server = RedisServer::start();
    let (feed, another) = (server.feed(), server.feed());
    let texts: Vec<_> = (0..20_000).map(|number| number.to_string()).collect();
    let mut entries: Vec<_> = texts.iter().map(entry).collect();
    entries.extend((0..5_000).map(|number| entry_for(format!("short {number}"), SECOND)));
    feed.add(&entries).await.unwrap();
    for round in 0..5 {
        // Every tenth moves to the front, and others come before it.
        let moves = async {
            for (number, text) in texts.iter().enumerate().skip(round).step_by(10) {
                let ttl = MINUTE * 2 + Duration::from_millis(number as u64 * 10);
                let new = entry_for(format!("{round} {number}"), MINUTE * 5);
                another.add(&[entry_for(text, ttl), new]).await.unwrap();
            }
        };
        let load = async {
            let mut found = feed.load().await.unwrap();
            loop {
                let news = feed.follow(&found.position, Duration::ZERO).await;
                let news = news.unwrap().unwrap();
                found.position = news.position;
                if news.entries.is_empty() {
                    break found.entries;
                }
                found.entries.extend(news.entries);
            }
        };
        let (found, ()) = tokio::join!(load, moves);
        let found: HashSet<_> = found.into_iter().collect();
        assert!(texts.iter().all(|text| found.contains(text.as_bytes())));
    }
}
