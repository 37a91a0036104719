//! The rules about the times of a token.

use std::time::Duration;

use super::Validation;
use crate::error::TokenError;
use crate::jose::{NumericDate, Times};

impl Validation {
    pub(super) fn check_times(&self, times: &Times, now: NumericDate) -> Result<(), TokenError> {
        let latest = now.saturating_add(self.leeway_or_default());
        let expires_at = times.expires_at.ok_or(TokenError::MissingClaim)?;
        if now >= expires_at.saturating_add(self.leeway_or_default()) {
            return Err(TokenError::Expired);
        }
        if times
            .not_before
            .is_some_and(|not_before| latest < not_before)
        {
            return Err(TokenError::NotYetValid);
        }
        if times.issued_at.is_some_and(|issued_at| latest < issued_at) {
            return Err(TokenError::IssuedInFuture);
        }
        if let Some(max_age) = self.max_age {
            let issued_at = times.issued_at.ok_or(TokenError::MissingClaim)?;
            let oldest = issued_at
                .saturating_add(max_age)
                .saturating_add(self.leeway_or_default());
            if now >= oldest {
                return Err(TokenError::TooOld);
            }
        }
        Ok(())
    }

    /// When [`check_times`](Self::check_times) is sure to pass.
    pub(super) fn sure_times(&self, times: &Times) -> SureTimes {
        let earliest = [times.not_before, times.issued_at]
            .into_iter()
            .flatten()
            .map(|date| date.as_secs().saturating_add(1))
            .max()
            .map_or(0, |secs| {
                secs.saturating_sub_unsigned(self.leeway_or_default().as_secs())
            });
        let end = |date: NumericDate, life: Duration| {
            let secs = date.as_secs().saturating_add_unsigned(life.as_secs());
            secs.saturating_add_unsigned(self.leeway_or_default().as_secs())
        };
        let expiry = times.expires_at.map(|date| end(date, Duration::ZERO));
        let oldest = self
            .max_age
            .map(|max_age| times.issued_at.map_or(0, |date| end(date, max_age)));
        let end = oldest.into_iter().chain(expiry).min().unwrap_or(0);
        SureTimes {
            start: clamp(earliest),
            end: clamp(end),
        }
    }
}

fn clamp(secs: i64) -> u32 {
    u32::try_from(secs.max(0)).unwrap_or(u32::MAX)
}

/// The whole seconds since 1970 in which a token is sure to pass the rules about times, from the
/// first of them to before the last. In the fractions at both ends, and after the year 2105, it
/// may pass as well: then the rules have to be asked.
#[derive(Clone, Copy)]
pub(super) struct SureTimes {
    start: u32,
    end: u32,
}

impl SureTimes {
    pub(super) fn contain(self, now: NumericDate) -> bool {
        u32::try_from(now.as_secs()).is_ok_and(|now| (self.start..self.end).contains(&now))
    }
}
