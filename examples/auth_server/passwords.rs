//! Passwords, by Argon2id.

use std::error::Error;
use std::num::NonZero;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use argon2::password_hash::phc::{Output, PasswordHash};
use argon2::password_hash::{self, PasswordHasher};
use argon2::{Argon2, Block, Params};
use tokio::sync::oneshot;

/// How many may wait for their turn. Whoever comes then is sent away, which costs nothing.
const MAX_WAITING: usize = 200;

/// Checks passwords, on as many threads as there are processors. Each check takes 19 MiB and some
/// 20 ms of one: neither can be had many times over by sending many requests.
///
/// Nobody counts the guesses: have a limit for each user and each address in front of it.
pub(crate) struct Passwords {
    checks: SyncSender<Check>,
    /// Of a password that nobody knows.
    dummy: String,
}

struct Check {
    password: String,
    hash: String,
    matches: oneshot::Sender<bool>,
}

/// Too many passwords wait to be checked.
pub(crate) struct Busy;

impl Passwords {
    pub(crate) fn new() -> Result<Self, Box<dyn Error>> {
        let (sender, checks) = mpsc::sync_channel(MAX_WAITING);
        let checks = Arc::new(Mutex::new(checks));
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        for _ in 0..processors {
            let checks = Arc::clone(&checks);
            thread::Builder::new().spawn(move || check_all(&checks))?;
        }
        let mut password = [0; 32];
        getrandom::fill(&mut password)?;
        Ok(Self {
            checks: sender,
            dummy: hash(password)?,
        })
    }

    /// Whether this is the password of the user whose hash this is. Where there is no such user,
    /// another hash is checked, so that nobody learns who there is from how long it took.
    pub(crate) async fn check(
        &self,
        password: String,
        known: Option<String>,
    ) -> Result<bool, Busy> {
        let is_known = known.is_some();
        let (sender, matches) = oneshot::channel();
        let check = Check {
            password,
            hash: known.unwrap_or_else(|| self.dummy.clone()),
            matches: sender,
        };
        self.checks.try_send(check).map_err(|_| Busy)?;
        Ok(matches.await.unwrap_or(false) && is_known)
    }
}

/// The hash of a password, with a salt of its own, as text.
pub(crate) fn hash(password: impl AsRef<[u8]>) -> password_hash::Result<String> {
    let hash = Argon2::default().hash_password(password.as_ref())?;
    Ok(hash.to_string())
}

/// Until the server ends.
fn check_all(checks: &Mutex<Receiver<Check>>) {
    let mut memory = Vec::new();
    loop {
        let next = checks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(check) = next else { return };
        // Nothing is done for clients that have gone.
        if check.matches.is_closed() {
            continue;
        }
        let matches = matches(&check.password, &check.hash, &mut memory).unwrap_or_else(|error| {
            tracing::warn!("a user cannot sign in, the hash of the password is no good: {error}");
            false
        });
        // It fails if nobody waits for it any more.
        let _ = check.matches.send(matches);
    }
}

/// Does what `verify_password` does, but in memory that is used again: of what is freed in pieces of
/// this size, allocators keep many times over.
fn matches(password: &str, hash: &str, memory: &mut Vec<Block>) -> password_hash::Result<bool> {
    let hash = PasswordHash::new(hash)?;
    let (Some(version), Some(salt), Some(expected)) = (hash.version, hash.salt, hash.hash) else {
        return Err(password_hash::Error::EncodingInvalid);
    };
    let algorithm = hash.algorithm.as_str().try_into()?;
    let argon2 = Argon2::new(algorithm, version.try_into()?, Params::try_from(&hash)?);
    memory.resize(argon2.params().block_count(), Block::default());
    let mut computed = vec![0; expected.len()];
    argon2.hash_password_into_with_memory(password.as_bytes(), &salt, &mut computed, memory)?;
    // This type compares in constant time.
    Ok(Output::new(&computed)? == expected)
}
