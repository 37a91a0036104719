//! How families end before their time, and whether one has.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::token::{Secrets, is_family_id};
use super::{RefreshError, RefreshTokens, key};

impl<D: Serialize + DeserializeOwned + Send + Sync + 'static> RefreshTokens<D> {
    /// Revokes a family: none of its tokens is good any more. Tells whether there was one.
    ///
    /// # Errors
    ///
    /// [`RefreshError::Store`].
    pub async fn revoke(&self, family_id: &str) -> Result<bool, RefreshError> {
        if !is_family_id(family_id) {
            return Ok(false);
        }
        Ok(self.inner.store.remove(&key(family_id)).await?)
    }

    /// Revokes the family of a token, used or not, for somebody who signs out
    /// ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)). Tells whether there was one.
    ///
    /// A damaged copy of a token revokes nothing.
    ///
    /// # Errors
    ///
    /// [`RefreshError::Store`], and [`RefreshError::Undecodable`] if what was kept does not decode into `D`.
    pub async fn revoke_token(&self, token: &str) -> Result<bool, RefreshError> {
        match self.family_of(token).await? {
            Some(family_id) => self.revoke(&family_id).await,
            None => Ok(false),
        }
    }

    /// The living family that issued a token.
    pub(crate) async fn family_of(&self, token: &str) -> Result<Option<String>, RefreshError> {
        let Some(secrets) = Secrets::parse(token) else {
            return Ok(None);
        };
        let family_id = secrets.family_id();
        match self.find(&family_id, self.now()).await {
            Ok((family, _)) => Ok(secrets.is_issued_by(family.key()).then_some(family_id)),
            Err(RefreshError::Unknown) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether a family is alive: it was not revoked, nor its subject, and has not expired. Nothing
    /// is used up by asking.
    ///
    /// Ask after an access token was issued and before it is handed out, where
    /// [`revoke_subject`](Self::revoke_subject) goes together with a
    /// [`Revocation::subject`](tower_bearer::verify::Revocation::subject), which knows access tokens by
    /// their time: between the use of a refresh token and the time of the access token, somebody
    /// may have signed out everywhere.
    ///
    /// # Errors
    ///
    /// [`RefreshError::Store`], [`RefreshError::Key`], and [`RefreshError::Undecodable`] if what was
    /// kept does not decode into `D`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use tower_bearer_issuer::{Grant, RefreshTokens};
    /// use tower_bearer_issuer::store::MemoryStore;
    ///
    /// let tokens = <RefreshTokens>::builder(MemoryStore::new()).build()?;
    /// let token = tokens.begin(Grant::new("alice")).await?;
    /// assert!(tokens.is_alive(token.family_id()).await?);
    /// tokens.revoke_subject("alice").await?;
    /// assert!(!tokens.is_alive(token.family_id()).await?);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn is_alive(&self, family_id: &str) -> Result<bool, RefreshError> {
        if !is_family_id(family_id) {
            return Ok(false);
        }
        let found = async {
            let (family, _) = self.find(family_id, self.now()).await?;
            self.refuse_revoked(&family, family_id).await
        };
        match found.await {
            Ok(()) => Ok(true),
            Err(RefreshError::Unknown) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
