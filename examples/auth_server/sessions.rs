//! Who is signed in: how that begins, goes on and ends, whether tokens travel as JSON or as cookies.

use std::sync::Arc;

use serde::Deserialize;
use tower_bearer::verify::{Revocation, RevocationList};
use tower_bearer_issuer::store::Store;
use tower_bearer_issuer::{
    Grant, RefreshError, RefreshToken, RefreshTokens, TokenIssuer, TokenPair,
};

use crate::answers::ApiError;
use crate::passwords::Passwords;
use crate::users::{User, Users};

/// What all routes work on.
pub(crate) struct Sessions {
    pub(crate) users: Users,
    pub(crate) passwords: Passwords,
    pub(crate) issuer: TokenIssuer,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) refresh_tokens: RefreshTokens,
    pub(crate) revocations: RevocationList,
}

/// What one signs in with.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    username: String,
    password: String,
}

impl Sessions {
    /// Begins a session for somebody who knows a password.
    pub(crate) async fn sign_in(&self, credentials: Credentials) -> Result<TokenPair, ApiError> {
        let Credentials { username, password } = credentials;
        let hash = self.users.password_hash(&username).await?;
        // Asked in any case, so that an unknown name takes as long as a wrong password.
        if !self.passwords.check(password, hash).await? {
            return Err(ApiError::InvalidCredentials);
        }
        let user = self.users.find(&username).await?;
        let user = user.ok_or(ApiError::InvalidCredentials)?;
        let grant = Grant::new(&user.username);
        let refresh_token = self.refresh_tokens.begin(grant).await?;
        self.pair(user, refresh_token).await
    }

    /// Goes on with a session: the refresh token is used up, and the answer holds the next one.
    pub(crate) async fn renew(&self, refresh_token: &str) -> Result<TokenPair, ApiError> {
        // Rather now than when the token is used up, and its owner would have to sign in again.
        self.users.ready().await?;
        let renewed = match self.refresh_tokens.use_token(refresh_token).await {
            Err(RefreshError::Reused(reuse)) => {
                // One of two who had the token is a thief, and may have an access token as well.
                self.sign_out(reuse.family_id()).await?;
                return Err(ApiError::InvalidGrant);
            }
            renewed => renewed?,
        };
        // Whoever was deleted is signed out, and whoever has another role gets that.
        let subject = renewed.grant().subject();
        let Some(user) = self.users.find(subject).await? else {
            self.sign_out_everywhere(subject).await?;
            return Err(ApiError::InvalidGrant);
        };
        self.pair(user, renewed.into_token()).await
    }

    /// Whether a session can go on.
    pub(crate) async fn is_alive(&self, session_id: &str) -> Result<bool, ApiError> {
        Ok(self.refresh_tokens.is_alive(session_id).await?)
    }

    /// Ends a session: no token of it is good any more.
    pub(crate) async fn sign_out(&self, session_id: &str) -> Result<(), ApiError> {
        let revocation = Revocation::session(self.issuer.name(), session_id);
        let refresh_token = self.refresh_tokens.revoke(session_id).await;
        // Also where the other failed: as much as can be done is done.
        self.revocations.revoke(revocation).await?;
        refresh_token?;
        Ok(())
    }

    /// Ends all sessions of somebody.
    pub(crate) async fn sign_out_everywhere(&self, subject: &str) -> Result<(), ApiError> {
        let revocation = Revocation::subject(self.issuer.name(), subject);
        let refresh_tokens = self.refresh_tokens.revoke_subject(subject).await;
        self.revocations.revoke(revocation).await?;
        refresh_tokens?;
        Ok(())
    }

    async fn pair(&self, user: User, refresh_token: RefreshToken) -> Result<TokenPair, ApiError> {
        // Whoever signs in right after signing out everywhere waits for the second to end whose
        // tokens are all revoked.
        let issuer = &self.issuer;
        let wait = self
            .revocations
            .until_issuable(issuer.name(), &user.username);
        tokio::time::sleep(wait).await;
        let access_token = issuer
            .access_token(user.username)
            .session(refresh_token.family_id())
            .roles(user.role)
            .issue()?;
        // Whoever signed out everywhere since the refresh token was used or made did so before the
        // time of the access token, which is good by that. It ends by its session. The answer is
        // the same, since of many uses at once one is to win, though the others end the session.
        if !self.is_alive(refresh_token.family_id()).await? {
            self.sign_out(refresh_token.family_id()).await?;
        }
        Ok(TokenPair::new(access_token, refresh_token))
    }
}
