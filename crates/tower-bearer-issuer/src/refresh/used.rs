//! What comes of using a refresh token.

use std::fmt;

use tower_bearer::jose::NumericDate;

use super::family::Family;
use super::{Grant, RefreshToken};

/// What comes of using a refresh token. `Debug` shows neither token nor grant.
#[derive(Clone)]
pub struct UsedToken<S = ()> {
    token: RefreshToken,
    begun_at: NumericDate,
    grant: Grant<S>,
}

impl<S> UsedToken<S> {
    pub(super) fn new(token: RefreshToken, family: Family<S>) -> Self {
        Self {
            token,
            begun_at: family.begun_at(),
            grant: family.into_grant(),
        }
    }

    /// The next token of the family, to be sent to the client in place of that which it used.
    pub fn token(&self) -> &RefreshToken {
        &self.token
    }

    /// The next token of the family.
    pub fn into_token(self) -> RefreshToken {
        self.token
    }

    /// What was granted when the family began.
    pub fn grant(&self) -> &Grant<S> {
        &self.grant
    }

    /// When the family began: when somebody signed in.
    pub fn begun_at(&self) -> NumericDate {
        self.begun_at
    }
}

impl<S> fmt::Debug for UsedToken<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UsedToken").finish_non_exhaustive()
    }
}
