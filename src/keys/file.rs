//! Keys in a file.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use arc_swap::ArcSwap;

use super::{KeyProvider, KeySet};
use crate::error::ConfigError;
use crate::jose::{JwkSet, SkippedKey, VerifyingKey};
use crate::observe;
use crate::sync::Mutex;

/// Larger files are not key files, and must not fill the memory.
const MAX_LEN: u64 = 1024 * 1024;

/// Short enough to see a manual rotation work, long enough to cost nothing.
const DEFAULT_INTERVAL: Duration = Duration::from_secs(1);

/// The keys of a file: a JWK Set (if it begins with `{`), or one PEM block (see
/// [`VerifyingKey::from_pem`]).
///
/// [`watch`](Self::watch) follows the *content* of the file. While the file is missing, half-written
/// or without a usable key, the last good keys stay, and each new content is logged once.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("jwks.json");
/// # let jwks = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
/// # std::fs::write(&path, jwks)?;
/// use tower_bearer::keys::{KeyFile, KeyProvider};
///
/// let keys = KeyFile::open(&path)?.watch();
/// assert_eq!(keys.snapshot().len(), 1);
/// # Ok(())
/// # }
/// ```
pub struct KeyFile {
    state: Arc<State>,
    /// Dropping it ends the watching thread.
    watching: Option<Sender<()>>,
}

struct State {
    path: PathBuf,
    keys: ArcSwap<KeySet>,
    /// The last content, good or bad, so that each is checked and logged once.
    last: Mutex<Content>,
}

#[derive(PartialEq)]
enum Content {
    Read(Vec<u8>),
    Unreadable(io::ErrorKind),
}

impl KeyFile {
    /// Reads the file for the first time.
    ///
    /// # Errors
    ///
    /// [`ConfigError::KeyFile`] if it is unreadable or larger than 1 MiB,
    /// [`ConfigError::KeyFileContent`] if it holds no usable key.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, ConfigError> {
        let path = path.into();
        let content =
            read(&path).map_err(|error| ConfigError::KeyFile(path.clone(), Arc::new(error)))?;
        let (keys, skipped) = parse(&path, &content)?;
        log_skipped(&path, &skipped);
        let state = State {
            path,
            keys: ArcSwap::from_pointee(keys),
            last: Mutex::new(Content::Read(content)),
        };
        Ok(Self {
            state: Arc::new(state),
            watching: None,
        })
    }

    /// Follows the file: a thread reads it every second, until the keys are dropped.
    #[must_use]
    pub fn watch(self) -> Self {
        self.watch_every(DEFAULT_INTERVAL)
    }

    /// Like [`watch`](Self::watch), with another interval.
    #[must_use]
    pub fn watch_every(mut self, interval: Duration) -> Self {
        let (watching, dropped) = mpsc::channel();
        let state = Arc::downgrade(&self.state);
        let spawned = thread::Builder::new()
            .name("tower-bearer-key-file".into())
            .spawn(move || {
                while dropped.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                    let Some(state) = Weak::upgrade(&state) else {
                        return;
                    };
                    // Failures are logged. A subscriber of the application's that panics must not
                    // end the thread.
                    let _ = catch_unwind(AssertUnwindSafe(|| state.reload()));
                }
            });
        match spawned {
            Ok(_) => self.watching = Some(watching),
            Err(error) => observe::key_file_unwatched(&self.state.path, &error),
        }
        self
    }

    /// Reads the file now. Returns whether its content is new; if not, nothing is done.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open). The last good keys stay.
    pub fn reload(&self) -> Result<bool, ConfigError> {
        self.state.reload()
    }
}

impl State {
    fn reload(&self) -> Result<bool, ConfigError> {
        let read = read(&self.path);
        let content = match &read {
            Ok(bytes) => Content::Read(bytes.clone()),
            Err(error) => Content::Unreadable(error.kind()),
        };
        let keys = {
            // Nothing panics under the lock.
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if *last == content {
                return Ok(false);
            }
            *last = content;

            let keys = read
                .map_err(|error| ConfigError::KeyFile(self.path.clone(), Arc::new(error)))
                .and_then(|bytes| parse(&self.path, &bytes));
            if let Ok((keys, _)) = &keys {
                self.keys.store(Arc::new(keys.clone()));
            }
            keys
        };
        // Events come last, without the lock: subscribers are the application's.
        let keys = keys.map(|(keys, skipped)| {
            log_skipped(&self.path, &skipped);
            keys
        });
        observe::key_file_read(keys.as_ref().map(KeySet::len));
        keys.map(|_| true)
    }
}

impl KeyProvider for KeyFile {
    fn snapshot(&self) -> KeySet {
        KeySet::clone(&self.state.keys.load())
    }

    fn snapshot_if_changed(&self, known: &KeySet) -> Option<KeySet> {
        self.state.keys.load().snapshot_if_changed(known)
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path)?
        .take(MAX_LEN.saturating_add(1))
        .read_to_end(&mut content)?;
    if u64::try_from(content.len()).is_ok_and(|len| len <= MAX_LEN) {
        Ok(content)
    } else {
        Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "larger than 1 MiB",
        ))
    }
}

/// The usable keys of a file, and the others.
fn parse(path: &Path, content: &[u8]) -> Result<(KeySet, Vec<SkippedKey>), ConfigError> {
    let keys = if content.trim_ascii_start().starts_with(b"{") {
        JwkSet::parse(content).map(|set| {
            let (keys, skipped) = set.into_parts();
            (keys.into_iter().collect(), skipped)
        })
    } else {
        VerifyingKey::from_pem(content).map(|key| (KeySet::from(key), Vec::new()))
    };
    keys.map_err(|error| ConfigError::KeyFileContent(path.to_owned(), Box::new(error)))
}

fn log_skipped(path: &Path, skipped: &[SkippedKey]) {
    for skipped in skipped {
        observe::key_skipped(path, skipped.index(), skipped.reason());
    }
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyFile")
            .field("path", &self.state.path)
            .finish_non_exhaustive()
    }
}
