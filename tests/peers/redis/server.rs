//! A `redis-server` as a process of its own.

use std::process::Command;
use std::{env, iter};

use redis::aio::MultiplexedConnection;
use redis::{Client, Cmd, FromRedisValue};
use tempfile::TempDir;
use tower_bearer_redis::{Redis, RedisFeed, RedisStore};

use crate::process::{Process, free_port};

/// A running `redis-server`, or whatever the environment has in `REDIS_SERVER`, on a port of its own.
/// It ends with its owner, and leaves nothing.
pub(crate) struct RedisServer {
    process: Option<Process>,
    folder: TempDir,
    port: u16,
    options: Vec<String>,
}

impl RedisServer {
    /// One that writes nothing to its disk.
    pub(crate) fn start() -> Self {
        Self::with(&["--appendonly", "no"])
    }

    /// One that writes everything to its disk at once.
    pub(crate) fn durable() -> Self {
        Self::with(&["--appendonly", "yes", "--appendfsync", "always"])
    }

    /// With these options.
    pub(crate) fn with(options: &[&str]) -> Self {
        let mut server = Self {
            process: None,
            folder: tempfile::tempdir().unwrap(),
            // In a cluster it also takes the one that is 10,000 higher.
            port: iter::repeat_with(free_port)
                .find(|port| *port < 55_000)
                .unwrap(),
            options: options.iter().map(ToString::to_string).collect(),
        };
        server.come_up();
        server
    }

    /// Ends it as a power cut does.
    pub(crate) fn go_down(&mut self) {
        self.process = None;
    }

    /// Starts it again, with what is on its disk.
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

    /// Has it answer nothing, while its connections stay.
    pub(crate) fn hang(&self) {
        self.process.as_ref().unwrap().signal("STOP");
    }

    /// Has it answer again.
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

    /// What the server itself answers.
    pub(crate) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> T {
        let mut connection = self.connection().await;
        command.query_async(&mut connection).await.unwrap()
    }
}
