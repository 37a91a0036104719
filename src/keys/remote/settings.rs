//! The settings of remote keys. The builder documents each.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::error::ConfigError;

/// The upper bound of each time, so that no sum of times overflows.
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
    pub(super) max_unknown_keys: usize,
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
            max_unknown_keys: 128,
        }
    }
}

impl Settings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let whole = |time: &Duration| *time..=*time;
        for (name, range) in [
            ("time_to_live", whole(&self.time_to_live)),
            ("max_age_within", self.max_age.clone()),
            ("cooldown", whole(&self.cooldown)),
            ("back_off", self.back_off.clone()),
            ("timeout", whole(&self.timeout)),
        ] {
            check_range(name, &range)?;
        }
        if self.stale_window > LONGEST {
            return Err(too_long("stale_window", self.stale_window));
        }
        if !(1..=100).contains(&self.refresh_percent) {
            let percent = self.refresh_percent;
            return Err(out_of_range(format!(
                "`refresh_at` is {percent} %: set it from 1 to 100"
            )));
        }
        for (name, size) in [
            ("max_body_len", self.max_body_len),
            ("max_keys", self.max_keys),
        ] {
            if size == 0 {
                return Err(out_of_range(format!("`{name}` is 0: raise it")));
            }
        }
        Ok(())
    }
}

fn check_range(name: &str, range: &RangeInclusive<Duration>) -> Result<(), ConfigError> {
    if range.start().is_zero() {
        return Err(out_of_range(format!("`{name}` is 0: raise it")));
    }
    if *range.end() > LONGEST {
        return Err(too_long(name, *range.end()));
    }
    if range.is_empty() {
        return Err(out_of_range(format!(
            "`{name}` is {range:?}, which is empty: swap its ends"
        )));
    }
    Ok(())
}

fn too_long(name: &str, time: Duration) -> ConfigError {
    out_of_range(format!("`{name}` is {time:?}: set at most 30 days"))
}

fn out_of_range(text: String) -> ConfigError {
    ConfigError::OutOfRange(text.into())
}
