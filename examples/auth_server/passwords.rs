//! Passwords, by Argon2id.

use std::num::NonZero;
use std::sync::Arc;
use std::thread;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

/// How many may wait for their turn. Whoever comes then is sent away, which costs nothing.
const MAX_WAITING: usize = 200;

/// Checks passwords, not more at once than there are processors: each takes 19 MiB and some 20 ms
/// of one, and neither may be had by sending many requests.
pub(crate) struct Passwords {
    /// Of a password that nobody knows.
    dummy: String,
    checks: Arc<Semaphore>,
    waiting: Semaphore,
}

/// Too many passwords are being checked.
pub(crate) struct Busy;

impl Passwords {
    pub(crate) fn new() -> Result<Self, Box<dyn std::error::Error>> {
        let mut password = [0; 32];
        getrandom::fill(&mut password)?;
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        Ok(Self {
            dummy: hash(password)?,
            checks: Arc::new(Semaphore::new(processors)),
            waiting: Semaphore::new(MAX_WAITING),
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
        let hash = known.unwrap_or_else(|| self.dummy.clone());

        let waiting = self.waiting.try_acquire().map_err(|_| Busy)?;
        let turn = Arc::clone(&self.checks).acquire_owned().await;
        let turn = turn.map_err(|_| Busy)?;
        drop(waiting);
        let matches = tokio::task::spawn_blocking(move || {
            // Kept for as long as it takes, also where the client has gone meanwhile.
            let _turn = turn;
            matches(&password, &hash)
        });
        Ok(matches.await.unwrap_or(false) && is_known)
    }
}

/// The hash of a password, with a salt of its own, as text.
pub(crate) fn hash(password: impl AsRef<[u8]>) -> password_hash::Result<String> {
    let hash = Argon2::default().hash_password(password.as_ref())?;
    Ok(hash.to_string())
}

fn matches(password: &str, hash: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else {
        tracing::warn!("a user's password hash is none of Argon2: nobody signs in by it");
        return false;
    };
    Argon2::default()
        .verify_password(password.as_bytes(), &hash)
        .is_ok()
}
