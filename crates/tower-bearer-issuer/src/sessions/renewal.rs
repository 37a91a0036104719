//! Going on with a session.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tower_bearer::jose::NumericDate;

use super::{SessionError, Sessions};
use crate::refresh::Usable;
use crate::{AccessTokenBuilder, Grant, RefreshError, TokenPair};

/// A session about to be renewed. Its refresh token is good and not consumed: dropping this
/// changes nothing. `Debug` shows neither token nor grant.
#[must_use = "the session is not renewed until `finish`"]
pub struct Renewal<'s, D = ()> {
    sessions: &'s Sessions<D>,
    usable: Usable<D>,
}

impl<'s, D: Serialize + DeserializeOwned + Send + Sync + 'static> Renewal<'s, D> {
    pub(super) fn new(sessions: &'s Sessions<D>, usable: Usable<D>) -> Self {
        Self { sessions, usable }
    }

    /// What was granted at the sign-in. Whether the subject still exists, and with which roles, is
    /// for the application to look up.
    pub fn grant(&self) -> &Grant<D> {
        self.usable.grant()
    }

    /// When the user signed in.
    pub fn begun_at(&self) -> NumericDate {
        self.usable.begun_at()
    }

    /// Consumes the refresh token, and gives the next pair. `fill` adds to the access token what
    /// the grant does not say.
    ///
    /// # Errors
    ///
    /// [`SessionError::is_invalid_grant`] if the session has ended meanwhile, or somebody else used
    /// the token, which ends it; [`SessionError::Issue`], which consumes nothing;
    /// [`SessionError::Refresh`] and [`SessionError::Revocation`] if a store failed. Only an error
    /// of the store in the very last step can have consumed the token: set a
    /// [grace](crate::RefreshTokensBuilder::grace) for clients to try again.
    pub async fn finish(
        self,
        fill: impl FnOnce(AccessTokenBuilder<'_>) -> AccessTokenBuilder<'_>,
    ) -> Result<TokenPair, SessionError> {
        let Self { sessions, usable } = self;
        let access_token = sessions
            .access_token(usable.family_id(), usable.grant(), fill)
            .await?;
        // After the access token: a sign-out everywhere marks the subject, then revokes what was
        // issued until then. If it comes before this check, the check sees the mark; if it comes
        // after, it revokes this access token.
        sessions.refresh_tokens.check(&usable).await?;
        // The last step, so that nothing can fail once the token is consumed.
        match sessions.refresh_tokens.consume(usable).await {
            Ok(used) => Ok(TokenPair::new(access_token, used.into_token())),
            Err(error) => Err(sessions.ended_if_reused(error).await),
        }
    }

    /// Signs the subject out everywhere, because it was deleted or locked, and gives the error to
    /// tell the client: `invalid_grant`, or that a store failed.
    pub async fn refuse(self) -> SessionError {
        let subject = self.grant().subject();
        match self.sessions.sign_out_everywhere(subject).await {
            Ok(()) => RefreshError::Unknown.into(),
            Err(error) => error,
        }
    }
}

impl<D> fmt::Debug for Renewal<'_, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renewal").finish_non_exhaustive()
    }
}
