//! Why a session is not begun, renewed or ended.

use http::StatusCode;
use thiserror::Error;
use tower_bearer::verify::RevocationError;

use crate::{IssueError, RefreshError};

/// Why a session is not begun, renewed or ended. Its text shows neither token nor subject.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The refresh token is refused, or the store failed.
    #[error(transparent)]
    Refresh(#[from] RefreshError),
    /// The access token cannot be issued.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// The access tokens are not revoked, or not on every server yet.
    #[error(transparent)]
    Revocation(#[from] RevocationError),
    /// The Tokio runtime shut down before the session had ended.
    #[error("the Tokio runtime shut down before the session had ended: end it again")]
    Interrupted,
}

impl SessionError {
    /// Whether the session is over, so that the client is told `invalid_grant`
    /// ([RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)) and signs in again.
    pub fn is_invalid_grant(&self) -> bool {
        matches!(self, Self::Refresh(error) if error.is_invalid_grant())
    }

    /// Whether something that the session needs is away or full: the client is told 503, and tries
    /// again later.
    pub fn is_unavailable(&self) -> bool {
        matches!(
            self,
            Self::Refresh(RefreshError::Store(_)) | Self::Revocation(_) | Self::Interrupted
        )
    }
}

/// 401 if the session is over, 503 if something is away, 500 if the access token cannot be issued.
impl From<SessionError> for StatusCode {
    fn from(error: SessionError) -> Self {
        if error.is_invalid_grant() {
            Self::UNAUTHORIZED
        } else if error.is_unavailable() {
            Self::SERVICE_UNAVAILABLE
        } else {
            Self::INTERNAL_SERVER_ERROR
        }
    }
}
