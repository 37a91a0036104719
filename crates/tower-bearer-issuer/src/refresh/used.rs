//! What comes of using a refresh token.

use std::fmt;

use tower_bearer::jose::NumericDate;

use super::family::Family;
use super::{Grant, RefreshToken};

/// What comes of using a refresh token. `Debug` shows neither token nor grant.
#[derive(Clone)]
pub struct UsedToken<D = ()> {
    token: RefreshToken,
    family: Family<D>,
}

impl<D> UsedToken<D> {
    pub(super) fn new(token: RefreshToken, family: Family<D>) -> Self {
        Self { token, family }
    }

    pub(super) fn family(&self) -> &Family<D> {
        &self.family
    }

    /// The next token of the family, to be sent to the client in place of the one it used.
    pub fn token(&self) -> &RefreshToken {
        &self.token
    }

    /// The next token of the family.
    pub fn into_token(self) -> RefreshToken {
        self.token
    }

    /// What was granted when the family began.
    pub fn grant(&self) -> &Grant<D> {
        self.family.grant()
    }

    /// When the family began: when somebody signed in.
    pub fn begun_at(&self) -> NumericDate {
        self.family.begun_at()
    }
}

impl<D> fmt::Debug for UsedToken<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UsedToken").finish_non_exhaustive()
    }
}
