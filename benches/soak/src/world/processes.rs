//! The server processes, and what the system and they report about them.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Duration, Instant, sleep};

/// A running server, which ends with its owner.
pub(crate) struct Server {
    process: Child,
    /// The address of the service.
    pub(crate) address: String,
    /// The address of the status page.
    control: String,
}

/// A server's report about itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Status {
    pub(crate) panics: u64,
    pub(crate) tasks: usize,
    pub(crate) revocations: usize,
    pub(crate) pending: usize,
}

/// A server's resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Held {
    pub(crate) tasks: usize,
    pub(crate) files: usize,
}

impl Server {
    /// Returns when it has keys and a list of revocations.
    pub(crate) fn start(keys: &str, redis: &str) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["server", keys, redis])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let (address, control) = line.trim().split_once(' ').expect("the server tells where");
        Self {
            address: address.to_owned(),
            control: control.to_owned(),
            process,
        }
    }

    /// None if it has ended.
    pub(crate) async fn status(&self) -> Option<Status> {
        let ask = async {
            let mut stream = TcpStream::connect(&self.control).await?;
            stream.write_all(b"GET /status HTTP/1.0\r\n\r\n").await?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await?;
            Ok::<_, std::io::Error>(answer)
        };
        let answer = ask.await.ok()?;
        let (_, body) = answer.split_once("\r\n\r\n")?;
        serde_json::from_str(body).ok()
    }

    /// Its resident memory, in bytes.
    pub(crate) fn memory(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).ok()?;
        let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"))?;
        let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kib * 1024)
    }

    pub(crate) fn files(&self) -> Option<usize> {
        let folder = fs::read_dir(format!("/proc/{}/fd", self.process.id())).ok()?;
        Some(folder.count())
    }

    /// The minimum within this time: what does not go away.
    pub(crate) async fn least_held(&self, within: Duration) -> Option<Held> {
        let end = Instant::now() + within;
        let mut least: Option<Held> = None;
        while Instant::now() < end {
            let now = Held {
                tasks: self.status().await?.tasks,
                files: self.files()?,
            };
            let before = least.unwrap_or(now);
            least = Some(Held {
                tasks: before.tasks.min(now.tasks),
                files: before.files.min(now.files),
            });
            sleep(Duration::from_millis(50)).await;
        }
        least
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which was noticed by then.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn signal(name: &str, process: u32) {
    let status = Command::new("kill")
        .args(["-s", name, &process.to_string()])
        .status();
    assert!(status.unwrap().success(), "kill -s {name}");
}
