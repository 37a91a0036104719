//! A feed on Redis.

use std::fmt;
use std::time::Duration;

use redis::{Cmd, FromRedisValue, Script, ScriptInvocation, cmd};
use tokio::time::{Instant, sleep};
use tower_bearer::verify::{Batch, Entry, Feed, FeedError, FeedFuture, Position};

use super::error::feed_error;
use super::store::millis;
use super::{Connection, Question, Redis};

/// Some milliseconds of Redis's time, and 128 KiB.
const CHUNK: usize = 500;

/// Twice of what a chunk adds, so that what has ended leaves faster than anything comes.
const REMOVED: usize = 2 * CHUNK;

/// What one script gives.
const PAGE: usize = 1000;

/// Who is further behind loads all anew. Some 3 MB at most.
const NEWS: usize = 10_000;

/// The longest that an entry may be.
const MAX_ENTRY_LEN: usize = 256;

/// So often a connection is asked that must not wait.
const POLL: Duration = Duration::from_millis(50);

/// So long one waits without looking whether the feed was lost.
const MAX_BLOCK: Duration = Duration::from_secs(1);

/// A feed on Redis or Valkey.
///
/// All entries are in one sorted set, those that came last also in a stream, and each operation is
/// one script on both, which are in one slot of a cluster. Adding and loading of many goes in steps
/// of a thousand at most, so that nobody else waits for long. Who follows has a connection of
/// its own to wait on, and learns of an entry within milliseconds.
///
/// That Redis lost entries is noticed, by a restart without a disk as well as by a failover to a
/// replica that was behind: it then has another epoch, or lacks the entry that one has read last.
/// Who is more than 10,000 entries behind is told to load, too.
///
/// An entry of 50 bytes takes some 160 bytes, and 100 more while it is among the last. Entries that
/// have ended leave when others are added. Their end goes by Redis's clock.
///
/// ```no_run
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use tower_bearer::verify::{Entry, Feed};
/// use tower_bearer_redis::{Redis, RedisFeed};
///
/// let feed = RedisFeed::new(Redis::new("redis://localhost")?);
/// let before = feed.load().await?.position;
/// let entry = Entry { bytes: b"a".to_vec(), ttl: Duration::from_secs(3600) };
/// feed.add(&[entry]).await?;
/// let news = feed.follow(&before, Duration::from_secs(5)).await?;
/// assert_eq!(news.expect("the position is known").entries, [b"a"]);
/// # Ok(())
/// # }
/// ```
pub struct RedisFeed {
    redis: Redis,
    entries_key: String,
    news_key: String,
    scripts: Scripts,
}

struct Scripts {
    add: Script,
    position: Script,
    page: Script,
    follow: Script,
}

impl RedisFeed {
    /// The feed there.
    pub fn new(redis: Redis) -> Self {
        const OPEN: &str = include_str!("feed_open.lua");
        let script = |code: &str| Script::new(&[OPEN, code].concat());
        Self {
            // The same braces: the same slot.
            entries_key: redis.key("{feed}:entries"),
            news_key: redis.key("{feed}:news"),
            redis,
            scripts: Scripts {
                add: script(include_str!("feed_add.lua")),
                position: script(include_str!("feed_position.lua")),
                page: script(include_str!("feed_page.lua")),
                follow: script(include_str!("feed_follow.lua")),
            },
        }
    }

    fn prepare<'a>(&self, script: &'a Script) -> ScriptInvocation<'a> {
        let mut script = script.key(&self.entries_key);
        script.key(&self.news_key);
        script
    }

    async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, FeedError> {
        self.redis
            .ask(Question::Script(script))
            .await
            .map_err(feed_error)
    }

    async fn add_chunk(&self, chunk: &[Entry]) -> Result<(), FeedError> {
        let mut add = self.prepare(&self.scripts.add);
        add.arg(fresh_epoch()?).arg(NEWS).arg(REMOVED);
        for entry in chunk {
            add.arg(&entry.bytes).arg(millis(entry.ttl));
        }
        self.run(&add).await
    }

    async fn load_all(&self) -> Result<Batch, FeedError> {
        // Before the entries: what comes meanwhile is behind it.
        let mut position = self.prepare(&self.scripts.position);
        let (epoch, last): (String, String) = self.run(position.arg(fresh_epoch()?)).await?;
        let mut entries: Vec<Vec<u8>> = Vec::new();
        loop {
            let mut page = self.prepare(&self.scripts.page);
            page.arg(entries.len()).arg(PAGE);
            let page: Vec<Vec<u8>> = self.run(&page).await?;
            let is_last = page.len() < PAGE;
            entries.extend(page);
            if is_last {
                let position = Place {
                    epoch: &epoch,
                    last,
                }
                .position();
                return Ok(Batch { entries, position });
            }
        }
    }

    async fn follow_from(
        &self,
        after: &Position,
        wait: Duration,
    ) -> Result<Option<Batch>, FeedError> {
        let Some(place) = Place::parse(after) else {
            return Ok(None);
        };
        let begun = Instant::now();
        loop {
            let Some(news) = self.news(&place).await? else {
                return Ok(None);
            };
            let left = wait.saturating_sub(begun.elapsed());
            if !news.entries.is_empty() || left.is_zero() {
                return Ok(Some(news));
            }
            self.wait_for_news(&place, left).await?;
        }
    }

    /// What is behind a place by now.
    async fn news(&self, place: &Place<'_>) -> Result<Option<Batch>, FeedError> {
        let mut follow = self.prepare(&self.scripts.follow);
        follow.arg(place.epoch).arg(&place.last).arg(PAGE);
        let news: Option<Vec<(String, Vec<u8>)>> = self.run(&follow).await?;
        Ok(news.map(|news| {
            let last = news.last().map_or(&place.last, |(last, _)| last).clone();
            Batch {
                position: Place { last, ..*place }.position(),
                entries: news.into_iter().map(|(_, bytes)| bytes).collect(),
            }
        }))
    }

    /// Returns when there may be something behind a place.
    async fn wait_for_news(&self, place: &Place<'_>, wait: Duration) -> Result<(), FeedError> {
        let Connection::Own(own) = &self.redis.connection else {
            sleep(wait.min(POLL)).await;
            return Ok(());
        };
        let wait = wait.min(MAX_BLOCK);
        own.wait(&self.block(place, wait), wait, self.redis.timeout)
            .await
            .map_err(feed_error)
    }

    fn block(&self, place: &Place<'_>, wait: Duration) -> Cmd {
        let mut read = cmd("XREAD");
        // 0 would be for ever.
        read.arg("COUNT")
            .arg(1)
            .arg("BLOCK")
            .arg(millis(wait).max(1));
        read.arg("STREAMS").arg(&self.news_key).arg(&place.last);
        read
    }
}

impl Feed for RedisFeed {
    fn add<'a>(&'a self, entries: &'a [Entry]) -> FeedFuture<'a, ()> {
        Box::pin(async move {
            if entries.iter().any(|it| it.bytes.len() > MAX_ENTRY_LEN) {
                return Err(FeedError::TooLarge);
            }
            for chunk in entries.chunks(CHUNK) {
                self.add_chunk(chunk).await?;
            }
            Ok(())
        })
    }

    fn load(&self) -> FeedFuture<'_, Batch> {
        Box::pin(self.load_all())
    }

    fn follow<'a>(&'a self, after: &'a Position, wait: Duration) -> FeedFuture<'a, Option<Batch>> {
        Box::pin(self.follow_from(after, wait))
    }
}

impl fmt::Debug for RedisFeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RedisFeed").field(&self.redis).finish()
    }
}

/// A position, taken apart.
struct Place<'a> {
    epoch: &'a str,
    /// The entry of the stream that was read last.
    last: String,
}

impl<'a> Place<'a> {
    fn parse(position: &'a Position) -> Option<Self> {
        let (epoch, last) = position.as_str().split_once('.')?;
        let (millis, number) = last.split_once('-')?;
        // Anything else is a mistake for Redis, and not only unknown.
        let (millis, number): (u64, u64) = (millis.parse().ok()?, number.parse().ok()?);
        Some(Self {
            epoch,
            last: format!("{millis}-{number}"),
        })
    }

    fn position(&self) -> Position {
        Position::new(format!("{}.{}", self.epoch, self.last))
    }
}

/// What Redis is not likely to have had before.
fn fresh_epoch() -> Result<String, FeedError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(FeedError::unavailable)?;
    Ok(format!("{:032x}", u128::from_ne_bytes(random)))
}
