//! What a client may learn of an error.

use crate::error::{AuthError, RequestError, TokenError};

/// What a client may learn of an error, besides the status. All such texts are in this file.
#[derive(Clone, Copy)]
pub(super) struct Public {
    /// The error code of [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1).
    pub(super) error: Option<&'static str>,
    /// A sentence for a developer.
    pub(super) description: &'static str,
    /// The gRPC [status code](https://grpc.github.io/grpc/core/md_doc_statuscodes.html).
    pub(super) grpc_status: u16,
}

const PERMISSION_DENIED: u16 = 7;
const INTERNAL: u16 = 13;
const UNAVAILABLE: u16 = 14;
const UNAUTHENTICATED: u16 = 16;

impl Public {
    /// Checks at compile time that no character needs an escape: not in an `error_description`
    /// ([RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3): no `"`, no `\`), not in
    /// JSON (the same), not in a `grpc-message` (no `%`).
    const fn new(error: Option<&'static str>, description: &'static str, grpc_status: u16) -> Self {
        let mut bytes = description.as_bytes();
        while let [byte, rest @ ..] = bytes {
            assert!(matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'%'));
            bytes = rest;
        }
        Self {
            error,
            description,
            grpc_status,
        }
    }

    /// The client knows what it sent, so the text may be exact.
    const fn invalid_request(description: &'static str) -> Self {
        Self::new(Some("invalid_request"), description, UNAUTHENTICATED)
    }

    const fn invalid_token(description: &'static str) -> Self {
        Self::new(Some("invalid_token"), description, UNAUTHENTICATED)
    }
}

impl From<&AuthError> for Public {
    fn from(error: &AuthError) -> Self {
        match error {
            AuthError::MissingToken => {
                const { Self::new(None, "a bearer token is required", UNAUTHENTICATED) }
            }
            AuthError::InvalidRequest(RequestError::RepeatedField) => {
                const { Self::invalid_request("the field that carries the token is repeated") }
            }
            AuthError::InvalidRequest(RequestError::SeveralTokens) => {
                const { Self::invalid_request("more than one token was sent") }
            }
            AuthError::InvalidRequest(RequestError::Syntax) => {
                const { Self::invalid_request("the credentials are not of the form `Bearer TOKEN`") }
            }
            AuthError::InvalidToken(TokenError::Expired) => {
                const { Self::invalid_token("token expired") }
            }
            // One text for all others: an attacker must not learn whether key or signature was wrong.
            AuthError::InvalidToken(_) => const { Self::invalid_token("invalid token") },
            AuthError::InsufficientScope(_) => {
                const {
                    Self::new(
                        Some("insufficient_scope"),
                        "insufficient scope",
                        PERMISSION_DENIED,
                    )
                }
            }
            AuthError::Csrf(_) => {
                const { Self::new(None, "CSRF token missing or wrong", PERMISSION_DENIED) }
            }
            AuthError::KeysUnavailable(_) | AuthError::RevocationsUnavailable(_) => {
                const { Self::new(None, "tokens cannot be verified at the moment", UNAVAILABLE) }
            }
            AuthError::MissingLayer => const { Self::new(None, "internal error", INTERNAL) },
        }
    }
}

/// The gRPC status code and its message.
#[cfg(feature = "tonic")]
pub(crate) fn grpc_status(error: &AuthError) -> (u16, &'static str) {
    let public = Public::from(error);
    (public.grpc_status, public.description)
}
