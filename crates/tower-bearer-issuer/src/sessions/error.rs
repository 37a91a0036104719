//! Why a session is not begun, renewed or ended.

use std::error::Error;
use std::fmt;

use http::StatusCode;
use tower_bearer::verify::RevocationError;

use crate::{IssueError, RefreshError};

/// Why a session is not begun, renewed or ended. None shows a token or a subject.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SessionError {
    /// The refresh token is not accepted, or the store failed.
    Refresh(RefreshError),
    /// The access token cannot be issued.
    Issue(IssueError),
    /// The access tokens are not revoked, or not everywhere yet.
    Revocation(RevocationError),
    /// The Tokio runtime shut down before the change was finished.
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

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refresh(error) => error.fmt(f),
            Self::Issue(error) => error.fmt(f),
            Self::Revocation(error) => error.fmt(f),
            Self::Interrupted => f.write_str(
                "the Tokio runtime shut down before the session was ended: end it again",
            ),
        }
    }
}

impl Error for SessionError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Refresh(error) => Some(error),
            Self::Issue(error) => Some(error),
            Self::Revocation(error) => Some(error),
            Self::Interrupted => None,
        }
    }
}

impl From<RefreshError> for SessionError {
    fn from(error: RefreshError) -> Self {
        Self::Refresh(error)
    }
}

impl From<IssueError> for SessionError {
    fn from(error: IssueError) -> Self {
        Self::Issue(error)
    }
}

impl From<RevocationError> for SessionError {
    fn from(error: RevocationError) -> Self {
        Self::Revocation(error)
    }
}
