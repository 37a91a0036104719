//! A `redis-server` as a process of its own.

use std::process::Command;
use std::{env, iter};

use redis::aio::MultiplexedConnection;
use redis::{Client, Cmd, FromRedisValue};
use tempfile::TempDir;
use tower_bearer_redis::{Redis, RedisFeed, RedisStore};

use crate::process::{Process, free_port};

/// A running `redis-server`, or the program in `REDIS_SERVER`, on its own port. It ends with its
/// owner, and leaves nothing behind.
pub(crate) struct RedisServer {
    process: Option<Process>,
    folder: TempDir,
    port: u16,
    options: Vec<String>,
}

impl RedisServer {
    /// Without persistence.
    pub(crate) fn start() -> Self {
        Self::with(&["--appendonly", "no"])
    }

    /// With immediate persistence.
    pub(crate) fn durable() -> Self {
        Self::with(&["--appendonly", "yes", "--appendfsync", "always"])
    }

    /// With these options.
    pub(crate) fn with(options: &[&str]) -> Self {
        let mut server = Self {
            process: None,
            folder: tempfile::tempdir().unwrap(),
            // In a cluster it also uses the port 10,000 higher.
            port: iter::repeat_with(free_port)
                .find(|port| *port < 55_000)
                .unwrap(),
            options: options.iter().map(ToString::to_string).collect(),
        };
        server.come_up();
        server
    }

    /// Kills it, like a power cut.
    pub(crate) fn go_down(&mut self) {
        self.process = None;
    }

    /// Starts it again, with its persisted data.
    pub(crate) fn come_up(&mut self) {
        let program = env::var_os("REDIS_SERVER").unwrap_or_else(|| "redis-server".into());
        let mut command = Command::new(program);
        command
            .args(["--bind", "127.0.0.1", "--save", ""])
            .args(["--port", &self.port.to_string()])
            .args(&self.options)
            .current_dir(self.folder.path());
        let process = Process::spawn(&mut command);
        while !process.next_line().contains("Ready to accept connections") {}
        self.process = Some(process);
    }

    /// Makes it hang, with its connections open.
    pub(crate) fn hang(&self) {
        self.process.as_ref().unwrap().signal("STOP");
    }

    /// Makes it answer again.
    pub(crate) fn wake(&self) {
        self.process.as_ref().unwrap().signal("CONT");
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn redis(&self) -> Redis {
        Redis::new(&self.url()).unwrap()
    }

    pub(crate) fn store(&self) -> RedisStore {
        RedisStore::new(self.redis())
    }

    pub(crate) fn feed(&self) -> RedisFeed {
        RedisFeed::new(self.redis())
    }

    pub(crate) async fn connection(&self) -> MultiplexedConnection {
        let client = Client::open(self.url()).unwrap();
        client.get_multiplexed_async_connection().await.unwrap()
    }

    /// The server's own answer.
    pub(crate) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> T {
        let mut connection = self.connection().await;
        command.query_async(&mut connection).await.unwrap()
    }
}
