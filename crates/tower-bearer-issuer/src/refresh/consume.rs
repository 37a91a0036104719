//! Using a token: looking at it, then consuming it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tower_bearer::jose::NumericDate;

use super::family::Family;
use super::token::{Secrets, random_salt};
use super::{Grant, RefreshError, RefreshToken, RefreshTokens, Reuse, UsedToken, key};
use crate::observe;

/// A token that can be used. Nothing is consumed yet.
pub(crate) struct Usable<D> {
    secrets: Secrets,
    id: String,
    family: Family<D>,
    record: Vec<u8>,
    now: NumericDate,
    /// If the token was used already, within the grace: what gave the next one.
    salt: Option<[u8; 32]>,
}

impl<D> Usable<D> {
    pub(crate) fn family_id(&self) -> &str {
        &self.id
    }

    pub(crate) fn grant(&self) -> &Grant<D> {
        self.family.grant()
    }

    pub(crate) fn begun_at(&self) -> NumericDate {
        self.family.begun_at()
    }
}

impl<D: Serialize + DeserializeOwned + Send + Sync + 'static> RefreshTokens<D> {
    /// Uses a token: consumes it, and gives the next of its family, with what was granted.
    ///
    /// Whether the subject may still have access is for the application to see, with each use. If
    /// not, [revoke](Self::revoke_subject) what it has.
    ///
    /// # Errors
    ///
    /// [`RefreshError::Unknown`] for whatever is no token of a living family;
    /// [`RefreshError::Reused`] for one that was used before, whose family is revoked now;
    /// [`RefreshError::Undecodable`] if what was kept does not decode into `D`, which leaves all as
    /// it was; [`RefreshError::Store`] and [`RefreshError::Key`]. A client is told `invalid_grant`
    /// ([RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)) where
    /// [`is_invalid_grant`](RefreshError::is_invalid_grant), and 503 otherwise.
    ///
    /// After an error of the store, the token may have been consumed. If so, to try again ends the
    /// family, unless a [grace](super::RefreshTokensBuilder::grace) is set.
    pub async fn use_token(&self, token: &str) -> Result<UsedToken<D>, RefreshError> {
        match self.try_use(token).await {
            Err(RefreshError::Reused(reuse)) => {
                self.revoke_reused(reuse.family_id()).await?;
                Err(RefreshError::Reused(reuse))
            }
            outcome => outcome,
        }
    }

    async fn try_use(&self, token: &str) -> Result<UsedToken<D>, RefreshError> {
        let used = self.consume(self.look(token).await?).await?;
        // Not before: between the look and the swap, the subject could be revoked unseen.
        self.refuse_revoked(used.family(), used.token().family_id())
            .await?;
        Ok(used)
    }

    /// Finds a token, and changes nothing. After [`RefreshError::Reused`], the family still has to be
    /// revoked.
    pub(crate) async fn look(&self, token: &str) -> Result<Usable<D>, RefreshError> {
        let secrets = Secrets::parse(token).ok_or(RefreshError::Unknown)?;
        self.look_for(secrets).await
    }

    async fn look_for(&self, secrets: Secrets) -> Result<Usable<D>, RefreshError> {
        let id = secrets.family_id();
        let now = self.now();
        let (family, record) = self.find(&id, now).await?;
        if !secrets.is_issued_by(family.key()) {
            return Err(RefreshError::Unknown);
        }
        let hash = secrets.hash();
        let salt = family
            .replay(&hash, self.inner.lifetimes.grace, now)
            .copied();
        if salt.is_none() && !family.is_current(&hash) {
            self.refuse_revoked(&family, &id).await?;
            let subject = family.grant().subject().to_owned();
            return Err(RefreshError::Reused(Reuse::new(subject, id)));
        }
        Ok(Usable {
            secrets,
            id,
            family,
            record,
            now,
            salt,
        })
    }

    /// Ends a token's family if its subject was revoked.
    pub(crate) async fn check(&self, usable: &Usable<D>) -> Result<(), RefreshError> {
        self.refuse_revoked(&usable.family, &usable.id).await
    }

    /// Consumes a token in one step. If another use was faster, that counts as a use before this.
    pub(crate) async fn consume(&self, usable: Usable<D>) -> Result<UsedToken<D>, RefreshError> {
        if let Some(salt) = usable.salt {
            return Ok(self.used(usable, &salt));
        }
        let salt = random_salt()?;
        let Usable {
            secrets,
            id,
            family,
            record,
            now,
            ..
        } = usable;
        let next = secrets.next(&salt, family.key());
        let replayable = (!self.inner.lifetimes.grace.is_zero()).then_some(salt);
        let family = family.used(next.hash(), replayable, now);
        let changed = family.write().ok_or(RefreshError::Undecodable)?;
        let lifetime = self.time_left(&family, now);
        let (store, key) = (&self.inner.store, key(&id));
        if store.swap(&key, Some(&record), &changed, lifetime).await? {
            return Ok(UsedToken::new(
                RefreshToken::new(&next, id, lifetime),
                family,
            ));
        }
        let usable = self.look_for(secrets).await?;
        let salt = usable.salt.ok_or(RefreshError::Unknown)?;
        self.check(&usable).await?;
        Ok(self.used(usable, &salt))
    }

    /// Gives the same next token once more.
    fn used(&self, usable: Usable<D>, salt: &[u8; 32]) -> UsedToken<D> {
        let next = usable.secrets.next(salt, usable.family.key());
        let lifetime = self.time_left(&usable.family, usable.now);
        UsedToken::new(RefreshToken::new(&next, usable.id, lifetime), usable.family)
    }

    pub(crate) async fn revoke_reused(&self, family_id: &str) -> Result<(), RefreshError> {
        if self.revoke(family_id).await? {
            observe::refresh_token_reused();
        }
        Ok(())
    }

    pub(super) async fn find(
        &self,
        id: &str,
        now: NumericDate,
    ) -> Result<(Family<D>, Vec<u8>), RefreshError> {
        let record = self.inner.store.get(&key(id)).await?;
        let record = record.ok_or(RefreshError::Unknown)?;
        let family = Family::read(&record).ok_or(RefreshError::Undecodable)?;
        // The clock of the store may be another.
        if self.time_left(&family, now).is_zero() {
            return Err(RefreshError::Unknown);
        }
        Ok((family, record))
    }
}
