//! The users' accounts: the application's part of sessions.

use std::sync::Arc;

use serde::Deserialize;
use tower_bearer::verify::RevocationList;
use tower_bearer_issuer::store::Store;
use tower_bearer_issuer::{AccessTokenBuilder, Grant, Sessions, TokenPair};

use crate::answers::ApiError;
use crate::passwords::Passwords;
use crate::users::Users;

/// What all routes work on.
pub(crate) struct Accounts {
    pub(crate) users: Users,
    pub(crate) passwords: Passwords,
    pub(crate) sessions: Sessions,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) revocations: RevocationList,
}

/// What one signs in with.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    username: String,
    password: String,
}

impl Accounts {
    /// Begins a session for a user who knows the password.
    pub(crate) async fn sign_in(&self, credentials: Credentials) -> Result<TokenPair, ApiError> {
        let Credentials { username, password } = credentials;
        let hash = self.users.password_hash(&username).await?;
        // Asked in any case, so that an unknown name takes as long as a wrong password.
        if !self.passwords.check(password, hash).await? {
            return Err(ApiError::InvalidCredentials);
        }
        let user = self.users.find(&username).await?;
        let user = user.ok_or(ApiError::InvalidCredentials)?;
        let grant = Grant::new(user.username);
        Ok(self.sessions.sign_in(grant, with_role(user.role)).await?)
    }

    /// Goes on with a session. A user who has another role gets that; one who was deleted is signed
    /// out.
    pub(crate) async fn renew(&self, refresh_token: &str) -> Result<TokenPair, ApiError> {
        let renewal = self.sessions.renew(refresh_token).await?;
        match self.users.find(renewal.grant().subject()).await? {
            Some(user) => Ok(renewal.finish(with_role(user.role)).await?),
            None => Err(renewal.refuse().await.into()),
        }
    }
}

fn with_role(
    role: Option<String>,
) -> impl FnOnce(AccessTokenBuilder<'_>) -> AccessTokenBuilder<'_> {
    |token| token.roles(role)
}
