//! Judging a token that was verified before.

use super::cache::{Entry, TokenId};
use super::{Inner, VerifiedToken};
use crate::error::{AuthError, TokenError};
use crate::keys::WantedKey;

impl<C> Inner<C> {
    /// The verdict on a token that is remembered: the same that judging it anew would give.
    ///
    /// The signature, the shape of the token and the claims that do not depend on time cannot have
    /// changed. The rest is checked again. Where the key is no longer trusted, or no longer the
    /// only one that fits, the token is forgotten and judged anew.
    pub(super) fn recall(&self, id: TokenId) -> Option<Result<VerifiedToken<C>, AuthError>> {
        let entry = self.cache.get(id)?;
        let verified = &entry.verified;
        let now = self.now();
        let name = verified.registered().issuer();
        let Some(issuer) = self.issuers.find_again(entry.issuer, name, now) else {
            self.cache.remove(id);
            return None;
        };
        let claims = verified.registered().claims();
        if let Err(reason) = issuer.validation.check_times(claims, now) {
            self.cache.remove(id);
            return Some(Err(reason.into()));
        }

        let keys = issuer.keys.snapshot();
        if !keys.is_same(&entry.keys) {
            let key = keys.select(WantedKey::of(verified.header()));
            if !key.is_ok_and(|key| key.same_key(&entry.key)) {
                self.cache.remove(id);
                return None;
            }
            let entry = Entry {
                verified: verified.clone(),
                issuer: entry.issuer,
                keys,
                key: entry.key.clone(),
            };
            self.cache.insert(id, entry);
        }
        let verdict = self.apply_rules(verified.clone());
        if verdict.is_ok() {
            self.issuers.mark_used(&issuer);
        }
        Some(verdict)
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
