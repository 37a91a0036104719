//! Chance, where many would else do the same at the same moment.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// A bit less than this, by at most this share of it: so that many servers that started together
/// do not ask together.
pub(crate) fn jittered(time: Duration, share: f64) -> Duration {
    // The standard library seeds its hashers from the system.
    let random = RandomState::new().build_hasher().finish() >> 32;
    let random = f64::from(u32::try_from(random).unwrap_or(0)) / f64::from(u32::MAX);
    time.mul_f64(1.0 - share * random)
}
