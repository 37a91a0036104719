//! A store on Redis.

use std::fmt;
use std::time::Duration;

use redis::{Cmd, Script, cmd};
use tower_bearer_issuer::store::{MAX_VALUE_LEN, Store, StoreError, StoreFuture};

use super::error::store_error;
use super::{Question, Redis};

/// Redis adds it to the time of day.
const MAX_TTL: Duration = Duration::from_secs(1000 * 365 * 24 * 60 * 60);

/// A store on Redis or Valkey: for servers that run several times, or outlive their restarts.
///
/// Each operation is one command or one script, on one key. Values are of 4 KiB at most. What a
/// store must hold to depends on how Redis is [set up](Redis#how-redis-must-be-set-up). A family of
/// refresh tokens takes some 420 bytes there, the mark of a subject that signed out everywhere 190.
///
/// Where Redis is full, it refuses every change with [`StoreError::Full`], also that of a value
/// that is there; what is there can be read and removed.
///
/// ```no_run
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use tower_bearer_issuer::store::Store;
/// use tower_bearer_redis::{Redis, RedisStore};
///
/// let store = RedisStore::new(Redis::new("redis://localhost")?);
/// store.put("key", b"value", Duration::from_secs(3600)).await?;
/// assert_eq!(store.get("key").await?.as_deref(), Some(&b"value"[..]));
/// # Ok(())
/// # }
/// ```
pub struct RedisStore {
    redis: Redis,
    swap: Script,
}

impl RedisStore {
    /// A store there.
    pub fn new(redis: Redis) -> Self {
        Self {
            redis,
            swap: Script::new(include_str!("swap.lua")),
        }
    }

    fn command(&self, name: &str, key: &str) -> Cmd {
        let mut command = cmd(name);
        command.arg(self.redis.key(key));
        command
    }
}

impl Store for RedisStore {
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let get = self.command("GET", key);
            self.redis
                .ask(Question::Command(&get))
                .await
                .map_err(store_error)
        })
    }

    fn put<'a>(&'a self, key: &'a str, value: &'a [u8], ttl: Duration) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            check_len(value)?;
            let ttl = millis(ttl);
            if ttl == 0 {
                return self.remove(key).await.map(|_| ());
            }
            let mut set = self.command("SET", key);
            set.arg(value).arg("PX").arg(ttl);
            self.redis
                .ask(Question::Command(&set))
                .await
                .map_err(store_error)
        })
    }

    fn swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<&'a [u8]>,
        value: &'a [u8],
        ttl: Duration,
    ) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            check_len(value)?;
            let mut swap = self.swap.key(self.redis.key(key));
            swap.arg(value).arg(millis(ttl)).arg(expected);
            self.redis
                .ask(Question::Script(&swap))
                .await
                .map_err(store_error)
        })
    }

    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let remove = self.command("DEL", key);
            self.redis
                .ask(Question::Command(&remove))
                .await
                .map_err(store_error)
        })
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RedisStore").field(&self.redis).finish()
    }
}

fn check_len(value: &[u8]) -> Result<(), StoreError> {
    if value.len() > MAX_VALUE_LEN {
        return Err(StoreError::TooLarge);
    }
    Ok(())
}

/// A time to live, as scripts and commands take it.
pub(super) fn millis(ttl: Duration) -> u64 {
    // Nothing of this size is out of range.
    u64::try_from(ttl.min(MAX_TTL).as_millis()).unwrap_or(u64::MAX)
}
