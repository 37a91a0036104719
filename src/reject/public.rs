//! What a client is told of an error.

use crate::error::{AuthError, RequestError, TokenError};

/// What a client is told of an error, besides the status: the only place for such words.
#[derive(Clone, Copy)]
pub(super) struct Public {
    /// The error code of
    /// [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1), where there is one.
    pub(super) error: Option<&'static str>,
    /// A sentence for a developer. It has only [plain] characters.
    pub(super) description: &'static str,
    /// The [status code](https://grpc.github.io/grpc/core/md_doc_statuscodes.html) of gRPC.
    pub(super) grpc_status: u16,
}

const UNAUTHENTICATED: u16 = 16;
const PERMISSION_DENIED: u16 = 7;
const UNAVAILABLE: u16 = 14;
const INTERNAL: u16 = 13;

impl From<&AuthError> for Public {
    fn from(error: &AuthError) -> Self {
        let (error, description, grpc_status) = match error {
            AuthError::MissingToken => (
                None,
                const { plain("a bearer token is required") },
                UNAUTHENTICATED,
            ),
            AuthError::InvalidRequest(reason) => (
                Some("invalid_request"),
                malformation(*reason),
                UNAUTHENTICATED,
            ),
            AuthError::InvalidToken(TokenError::Expired) => (
                Some("invalid_token"),
                const { plain("token expired") },
                UNAUTHENTICATED,
            ),
            // One text for all else: an attacker must not learn whether key or signature was wrong.
            AuthError::InvalidToken(_) => (
                Some("invalid_token"),
                const { plain("invalid token") },
                UNAUTHENTICATED,
            ),
            AuthError::InsufficientScope(_) => (
                Some("insufficient_scope"),
                const { plain("insufficient scope") },
                PERMISSION_DENIED,
            ),
            AuthError::Csrf(_) => (
                None,
                const { plain("CSRF token missing or wrong") },
                PERMISSION_DENIED,
            ),
            AuthError::KeysUnavailable(_) | AuthError::RevocationsUnavailable(_) => (
                None,
                const { plain("tokens cannot be verified at the moment") },
                UNAVAILABLE,
            ),
            AuthError::MissingLayer => (None, const { plain("internal error") }, INTERNAL),
        };
        Self {
            error,
            description,
            grpc_status,
        }
    }
}

/// The status code of gRPC and its message.
#[cfg(feature = "tonic")]
pub(crate) fn grpc_status(error: &AuthError) -> (u16, &'static str) {
    let public = Public::from(error);
    (public.grpc_status, public.description)
}

/// These texts tell only what the client itself has sent, so they may be as exact as the error's.
fn malformation(reason: RequestError) -> &'static str {
    match reason {
        RequestError::RepeatedField => {
            const { plain("the field that carries the token is repeated") }
        }
        RequestError::SeveralTokens => const { plain("more than one token was sent") },
        RequestError::Syntax => {
            const { plain("the credentials are not of the form `Bearer TOKEN`") }
        }
    }
}

/// Checks, while the crate is compiled, that each character of a text stands for itself wherever
/// the text goes: in an `error_description`
/// ([RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3): no `"`, no `\`), in a string
/// of JSON (the same), and in a `grpc-message` (no `%`). So nothing has to be escaped at a request.
const fn plain(text: &'static str) -> &'static str {
    let mut bytes = text.as_bytes();
    while let [byte, rest @ ..] = bytes {
        assert!(matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'%'));
        bytes = rest;
    }
    text
}
