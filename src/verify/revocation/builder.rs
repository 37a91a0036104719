//! Setting a list of revocations up.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::RevocationList;
use super::list::List;
use super::record::clamp;
use super::sharing::Sharing;
use crate::clock::Clock;
use crate::error::ConfigError;
use crate::jose::{NumericDate, sha256};

/// Sets a [`RevocationList`] up.
///
/// Processes that share a list should have the same settings.
#[must_use]
pub struct RevocationListBuilder {
    settings: Settings,
    sharing: Option<Sharing>,
}

pub(super) struct Settings {
    pub(super) longest_life: Duration,
    pub(super) margin: Duration,
    pub(super) max_entries: usize,
    pub(super) clock: Box<dyn Clock>,
}

impl Settings {
    pub(super) fn now(&self) -> NumericDate {
        self.clock.now().into()
    }

    /// The same in whole seconds, by which entries leave. What ends in 2106 or later stays, since
    /// nothing more can be told of it: also where the clock is broken.
    pub(super) fn now_secs(&self) -> u32 {
        clamp(self.now()).min(u32::MAX - 1)
    }
}

impl RevocationListBuilder {
    pub(super) fn new(sharing: Option<Sharing>) -> Self {
        Self {
            settings: Settings {
                longest_life: Duration::from_secs(24 * 60 * 60),
                margin: Duration::from_secs(5 * 60),
                max_entries: 1_000_000,
                clock: Box::new(SystemTime::now),
            },
            sharing,
        }
    }

    /// The longest life of a token, from `iat` to `exp`: 24 hours, which is what identity
    /// providers give access tokens at most. For so long, sessions and subjects stay revoked.
    ///
    /// A token that lives longer is refused by verifiers that go by this list
    /// ([`TokenError::LivesTooLong`](crate::TokenError::LivesTooLong)): it could outlive the memory
    /// of its revocation. So could one without `iat`, which is refused as well
    /// ([`TokenError::MissingClaim`](crate::TokenError::MissingClaim)).
    pub fn longest_life(mut self, life: Duration) -> Self {
        self.settings.longest_life = life;
        self
    }

    /// For how long an entry stays after the tokens have expired: 5 minutes, for clocks that differ
    /// and for the [leeway](crate::Validation::leeway) of verifiers. That may be half of it at most:
    /// a token may be issued by a clock that is ahead by the leeway, and is good for as much longer
    /// after its end.
    pub fn margin(mut self, margin: Duration) -> Self {
        self.settings.margin = margin;
        self
    }

    /// How many entries there may be: 1,000,000, which take up to 90 MB.
    pub fn max_entries(mut self, entries: usize) -> Self {
        self.settings.max_entries = entries;
        self
    }

    /// Asks this clock for the time, in place of the system's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.settings.clock = Box::new(clock);
        self
    }

    /// Checks the settings. Nothing is loaded yet.
    ///
    /// # Errors
    ///
    /// - [`ConfigError::OutOfRange`]: the longest life or the number of entries is 0, or after the
    ///   time of the [`Staleness`](super::Staleness) is less than a second or more than 30 days.
    /// - [`ConfigError::Key`]: there is no cryptographic back end.
    pub fn build(self) -> Result<RevocationList, ConfigError> {
        sha256(&[])?;
        if self.settings.longest_life.is_zero() {
            return Err(ConfigError::OutOfRange(
                "the longest lifetime is 0: give the lifetime of your access tokens".into(),
            ));
        }
        if self.settings.max_entries == 0 {
            return Err(ConfigError::OutOfRange(
                "the greatest number of revocations is 0: allow some".into(),
            ));
        }
        if let Some(sharing) = &self.sharing {
            sharing.check_settings()?;
        }
        let list = List::new(self.settings, self.sharing);
        Ok(RevocationList(Arc::new(list)))
    }
}

impl fmt::Debug for RevocationListBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RevocationListBuilder")
            .field("longest_life", &self.settings.longest_life)
            .field("margin", &self.settings.margin)
            .field("max_entries", &self.settings.max_entries)
            .finish_non_exhaustive()
    }
}
