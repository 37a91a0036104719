//! The feed of tests.

use futures::FutureExt;
use tokio::time::timeout;
use tower_bearer::test_util::TestFeed;
use tower_bearer::verify::Feed;

use super::*;
use crate::contracts::feed::{FeedSubject, assert_same, entry};

const LONG: Duration = Duration::from_secs(30);

#[tokio::test(start_paused = true)]
async fn keeps_the_contract() {
    let feed = TestFeed::new();
    let lost = feed.clone();
    let subject = FeedSubject {
        feed: Arc::new(feed.clone()),
        another: Arc::new(feed),
        lose: Box::new(move || {
            lost.lose();
            Box::pin(async {})
        }),
        lingers: Duration::ZERO,
    };
    subject.assert_keeps_the_contract().await;
}

#[tokio::test(start_paused = true)]
async fn fails_and_hangs_when_told_to() {
    let feed = TestFeed::new();
    let position = feed.load().await.unwrap().position;
    let follow = tokio::spawn({
        let (feed, position) = (feed.clone(), position.clone());
        async move { feed.follow(&position, LONG).await }
    });
    tokio::task::yield_now().await;
    feed.fail();
    assert!(follow.await.unwrap().is_err());
    assert!(feed.load().await.is_err());
    assert!(feed.add(&[entry("a", LONG)]).await.is_err());

    feed.hang();
    assert!(timeout(LONG, feed.load()).await.is_err());
    let add = timeout(LONG, async { feed.add(&[entry("b", LONG)]).await });
    assert!(add.await.is_err());
    let mut hung = feed.load();
    assert!((&mut hung).now_or_never().is_none());

    feed.recover();
    assert!(timeout(LONG, hung).await.is_err());
    assert!(feed.load().await.unwrap().entries.is_empty());
    feed.add(&[entry("c", LONG)]).await.unwrap();
    assert_same(&feed.load().await.unwrap().entries, &["c"]);
    assert_eq!(format!("{feed:?}"), "TestFeed { .. }");
}
