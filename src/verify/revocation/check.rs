//! Whether a token is revoked.

use std::sync::OnceLock;

use super::RevocationList;
use super::record::{Kind, Name};
use crate::error::{AuthError, TokenError};
use crate::jose::{RegisteredClaims, Times};
use crate::sync::atomic::{AtomicU64, Ordering};

/// What is remembered with a verified token, so that it is looked up only if something was revoked
/// since the last time.
#[derive(Default)]
pub(in crate::verify) struct Revocable {
    /// The last generation of the list by which the token was good. That before all others is of
    /// an empty list, by which every token is.
    good_by: AtomicU64,
    /// What it is revoked by.
    names: OnceLock<[Option<Name>; 3]>,
}

impl RevocationList {
    /// Whether a token lives no longer than its revocation is remembered. One that does not say
    /// since when it lives could be of any age.
    pub(in crate::verify) fn check_life(&self, times: &Times) -> Result<(), TokenError> {
        let issued_at = times.issued_at.ok_or(TokenError::MissingClaim)?;
        let longest = issued_at.saturating_add(self.0.settings.longest_life);
        match times.expires_at {
            Some(expires_at) if expires_at <= longest => Ok(()),
            _ => Err(TokenError::LivesTooLong),
        }
    }

    /// Whether a token is not revoked.
    pub(in crate::verify) fn check(
        &self,
        revocable: &Revocable,
        claims: &RegisteredClaims,
    ) -> Result<(), AuthError> {
        if let Some(sharing) = &self.0.sharing {
            sharing.check(&self.0)?;
        }
        // Read before the entries are: what is revoked between the two is of a later generation,
        // for which the token is looked up again.
        let generation = self.0.generation.load(Ordering::Acquire);
        if revocable.good_by.load(Ordering::Relaxed) == generation {
            return Ok(());
        }
        if self.is_revoked(revocable, claims) {
            return Err(TokenError::Revoked.into());
        }
        revocable.good_by.store(generation, Ordering::Relaxed);
        Ok(())
    }

    fn is_revoked(&self, revocable: &Revocable, claims: &RegisteredClaims) -> bool {
        let names = revocable.names.get_or_init(|| {
            let ids = [
                (Kind::Token, claims.token_id()),
                (Kind::Session, claims.session_id()),
                (Kind::Subject, claims.subject()),
            ];
            ids.map(|(kind, id)| id.map(|id| Name::new(kind, claims.issuer(), id)))
        });
        self.0.revokes(names.iter().flatten(), claims.issued_at())
    }
}
