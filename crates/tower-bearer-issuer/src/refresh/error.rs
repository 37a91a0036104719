//! Why a refresh token is refused.

use std::fmt;

use thiserror::Error;
use tower_bearer::KeyError;

use crate::store::StoreError;

/// Why a refresh token is refused or cannot be made. Its text shows neither token nor subject.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum RefreshError {
    /// The token was never issued, has expired, or its family was revoked. Nothing is kept that
    /// could tell these apart.
    #[error("the refresh token has expired, was revoked or was never issued")]
    Unknown,
    /// The token was used before. Its family is revoked.
    #[error("the refresh token was used before: its family is revoked")]
    Reused(Reuse),
    /// The grant is larger than 3 KiB, or cannot be JSON.
    #[error("the grant is larger than 3 KiB, or cannot be JSON: keep less in it")]
    GrantTooLarge,
    /// The stored data does not decode into the application's type.
    #[error(
        "the data stored with the refresh token does not decode into its type: \
         give new members a default"
    )]
    Undecodable,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The cryptographic back end failed.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl RefreshError {
    /// Whether the token is at fault, so that the client is told `invalid_grant`
    /// ([RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)) and signs in again.
    /// Otherwise it may try again later.
    pub fn is_invalid_grant(&self) -> bool {
        matches!(self, Self::Unknown | Self::Reused(_))
    }
}

/// Whose refresh token was used twice, so that the application can tell them. `Debug` shows
/// neither the subject nor the family.
#[derive(Clone)]
pub struct Reuse {
    subject: String,
    family_id: String,
}

impl Reuse {
    pub(super) fn new(subject: String, family_id: String) -> Self {
        Self { subject, family_id }
    }

    /// Who signed in.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The family, which is revoked.
    pub fn family_id(&self) -> &str {
        &self.family_id
    }
}

impl fmt::Debug for Reuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reuse").finish_non_exhaustive()
    }
}
