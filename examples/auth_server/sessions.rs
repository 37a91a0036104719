//! Who is signed in: how that begins, goes on and ends, whether tokens travel as JSON or as cookies.

use serde::Deserialize;
use tower_bearer::issue::{Grant, RefreshToken, RefreshTokens, TokenIssuer, TokenPair};

use crate::answers::ApiError;
use crate::passwords::Passwords;
use crate::users::{User, Users};

/// What all routes work on.
pub(crate) struct Sessions {
    pub(crate) users: Users,
    pub(crate) passwords: Passwords,
    pub(crate) issuer: TokenIssuer,
    pub(crate) refresh_tokens: RefreshTokens,
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
        self.pair(user, refresh_token)
    }

    /// Goes on with a session: the refresh token is used up, and the answer holds the next one.
    pub(crate) async fn renew(&self, refresh_token: &str) -> Result<TokenPair, ApiError> {
        // Rather now than when the token is used up, and its owner would have to sign in again.
        self.users.ready().await?;
        let renewed = self.refresh_tokens.use_token(refresh_token).await?;
        // Whoever was deleted is signed out, and whoever has another role gets that.
        let Some(user) = self.users.find(renewed.grant().subject()).await? else {
            self.refresh_tokens
                .revoke(renewed.token().family_id())
                .await?;
            return Err(ApiError::InvalidGrant);
        };
        self.pair(user, renewed.into_token())
    }

    fn pair(&self, user: User, refresh_token: RefreshToken) -> Result<TokenPair, ApiError> {
        let access_token = self
            .issuer
            .access_token(user.username)
            .session(refresh_token.family_id())
            .roles(user.role)
            .issue()?;
        Ok(TokenPair::new(access_token, refresh_token))
    }
}
