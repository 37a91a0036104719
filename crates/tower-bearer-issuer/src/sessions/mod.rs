//! Users who are signed in.

mod end;
mod error;
mod renewal;

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tower_bearer::verify::RevocationList;

pub use self::error::SessionError;
pub use self::renewal::Renewal;
use crate::refresh::NewFamily;
use crate::{
    AccessToken, AccessTokenBuilder, Grant, RefreshError, RefreshTokens, TokenIssuer, TokenPair,
};

/// Users who are signed in: signs them in, renews their tokens, signs them out.
///
/// A session begins with a sign-in. Its refresh tokens are one family of [`RefreshTokens`], and its
/// access tokens carry the family's id as `sid`. When a session ends, all of them end: the refresh
/// tokens in the store, the access tokens in the [`RevocationList`] that your verifiers share.
///
/// `Sessions` takes each step in the order that is safe if the process crashes, the client hangs
/// up, the store is away, or the user signs out at the same time:
///
/// - [`sign_in`](Self::sign_in) and [`Renewal::finish`] sign the access token first. Storing the
///   session is the last step, so an error before it begins or consumes nothing.
/// - [`renew`](Self::renew) only looks at the refresh token. Your own checks, such as whether the
///   user still exists, come before the token is consumed.
/// - Ending a session takes two steps. They run in a Tokio task of their own, so dropping the
///   future does not stop them. Without a runtime, they run in the future itself.
///
/// A [`TokenPair`] is sent as JSON, or as cookies by [`SessionCookies`](crate::SessionCookies).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use tower_bearer::verify::RevocationList;
/// use tower_bearer::{Algorithm, SigningKey, Verifier};
/// use tower_bearer_issuer::store::MemoryStore;
/// use tower_bearer_issuer::{Grant, RefreshTokens, Sessions, TokenIssuer};
///
/// let issuer = TokenIssuer::builder()
///     .issuer("https://auth.example.com")
///     .audience("my-api")
///     .key(SigningKey::generate(Algorithm::ES256)?)
///     .build()?;
/// let refresh_tokens = RefreshTokens::builder(MemoryStore::new()).build()?;
/// let revocations = RevocationList::local().build()?;
/// let sessions = Sessions::new(issuer.clone(), refresh_tokens, revocations.clone());
/// let verifier = <Verifier>::builder()
///     .issuer(issuer.name(), issuer.clone())
///     .audience("my-api")
///     .revocations(revocations)
///     .build()?;
///
/// // The password was right.
/// let pair = sessions.sign_in(Grant::new("alice"), |token| token.roles(["admin"])).await?;
/// assert!(verifier.verify_now(pair.access_token().as_str()).is_ok());
///
/// // 15 minutes later: look Alice up, then finish, or `refuse` if she was deleted.
/// let renewal = sessions.renew(pair.refresh_token().as_str()).await?;
/// assert_eq!(renewal.grant().subject(), "alice");
/// let pair = renewal.finish(|token| token.roles(["admin"])).await?;
///
/// sessions.sign_out(pair.session_id()).await?;
/// assert!(verifier.verify_now(pair.access_token().as_str()).is_err());
/// assert!(sessions.renew(pair.refresh_token().as_str()).await.is_err());
/// # Ok(())
/// # }
/// ```
///
/// The example [`login`] is a whole service in 90 lines.
///
/// [`login`]: https://github.com/tower-bearer/tower-bearer/blob/main/examples/login.rs
///
/// Clones share everything. `D` is what the application keeps with each session, as in
/// [`RefreshTokens`].
pub struct Sessions<D = ()> {
    issuer: TokenIssuer,
    refresh_tokens: RefreshTokens<D>,
    revocations: RevocationList,
}

impl<D: Serialize + DeserializeOwned + Send + Sync + 'static> Sessions<D> {
    /// Sessions whose access tokens come from this issuer. Verifiers must go by the same list of
    /// revocations; several processes share it, and the store of the refresh tokens.
    pub fn new(
        issuer: TokenIssuer,
        refresh_tokens: RefreshTokens<D>,
        revocations: RevocationList,
    ) -> Self {
        Self {
            issuer,
            refresh_tokens,
            revocations,
        }
    }

    /// Begins a session for a user who has proved who they are. `fill` adds to the access token
    /// what the grant does not say, such as roles.
    ///
    /// Right after the user signed out everywhere, it waits for less than a second: tokens of that
    /// second are revoked.
    ///
    /// # Errors
    ///
    /// [`SessionError::Issue`] and [`SessionError::Refresh`], as in [`RefreshTokens::begin`]. No
    /// session has begun then, unless the store failed while it answered: nobody has its token.
    pub async fn sign_in(
        &self,
        grant: Grant<D>,
        fill: impl FnOnce(AccessTokenBuilder<'_>) -> AccessTokenBuilder<'_>,
    ) -> Result<TokenPair, SessionError> {
        let family = NewFamily::random().map_err(RefreshError::from)?;
        let access_token = self.access_token(&family.id(), &grant, fill).await?;
        // After the access token: if the subject is revoked before this looks at its mark, the
        // session is new; if after, the revocation is later than the access token, and both end.
        let refresh_token = self.refresh_tokens.begin_as(family, grant).await?;
        Ok(TokenPair::new(access_token, refresh_token))
    }

    /// Finds the session of a refresh token, so that it can be renewed. Nothing is consumed until
    /// [`Renewal::finish`].
    ///
    /// A token that was used before ends its session, with all its access tokens.
    ///
    /// # Errors
    ///
    /// [`SessionError::is_invalid_grant`] if the session is over, or the token never was one;
    /// [`SessionError::Refresh`] and [`SessionError::Revocation`] if a store failed.
    pub async fn renew(&self, refresh_token: &str) -> Result<Renewal<'_, D>, SessionError> {
        match self.refresh_tokens.look(refresh_token).await {
            Ok(usable) => Ok(Renewal::new(self, usable)),
            Err(error) => Err(self.ended_if_reused(error).await),
        }
    }

    /// Whether a session can go on. It asks the store.
    ///
    /// # Errors
    ///
    /// [`SessionError::Refresh`], as in [`RefreshTokens::is_alive`].
    pub async fn is_alive(&self, session_id: &str) -> Result<bool, SessionError> {
        Ok(self.refresh_tokens.is_alive(session_id).await?)
    }

    /// The issuer of the access tokens.
    pub fn issuer(&self) -> &TokenIssuer {
        &self.issuer
    }

    async fn access_token(
        &self,
        session_id: &str,
        grant: &Grant<D>,
        fill: impl FnOnce(AccessTokenBuilder<'_>) -> AccessTokenBuilder<'_>,
    ) -> Result<AccessToken, SessionError> {
        let subject = grant.subject();
        let wait = self.revocations.until_issuable(self.issuer.name(), subject);
        // Without a runtime nobody can wait. A token of this second is refused, the next is not.
        if !wait.is_zero() && tokio::runtime::Handle::try_current().is_ok() {
            tokio::time::sleep(wait).await;
        }
        let token = self.issuer.access_token(subject);
        let token = token.session(session_id).scope(grant.scopes());
        let token = grant.audiences().fold(token, AccessTokenBuilder::audience);
        Ok(fill(token).issue()?)
    }
}

impl<D> Clone for Sessions<D> {
    fn clone(&self) -> Self {
        Self {
            issuer: self.issuer.clone(),
            refresh_tokens: self.refresh_tokens.clone(),
            revocations: self.revocations.clone(),
        }
    }
}

impl<D> fmt::Debug for Sessions<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").finish_non_exhaustive()
    }
}
