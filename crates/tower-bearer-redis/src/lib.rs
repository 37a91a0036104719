//! Stores on Redis or Valkey.

mod connection;
mod error;
mod feed;
mod observe;
mod question;
mod store;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::{AsyncConnectionConfig, Client, FromRedisValue, RedisResult};
use tokio::time::timeout;
use tower_bearer::ConfigError;

use self::connection::{GivenConnection, OwnConnection};
use self::error::timed_out;
pub use self::feed::RedisFeed;
use self::question::Question;
pub use self::store::RedisStore;

/// Longer than Redis takes when it is well, and shorter than people wait.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(2);

const DEFAULT_PREFIX: &str = "tower-bearer:";

/// A server of Redis (6.2 or later) or Valkey, or a cluster of them, for a [`RedisStore`] and a
/// [`RedisFeed`]. Clones share a connection.
///
/// | setting | unless set otherwise |
/// | --- | --- |
/// | [timeout](Self::timeout) | 2 s for each operation |
/// | [prefix](Self::prefix) | keys begin with `tower-bearer:` |
///
/// Nothing is connected until the first operation, and what is broken is connected anew by the
/// next: an application starts, and runs on, while Redis is away, and its operations fail with
/// `Unavailable` meanwhile. None is tried twice, since the first may have happened;
/// but a connection that has rested is tried before it is used, so that a restart of Redis
/// in a quiet hour fails nothing. If you would rather not start without Redis, ask for something
/// first.
///
/// # How Redis must be set up
///
/// - `maxmemory-policy noeviction`, which is its default: with any other one it forgets
///   revocations when it is full, and who was signed out is signed in again. Where Redis tells,
///   there is a warning in the log. Full as it is then, it changes nothing, either: raise an alarm
///   well before.
/// - `appendonly yes`, unless a restart of Redis may end all sessions. With the default
///   `appendfsync everysec`, the last second may be lost. A [`RedisFeed`] notices that, and
///   those who follow it can mend it.
/// - As for replicas: what the last moments before a failover brought may be lost likewise.
///   `min-replicas-to-write` bounds it.
/// - Its user needs the commands `GET`, `SET`, `DEL`, `EVALSHA`, `SCRIPT LOAD`, `PING`, `TIME`,
///   `ZADD`, `ZCOUNT`, `ZRANGE`, `ZREM`, `ZREMRANGEBYRANK`, `EXISTS`, `XADD`, `XRANGE`, `XREVRANGE`
///   and `XREAD`, and `INFO` for the warning.
///
/// ```no_run
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use tower_bearer_issuer::RefreshTokens;
/// use tower_bearer_redis::{Redis, RedisFeed, RedisStore};
///
/// let redis = Redis::new("redis://user:password@redis.internal:6379/0")?;
/// let tokens = <RefreshTokens>::builder(RedisStore::new(redis.clone())).build()?;
/// let revocations = RedisFeed::new(redis);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Redis {
    connection: Connection,
    timeout: Duration,
    prefix: Arc<str>,
}

#[derive(Clone)]
enum Connection {
    Own(Arc<OwnConnection>),
    Given(GivenConnection),
}

impl Redis {
    /// The server at a URL: `redis://user:password@host:6379/0`, `unix:///path`, or `rediss://…`
    /// for TLS.
    ///
    /// For TLS the application has to depend on the crate `redis` 1, too, and to switch one of its
    /// TLS features on.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Url`] for anything else. It does not hold the URL.
    ///
    /// ```
    /// use tower_bearer_redis::Redis;
    ///
    /// let error = Redis::new("https://user:secret@localhost").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the URL of Redis is not like redis://user:password@host:6379/0 or unix:///path"
    /// );
    /// ```
    pub fn new(url: &str) -> Result<Self, ConfigError> {
        let client = Client::open(url).map_err(|_| {
            let wants_tls = url.starts_with("rediss:") || url.starts_with("valkeys:");
            let text = if wants_tls {
                "the URL of Redis is malformed, or no TLS feature of the crate `redis` is on"
            } else {
                "the URL of Redis is not like redis://user:password@host:6379/0 or unix:///path"
            };
            ConfigError::Url(text.into())
        })?;
        Ok(Self::from_client(client))
    }

    /// The server of this client, which knows of certificates and all else.
    pub fn from_client(client: Client) -> Self {
        Self::connecting(move || {
            let client = client.clone();
            async move {
                // Each operation has its own limit.
                let config = AsyncConnectionConfig::new()
                    .set_connection_timeout(None)
                    .set_response_timeout(None);
                client
                    .get_multiplexed_async_connection_with_config(&config)
                    .await
            }
        })
    }

    /// The server to which this makes a *new* connection each time, as behind Sentinel. It is asked
    /// again whenever a connection fails, so that it can find the new primary.
    pub fn connecting<F, C>(connect: F) -> Self
    where
        F: Fn() -> C + Send + Sync + 'static,
        C: Future<Output = RedisResult<MultiplexedConnection>> + Send + 'static,
    {
        Self::with(Connection::Own(Arc::new(OwnConnection::new(connect))))
    }

    /// What is behind a connection that mends itself, as one to a cluster (`ClusterConnection`).
    ///
    /// It is shared with whatever else uses it, so that a [`RedisFeed`] never waits on it, but asks
    /// 20 times a second. Its own timeouts count, too.
    pub fn from_connection<C>(connection: C) -> Self
    where
        C: ConnectionLike + Clone + Send + Sync + 'static,
    {
        Self::with(Connection::Given(GivenConnection::new(connection)))
    }

    /// How long an operation may take, connecting included, before it fails: 2 s unless set. No
    /// request hangs for longer on a server that does not answer.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// What all keys begin with, for applications that share a server. `tower-bearer:` unless set.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into().into();
        self
    }

    fn with(connection: Connection) -> Self {
        Self {
            connection,
            timeout: DEFAULT_TIMEOUT,
            prefix: DEFAULT_PREFIX.into(),
        }
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    async fn ask<T: FromRedisValue>(&self, question: Question<'_>) -> RedisResult<T> {
        match &self.connection {
            Connection::Own(own) => own.ask(question, self.timeout).await,
            Connection::Given(given) => {
                let mut given = given.clone();
                let answer = timeout(self.timeout, question.put_to(&mut given)).await;
                answer.unwrap_or_else(|_| Err(timed_out()))
            }
        }
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis")
            .field("timeout", &self.timeout)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}
