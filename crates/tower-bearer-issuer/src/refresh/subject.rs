//! How all families of a subject end at once, without anybody knowing which there are.
//!
//! A subject whose families were revoked has a mark in the store, and a family keeps the mark that
//! its subject had when it began. Revoking sets a new one, so that all families with another are
//! dead, and those that begin from then on are not: in the order in which the store did it, which
//! is one for all instances, where their clocks are not.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::family::Family;
use super::{RefreshError, RefreshTokens, key};
use crate::crypto::{random, sha256};

impl<D: Serialize + DeserializeOwned + Send + Sync + 'static> RefreshTokens<D> {
    /// Revokes all families of a subject, for somebody who signs out everywhere: none of their
    /// tokens is good any more, on any instance with the same store. Sign-ins that are under way
    /// meanwhile may end, too; those that begin after it live.
    ///
    /// It takes one entry of the store, for the [absolute
    /// lifetime](super::RefreshTokensBuilder::absolute_lifetime), however many families there are.
    /// These leave the store when one of their tokens comes, or in their time.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use tower_bearer_issuer::{Grant, RefreshError, RefreshTokens};
    /// use tower_bearer_issuer::store::MemoryStore;
    ///
    /// let tokens = <RefreshTokens>::builder(MemoryStore::new()).build()?;
    /// let phone = tokens.begin(Grant::new("alice")).await?;
    /// tokens.revoke_subject("alice").await?;
    /// let desk = tokens.begin(Grant::new("alice")).await?;
    ///
    /// let ended = tokens.use_token(phone.as_str()).await;
    /// assert!(matches!(ended, Err(RefreshError::Unknown)));
    /// assert!(tokens.use_token(desk.as_str()).await.is_ok());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RefreshError::Store`], also if there is no room, and [`RefreshError::Key`] if there are no
    /// random numbers.
    pub async fn revoke_subject(&self, subject: &str) -> Result<(), RefreshError> {
        let mark: [u8; 16] = random()?;
        // No family from before lives longer. For those that come later, no mark will do.
        let ttl = self.inner.lifetimes.absolute;
        let store = &self.inner.store;
        Ok(store.put(&subject_key(subject), &mark, ttl).await?)
    }

    /// The mark that a family has to have which begins now.
    pub(super) async fn mark_of(&self, subject: &str) -> Result<Option<String>, RefreshError> {
        let mark = self.inner.store.get(&subject_key(subject)).await?;
        Ok(mark.map(|mark| URL_SAFE_NO_PAD.encode(mark)))
    }

    /// Ends a family whose subject was revoked after it began.
    pub(super) async fn refuse_revoked(
        &self,
        family: &Family<D>,
        id: &str,
    ) -> Result<(), RefreshError> {
        let mark = self.mark_of(family.grant().subject()).await?;
        if mark.is_none() || mark.as_deref() == family.mark() {
            return Ok(());
        }
        self.inner.store.remove(&key(id)).await?;
        Err(RefreshError::Unknown)
    }
}

/// The key of a subject's mark in the store: of fixed length, whatever a subject is called.
fn subject_key(subject: &str) -> String {
    let hash = URL_SAFE_NO_PAD.encode(sha256(subject.as_bytes()));
    format!("subject:{hash}")
}
