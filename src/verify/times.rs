//! The rules about the times of a token.

use super::Validation;
use crate::error::TokenError;
use crate::jose::{NumericDate, Times};

impl Validation {
    pub(super) fn check_times(&self, times: &Times, now: NumericDate) -> Result<(), TokenError> {
        let leeway = self.leeway_or_default();
        let latest = now.saturating_add(leeway);
        let expires_at = times.expires_at.ok_or(TokenError::MissingClaim)?;
        if now >= expires_at.saturating_add(leeway) {
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
            let oldest = issued_at.saturating_add(max_age).saturating_add(leeway);
            if now >= oldest {
                return Err(TokenError::TooOld);
            }
        }
        Ok(())
    }
}
