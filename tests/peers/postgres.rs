//! A PostgreSQL server, as in Debian's `postgresql`.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

use crate::process::{Process, free_port};

/// The user `nobody`: PostgreSQL refuses to run as root.
const NOBODY: u32 = 65534;

/// A server with an empty database, which ends with its owner.
pub(crate) struct Postgres {
    process: Option<Process>,
    folder: TempDir,
    port: u16,
    pub(crate) url: String,
}

impl Postgres {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = program("initdb", folder.path())
            .args(["--pgdata", "data", "--username", "test", "--auth", "trust"])
            .args(["--encoding", "UTF8", "--locale", "C", "--no-sync"])
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");

        let port = free_port();
        let mut server = Self {
            process: None,
            folder,
            port,
            url: format!("postgres://test@127.0.0.1:{port}/postgres"),
        };
        server.run().await;
        server
    }

    /// Runs, with its earlier data.
    pub(crate) async fn run(&mut self) {
        let log = File::create(self.folder.path().join("log")).unwrap();
        let mut postgres = program("postgres", self.folder.path());
        postgres
            .args(["-D", "data", "-h", "127.0.0.1", "-k", "", "-p"])
            .arg(self.port.to_string())
            .stderr(log);
        self.process = Some(Process::spawn(&mut postgres));
        let begun = Instant::now();
        while PgConnection::connect(&self.url).await.is_err() {
            assert!(begun.elapsed() < Duration::from_secs(30));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Stops it. If killed, it would leave shared memory behind.
    pub(crate) fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.signal("INT");
            process.wait();
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}

/// One of its programs, run by a user with access to this folder.
fn program(name: &str, folder: &Path) -> Command {
    // Debian keeps each version's programs in its own folder, off the path.
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let path = versions
        .map(|version| version.unwrap().path().join("bin").join(name))
        .find(|path| path.exists());
    let mut command = Command::new(path.unwrap_or_else(|| PathBuf::from(name)));
    command.current_dir(folder).stdin(Stdio::null());
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        chown(folder, Some(NOBODY), Some(NOBODY)).unwrap();
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}
