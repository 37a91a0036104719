//! The contract of every feed.

use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, join_all};
use tokio::time::{Instant, timeout};
use tower_bearer::verify::{Batch, Entry, Feed, Position};

/// A feed under test, initially empty. Its time is Tokio's: paused for one in memory, real for one
/// on a server.
pub(crate) struct FeedSubject {
    pub(crate) feed: Arc<dyn Feed>,
    /// The same feed in another process.
    pub(crate) another: Arc<dyn Feed>,
    /// Removes all entries, like a restart of a server without persistence.
    pub(crate) lose: Box<dyn Fn() -> BoxFuture<'static, ()>>,
    /// The maximum delay after its expiry until an entry is gone.
    pub(crate) lingers: Duration,
}

const SECOND: Duration = Duration::from_secs(1);
/// Longer than any test here takes.
const LONG: Duration = Duration::from_secs(30);

impl FeedSubject {
    /// Checks the contract of [`Feed`].
    pub(crate) async fn assert_keeps_the_contract(&self) {
        self.assert_begins_empty().await;
        self.assert_loads_and_follows().await;
        self.assert_waits().await;
        self.assert_adds_again().await;
        self.assert_bytes_mean_nothing().await;
        self.assert_many().await;
        self.assert_loses_nothing_in_a_race().await;
        self.assert_stopping_to_wait_harms_nobody().await;
        self.assert_forgets_in_time().await;
        self.assert_knows_its_positions_only().await;
        self.assert_tells_of_a_loss().await;
    }

    async fn assert_begins_empty(&self) {
        assert!(self.feed.load().await.unwrap().entries.is_empty());
        self.feed.add(&[]).await.unwrap();
        assert!(self.another.load().await.unwrap().entries.is_empty());
    }

    async fn assert_loads_and_follows(&self) {
        let before = self.position().await;
        self.add(&["a1", "a2"], LONG).await;
        let between = self.another.load().await.unwrap();
        assert_same(&between.entries, &["a1", "a2"]);
        self.another.add(&[entry("a3", LONG)]).await.unwrap();
        assert_same(&self.behind(&before).await.entries, &["a1", "a2", "a3"]);
        assert_same(&self.behind(&between.position).await.entries, &["a3"]);
        // A position equals its text.
        let text = between.position.as_str().to_owned();
        let rest = self.behind(&Position::new(text)).await;
        assert_same(&rest.entries, &["a3"]);
        // After the last entry there is nothing, however often one asks.
        for _ in 0..2 {
            assert!(self.behind(&rest.position).await.entries.is_empty());
        }
        assert_same(&self.load().await, &["a1", "a2", "a3"]);
    }

    async fn assert_waits(&self) {
        let position = self.position().await;
        let begun = Instant::now();
        let batch = self.follow(&position, SECOND).await;
        assert!(batch.entries.is_empty());
        assert!(begun.elapsed() >= SECOND, "{:?}", begun.elapsed());
        let begun = Instant::now();
        let add = async {
            tokio::time::sleep(SECOND / 10).await;
            self.another.add(&[entry("b", LONG)]).await.unwrap();
        };
        let (batch, ()) = tokio::join!(self.follow(&batch.position, LONG), add);
        assert_same(&batch.entries, &["b"]);
        assert!(begun.elapsed() < SECOND, "{:?}", begun.elapsed());
        // Existing entries are returned without waiting.
        let begun = Instant::now();
        assert_same(&self.follow(&position, LONG).await.entries, &["b"]);
        assert!(begun.elapsed() < SECOND, "{:?}", begun.elapsed());
    }

    async fn assert_adds_again(&self) {
        self.add(&["c", "c"], SECOND * 2).await;
        self.add(&["c"], LONG).await;
        self.add(&["c"], SECOND * 2).await;
        assert_eq!(count(&self.load().await, "c"), 1);
        tokio::time::sleep(SECOND * 3).await;
        assert_eq!(count(&self.load().await, "c"), 1);
    }

    async fn assert_bytes_mean_nothing(&self) {
        let position = self.position().await;
        let every: Vec<u8> = (0..=255).collect();
        let entries = [
            &every[..],
            b"\0",
            b"\r\nDEL *\r\n",
            &[0xff; 256],
            b" ",
            b"-1",
        ];
        let added = entries.map(|bytes| entry(bytes, LONG));
        self.feed.add(&added).await.unwrap();
        let expected: Vec<_> = added.iter().map(|entry| &entry.bytes).collect();
        assert_same(&self.behind(&position).await.entries, &expected);
        let all = self.load().await;
        assert!(expected.iter().all(|bytes| all.contains(bytes)));
    }

    /// More than any batch.
    async fn assert_many(&self) {
        let position = self.position().await;
        let texts: Vec<_> = (0..5_000).map(|number| format!("d{number}")).collect();
        let texts: Vec<_> = texts.iter().map(String::as_str).collect();
        self.add(&texts, LONG).await;
        assert_same(&self.behind(&position).await.entries, &texts);
        let all = self.load().await;
        assert_eq!(
            all.iter().filter(|bytes| bytes.starts_with(b"d")).count(),
            5_000
        );
    }

    /// One loads and follows while others add.
    async fn assert_loses_nothing_in_a_race(&self) {
        let texts: Vec<_> = (0..200).map(|number| format!("e{number}")).collect();
        let adds = texts.iter().enumerate().map(async |(at, text)| {
            let feeds = [&self.feed, &self.another];
            let feed = feeds[at % 2];
            feed.add(&[entry(text, LONG)]).await.unwrap();
        });
        let collect = async {
            let batch = self.another.load().await.unwrap();
            let (mut found, mut position) = (batch.entries, batch.position);
            while !texts.iter().all(|text| count(&found, text) > 0) {
                let batch = self.follow(&position, LONG).await;
                assert!(!batch.entries.is_empty(), "some are missing");
                found.extend(batch.entries);
                position = batch.position;
            }
        };
        tokio::join!(join_all(adds), collect);
    }

    async fn assert_stopping_to_wait_harms_nobody(&self) {
        let position = self.position().await;
        for _ in 0..20 {
            let follow = self.feed.follow(&position, LONG);
            assert!(timeout(SECOND / 100, follow).await.is_err());
        }
        self.add(&["f"], LONG).await;
        assert_same(&self.follow(&position, LONG).await.entries, &["f"]);
    }

    async fn assert_forgets_in_time(&self) {
        self.add(&["g1"], SECOND * 2).await;
        self.add(&["g2"], SECOND * 2 + self.lingers).await;
        tokio::time::sleep(SECOND).await;
        assert_eq!(count(&self.load().await, "g1"), 1);
        tokio::time::sleep(SECOND + self.lingers).await;
        self.add(&["g3"], LONG).await;
        let all = self.load().await;
        assert_eq!(count(&all, "g1"), 0);
        assert_eq!(count(&all, "g3"), 1);
    }

    async fn assert_knows_its_positions_only(&self) {
        let texts = [
            "",
            " ",
            "-",
            "0",
            "nonsense",
            "1-2-3",
            "9999999999999-0",
            "\u{e9}\0$>*",
        ];
        for text in texts {
            let position = Position::new(text);
            let followed = self.feed.follow(&position, SECOND).await.unwrap();
            assert_eq!(followed, None, "{text:?}");
        }
    }

    async fn assert_tells_of_a_loss(&self) {
        let position = self.position().await;
        (self.lose)().await;
        assert_eq!(self.feed.follow(&position, SECOND).await.unwrap(), None);
        assert_eq!(self.another.follow(&position, LONG).await.unwrap(), None);
        let batch = self.feed.load().await.unwrap();
        assert!(batch.entries.is_empty());
        // Also if the number doubles.
        let texts: Vec<_> = (0..6_000).map(|number| format!("h{number}")).collect();
        let texts: Vec<_> = texts.iter().map(String::as_str).collect();
        self.add(&texts, LONG).await;
        assert_eq!(self.feed.follow(&position, SECOND).await.unwrap(), None);
        assert_same(&self.behind(&batch.position).await.entries, &texts);
        // Also for an entry that arrives during a wait.
        let position = self.position().await;
        let lose = async {
            tokio::time::sleep(SECOND / 10).await;
            (self.lose)().await;
            self.add(&["i"], LONG).await;
        };
        let (followed, ()) = tokio::join!(self.feed.follow(&position, SECOND), lose);
        // It may not have noticed yet, but must not accept an old position.
        if let Some(batch) = followed.unwrap() {
            assert!(batch.entries.is_empty());
            let followed = self.feed.follow(&batch.position, SECOND).await.unwrap();
            assert_eq!(followed, None);
        }
    }

    async fn add(&self, texts: &[&str], ttl: Duration) {
        let entries: Vec<_> = texts.iter().map(|text| entry(text, ttl)).collect();
        self.feed.add(&entries).await.unwrap();
    }

    async fn load(&self) -> Vec<Vec<u8>> {
        self.feed.load().await.unwrap().entries
    }

    async fn position(&self) -> Position {
        self.feed.load().await.unwrap().position
    }

    async fn follow(&self, after: &Position, wait: Duration) -> Batch {
        let followed = self.feed.follow(after, wait).await.unwrap();
        followed.expect("the position is known")
    }

    /// All entries after a position, without waiting for more.
    async fn behind(&self, position: &Position) -> Batch {
        let mut all = self.follow(position, Duration::ZERO).await;
        loop {
            let more = self.follow(&all.position, Duration::ZERO).await;
            all.position = more.position;
            if more.entries.is_empty() {
                return all;
            }
            all.entries.extend(more.entries);
        }
    }
}

pub(crate) fn entry(bytes: impl AsRef<[u8]>, ttl: Duration) -> Entry {
    let bytes = bytes.as_ref().to_vec();
    Entry { bytes, ttl }
}

fn count(entries: &[Vec<u8>], text: &str) -> usize {
    entries
        .iter()
        .filter(|bytes| *bytes == text.as_bytes())
        .count()
}

/// In any order.
#[track_caller]
pub(crate) fn assert_same(entries: &[Vec<u8>], expected: &[impl AsRef<[u8]>]) {
    let mut entries: Vec<_> = entries.iter().map(|bytes| &**bytes).collect();
    let mut expected: Vec<_> = expected.iter().map(AsRef::as_ref).collect();
    entries.sort_unstable();
    expected.sort_unstable();
    assert!(
        entries == expected,
        "{} of {}",
        entries.len(),
        expected.len()
    );
}
