//! Judging a token that was verified before.

use super::cache::TokenId;
use super::verified::Trust;
use super::{Inner, VerifiedToken};
use crate::error::{AuthError, TokenError};
use crate::jose::Header;
use crate::keys::{KeyProvider, WantedKey};

impl<C> Inner<C> {
    /// The verdict on a token that is remembered: the same that judging it anew would give.
    ///
    /// The signature, the shape of the token and the claims that do not depend on time cannot have
    /// changed. The rest is checked again. Where the key is no longer trusted, or no longer the
    /// only one that fits, the token is forgotten and judged anew.
    pub(super) fn recall(&self, id: TokenId) -> Option<Result<VerifiedToken<C>, AuthError>> {
        let verified = self.cache.get(id)?;
        let trust = verified.trust();
        let now = self.now();
        let registered = verified.registered();
        let Some(issuer) = self.issuers.find_again(trust.issuer, registered, now) else {
            self.cache.remove(id);
            return None;
        };
        if let Err(reason) = issuer.validation.check_times(registered.times(), now) {
            self.cache.remove(id);
            return Some(Err(reason.into()));
        }
        if !is_still_trusted(trust, &*issuer.keys, verified.header()) {
            self.cache.remove(id);
            return None;
        }

        if let Err(error) = self.check_revocations(&verified) {
            // One that cannot be told now may be good again.
            if matches!(error, AuthError::InvalidToken(_)) {
                self.cache.remove(id);
            }
            return Some(Err(error));
        }

        let verdict = self.apply_rules(verified);
        if verdict.is_ok() {
            self.issuers.mark_used(&issuer);
        }
        Some(verdict)
    }

    /// Asks the list of revocations, if there is one.
    pub(super) fn check_revocations(&self, verified: &VerifiedToken<C>) -> Result<(), AuthError> {
        match (&self.revocations, verified.revocable()) {
            (Some(list), Some(revocable)) => list.check(revocable, verified.registered()),
            (None, _) => Ok(()),
            // No token of ours is without. If one ever were, it could not be told.
            (Some(_), None) => Err(TokenError::Revoked.into()),
        }
    }

    /// Asks the rules of the application.
    pub(super) fn apply_rules(
        &self,
        verified: VerifiedToken<C>,
    ) -> Result<VerifiedToken<C>, AuthError> {
        if self.rules.iter().all(|rule| rule(&verified)) {
            Ok(verified)
        } else {
            Err(TokenError::RefusedByRule.into())
        }
    }
}

/// Whether the key that would be chosen from the keys of now is the one that was chosen then. Of
/// the same set, it is.
fn is_still_trusted(trust: &Trust, keys: &dyn KeyProvider, header: &Header) -> bool {
    let Some(keys) = keys.snapshot_if_changed(&trust.keys) else {
        return true;
    };
    let wanted = WantedKey::of(header);
    match (keys.select(wanted), trust.keys.select(wanted)) {
        (Ok(key), Ok(known)) => key == known,
        _ => false,
    }
}
