//! Passwords, warnings, and the application's connections.

use std::io;
use std::sync::Mutex;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{AsyncConnectionConfig, Client};

use super::*;

#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn passwords() {
    let server = RedisServer::with(&["--appendonly", "no", "--requirepass", "secret"]);
    let store = |user: &str| {
        let url = server.url().replace("redis://", &format!("redis://{user}"));
        RedisStore::new(Redis::new(&url).unwrap())
    };
    let right = store(":secret@");
    right.put("a", b"1", MINUTE).await.unwrap();
    let wrong = store(":wrong-secret@");
    for store in [&wrong, &store("")] {
        for _ in 0..2 {
            let error = store.put("a", b"2", MINUTE).await.unwrap_err();
            assert!(matches!(error, StoreError::Unavailable(_)));
            let text = format!("{error:?} {store:?}");
            assert!(!text.contains("secret"), "{text}");
        }
    }
    // It is tried again after the password was corrected on the other side.
    let client = Client::open(server.url().replace("redis://", "redis://:secret@")).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let mut change = cmd("CONFIG");
    change.arg("SET").arg("requirepass").arg("wrong-secret");
    change.exec_async(&mut connection).await.unwrap();
    assert_eq!(wrong.get("a").await.unwrap().as_deref(), Some(&b"1"[..]));
}

/// The documented commands are enough, except for the warning.
#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn a_user_who_may_do_little_is_enough() {
    let server = RedisServer::start();
    let mut user = cmd("ACL");
    user.arg("SETUSER").arg("app").arg("on").arg(">secret");
    user.arg("~tower-bearer:*");
    let may = "get set del evalsha script|load ping time zadd zcount zrange zrem zremrangebyrank \
               exists xadd xrange xrevrange xread";
    for command in may.split(' ') {
        user.arg(format!("+{command}"));
    }
    server.ask::<()>(&user).await;
    let url = server.url().replace("redis://", "redis://app:secret@");
    let redis = || Redis::new(&url).unwrap();
    let subject = store::subject(RedisStore::new(redis()));
    subject.assert_keeps_the_contract().await;
    server.ask::<()>(&cmd("FLUSHALL")).await;
    let subject = feed::subject([redis(), redis()].map(RedisFeed::new), &server);
    subject.assert_keeps_the_contract().await;
    let other = RedisStore::new(redis().prefix("other:"));
    let text = reason(other.get("a").await);
    assert!(text.contains("NoPerm"), "{text}");
}

/// With a reconnecting connection, and with one that a closure makes.
#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn connections_of_the_application_keep_the_contracts() {
    let server = RedisServer::start();
    let client = Client::open(server.url()).unwrap();
    let config = ConnectionManagerConfig::new();
    let given = ConnectionManager::new_lazy_with_config(client.clone(), config).unwrap();
    let given = Redis::from_connection(given);
    let made = Redis::connecting(move || {
        let client = client.clone();
        async move {
            let config = AsyncConnectionConfig::new();
            client
                .get_multiplexed_async_connection_with_config(&config)
                .await
        }
    });
    for (redis, prefix) in [(&given, "given:"), (&made, "made:")] {
        let redis = redis.clone().prefix(prefix);
        let subject = store::subject(RedisStore::new(redis));
        subject.assert_keeps_the_contract().await;
    }
    let feeds = [RedisFeed::new(given), RedisFeed::new(made)];
    let subject = feed::subject(feeds, &server);
    subject.assert_keeps_the_contract().await;
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
#[ignore = "needs redis-server: scripts/test peers installs it"]
async fn a_redis_that_forgets_is_warned_of() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer({
            let log = log.clone();
            move || log.clone()
        })
        .with_ansi(false)
        .without_time()
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    for (policy, is_warned_of) in [("noeviction", false), ("volatile-ttl", true)] {
        let server = RedisServer::with(&["--appendonly", "no", "--maxmemory-policy", policy]);
        let store = server.store();
        for _ in 0..3 {
            store.get("a").await.unwrap();
        }
        let text = String::from_utf8(std::mem::take(&mut *log.0.lock().unwrap())).unwrap();
        let warnings: Vec<_> = text.lines().filter(|line| line.contains("WARN")).collect();
        let expected = " WARN tower_bearer: Redis evicts entries when it is full, \
             revocations among them: set its maxmemory-policy to noeviction policy=\"volatile-ttl\"";
        let expected: &[&str] = if is_warned_of { &[expected] } else { &[] };
        assert_eq!(warnings, expected);
    }
}
