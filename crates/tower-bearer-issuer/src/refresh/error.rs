//! Why a refresh token is not taken.

use std::error::Error;
use std::fmt;

use tower_bearer::KeyError;

use crate::store::StoreError;

/// Why a refresh token is not taken, or none given. None shows a token or a subject.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RefreshError {
    /// The token is not one of ours, has expired, or its family was revoked: all that is forgotten
    /// looks alike.
    Unknown,
    /// The token was used before. Its family is revoked.
    Reused(Reuse),
    /// The grant is larger than stores have room for, or cannot be JSON.
    GrantTooLarge,
    /// What was kept with the family does not decode into the application's type.
    Undecodable,
    /// The store failed.
    Store(StoreError),
    /// The cryptographic back end failed.
    Key(KeyError),
}

impl RefreshError {
    /// Whether the token is at fault, so that the client is told `invalid_grant`
    /// ([RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)) and signs in again.
    /// Otherwise it may try again later.
    pub fn is_invalid_grant(&self) -> bool {
        matches!(self, Self::Unknown | Self::Reused(_))
    }
}

impl fmt::Display for RefreshError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str(
                "the refresh token is none of a living family: \
                 it has expired, was revoked, or never was one",
            ),
            Self::Reused(_) => {
                f.write_str("the refresh token was used before: its family is revoked")
            }
            Self::GrantTooLarge => {
                f.write_str("the grant is larger than 3 KiB, or cannot be JSON: keep less in it")
            }
            Self::Undecodable => f.write_str(
                "what was kept with the refresh token does not decode into its type: \
                 give new members a default",
            ),
            Self::Store(error) => error.fmt(f),
            Self::Key(error) => error.fmt(f),
        }
    }
}

impl Error for RefreshError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Store(error) => Some(error),
            Self::Key(error) => Some(error),
            _ => None,
        }
    }
}

impl From<StoreError> for RefreshError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<KeyError> for RefreshError {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
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
