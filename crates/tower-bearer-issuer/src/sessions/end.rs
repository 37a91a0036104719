//! Ending sessions: their refresh tokens, then their access tokens.
//!
//! The access tokens of a session could be renewed if they were revoked first, and a sign-out
//! everywhere could miss one that is issued meanwhile. If the store is away, the access tokens are
//! revoked all the same, and the caller is told to try again.

use futures::channel::oneshot;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::runtime::Handle;
use tower_bearer::verify::Revocation;

use super::{SessionError, Sessions};
use crate::RefreshError;

impl<D: Serialize + DeserializeOwned + Send + Sync + 'static> Sessions<D> {
    /// Ends a session: none of its tokens is good any more.
    ///
    /// Take the id from a verified access token (`sid`): each id that is not one of a session takes
    /// room in the list of revocations.
    ///
    /// # Errors
    ///
    /// [`SessionError::Revocation`] and [`SessionError::Refresh`]: the session has not ended
    /// everywhere yet. Trying again helps.
    pub async fn sign_out(&self, session_id: &str) -> Result<(), SessionError> {
        let (sessions, id) = (self.clone(), session_id.to_owned());
        to_the_end(async move {
            let removed = sessions.refresh_tokens.revoke(&id).await;
            sessions.revoke_access(&id).await?;
            removed?;
            Ok(())
        })
        .await
    }

    /// Ends the session of a refresh token, used or not
    /// ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)). Anything else ends nothing, such as a
    /// damaged copy of a token.
    ///
    /// # Errors
    ///
    /// As [`sign_out`](Self::sign_out).
    pub async fn sign_out_token(&self, refresh_token: &str) -> Result<(), SessionError> {
        match self.refresh_tokens.family_of(refresh_token).await? {
            Some(session_id) => self.sign_out(&session_id).await,
            None => Ok(()),
        }
    }

    /// Ends all sessions of a subject, without anybody knowing which there are. Sign-ins that are
    /// under way may end as well; later ones live.
    ///
    /// # Errors
    ///
    /// As [`sign_out`](Self::sign_out).
    pub async fn sign_out_everywhere(&self, subject: &str) -> Result<(), SessionError> {
        let (sessions, subject) = (self.clone(), subject.to_owned());
        to_the_end(async move {
            let revoked = sessions.refresh_tokens.revoke_subject(&subject).await;
            let access = Revocation::subject(sessions.issuer.name(), &subject);
            sessions.revocations.revoke(access).await?;
            Ok(revoked?)
        })
        .await
    }

    /// A reused token ends its session: one of two who had it is a thief, and may have an access
    /// token as well.
    pub(super) async fn ended_if_reused(&self, error: RefreshError) -> SessionError {
        let RefreshError::Reused(reuse) = &error else {
            return error.into();
        };
        let (sessions, id) = (self.clone(), reuse.family_id().to_owned());
        let ended = to_the_end(async move {
            let removed = sessions.refresh_tokens.revoke_reused(&id).await;
            sessions.revoke_access(&id).await?;
            Ok(removed?)
        });
        ended.await.err().unwrap_or(error.into())
    }

    async fn revoke_access(&self, session_id: &str) -> Result<(), SessionError> {
        let access = Revocation::session(self.issuer.name(), session_id);
        Ok(self.revocations.revoke(access).await?)
    }
}

/// Makes a change of several steps, and goes on with it if the caller stops waiting.
async fn to_the_end(
    change: impl Future<Output = Result<(), SessionError>> + Send + 'static,
) -> Result<(), SessionError> {
    let Ok(runtime) = Handle::try_current() else {
        return change.await;
    };
    let (sender, done) = oneshot::channel();
    runtime.spawn(async move {
        // It fails if nobody waits any more.
        let _ = sender.send(change.await);
    });
    done.await.unwrap_or(Err(SessionError::Interrupted))
}
