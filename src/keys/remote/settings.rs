//! What can be set about remote keys. What each is for is told where it is set.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::error::ConfigError;

/// No time is set to more, so that no sum of times overflows.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 60 * 60);

#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) time_to_live: Duration,
    pub(super) max_age: RangeInclusive<Duration>,
    pub(super) refresh_percent: u8,
    pub(super) stale_window: Duration,
    pub(super) cooldown: Duration,
    pub(super) back_off: RangeInclusive<Duration>,
    pub(super) timeout: Duration,
    pub(super) max_body_len: usize,
    pub(super) max_keys: usize,
    pub(super) max_misses: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            time_to_live: Duration::from_secs(10 * 60),
            max_age: Duration::from_secs(60)..=Duration::from_secs(24 * 60 * 60),
            refresh_percent: 80,
            stale_window: Duration::from_secs(60 * 60),
            cooldown: Duration::from_secs(30),
            back_off: Duration::from_secs(1)..=Duration::from_secs(60),
            timeout: Duration::from_secs(5),
            max_body_len: 256 * 1024,
            max_keys: 100,
            max_misses: 128,
        }
    }
}

impl Settings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let times = [
            self.time_to_live,
            *self.max_age.start(),
            *self.max_age.end(),
            self.cooldown,
            *self.back_off.start(),
            *self.back_off.end(),
            self.timeout,
        ];
        if times.iter().any(Duration::is_zero) {
            return Err(ConfigError::OutOfRange(
                "a time of the remote keys is 0: only the stale window may be".into(),
            ));
        }
        if times
            .iter()
            .chain([&self.stale_window])
            .any(|time| *time > LONGEST)
        {
            return Err(ConfigError::OutOfRange(
                "a time of the remote keys is longer than 30 days: shorten it".into(),
            ));
        }
        if self.max_age.is_empty() || self.back_off.is_empty() {
            return Err(ConfigError::OutOfRange(
                "a range of times of the remote keys ends before it begins: exchange its ends"
                    .into(),
            ));
        }
        if !(1..=100).contains(&self.refresh_percent) {
            return Err(ConfigError::OutOfRange(
                "remote keys are refreshed at a percentage of their life: give one from 1 to 100"
                    .into(),
            ));
        }
        if self.max_body_len == 0 || self.max_keys == 0 {
            return Err(ConfigError::OutOfRange(
                "the greatest length or number of remote keys is 0: raise it".into(),
            ));
        }
        Ok(())
    }
}
