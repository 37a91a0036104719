//! A `redis-server` of our own, without persistence.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::processes::signal;

pub(crate) struct Redis {
    port: u16,
    folder: PathBuf,
    process: Mutex<Option<Child>>,
}

impl Redis {
    pub(crate) async fn start(folder: PathBuf) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let redis = Self {
            port: free.local_addr().unwrap().port(),
            folder,
            process: Mutex::default(),
        };
        drop(free);
        redis.come_up().await;
        redis
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Makes it hang, with its connections open.
    pub(crate) fn hang(&self) {
        signal("STOP", self.id());
    }

    pub(crate) fn wake(&self) {
        signal("CONT", self.id());
    }

    /// Kills it, like a power cut.
    pub(crate) fn go_down(&self) {
        if let Some(mut process) = self.process.lock().unwrap().take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Starts it, empty, and returns when it answers.
    pub(crate) async fn come_up(&self) {
        let process = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &self.port.to_string()])
            .args(["--save", "", "--appendonly", "no"])
            .current_dir(&self.folder)
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server should be installed");
        *self.process.lock().unwrap() = Some(process);
        while !self.answers().await.unwrap_or(false) {
            sleep(Duration::from_millis(10)).await;
        }
    }

    async fn answers(&self) -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        stream.write_all(b"PING\r\n").await?;
        let mut answer = [0; 5];
        stream.read_exact(&mut answer).await?;
        Ok(answer == *b"+PONG")
    }

    fn id(&self) -> u32 {
        self.process.lock().unwrap().as_ref().unwrap().id()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.go_down();
    }
}
