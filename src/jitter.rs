//! Random delays, so that servers do not act in step.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// The time, less a random part of at most this share.
pub(crate) fn jittered(time: Duration, share: f64) -> Duration {
    // The standard library seeds its hashers randomly.
    let random = RandomState::new().build_hasher().finish() >> 32;
    let random = f64::from(u32::try_from(random).unwrap_or(0)) / f64::from(u32::MAX);
    time.mul_f64(1.0 - share * random)
}
