//! Time stands still until a model advances it. That wakes no sleeper: a timer may be late.

use std::future;
use std::time::Duration;

use loom::sync::atomic::{AtomicU64, Ordering};

loom::lazy_static! {
    static ref NOW: AtomicU64 = AtomicU64::new(0);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(Duration);

impl Instant {
    pub fn now() -> Self {
        Self(Duration::from_millis(NOW.load(Ordering::SeqCst)))
    }

    pub fn checked_add(self, time: Duration) -> Option<Self> {
        self.0.checked_add(time).map(Self)
    }

    pub fn saturating_duration_since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

/// Advances the time.
pub fn advance(time: Duration) {
    let millis = time.as_millis().try_into().expect("a short time");
    NOW.fetch_add(millis, Ordering::SeqCst);
}

pub mod error {
    #[derive(Debug)]
    pub struct Elapsed(());
}

/// Never elapses.
pub async fn timeout_at<F: Future>(_: Instant, future: F) -> Result<F::Output, error::Elapsed> {
    Ok(future.await)
}

pub async fn timeout<F: Future>(_: Duration, future: F) -> Result<F::Output, error::Elapsed> {
    Ok(future.await)
}

pub async fn sleep(time: Duration) {
    if !time.is_zero() {
        future::pending().await
    }
}
