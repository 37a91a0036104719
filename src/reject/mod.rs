//! How a refused request is answered.
//!
//! [`BearerAuthLayer`](crate::BearerAuthLayer) answers with an empty body, with a problem in JSON
//! ([`problem_json`](crate::BearerAuthLayer::problem_json)), or as a closure says
//! ([`reject_with`](crate::BearerAuthLayer::reject_with)). That holds for the refusals of all that is
//! behind it as well: of [`RequireLayer`](crate::RequireLayer), of extractors, and of handlers that
//! return an [`AuthError`](crate::AuthError).
//!
//! # What a client is told
//!
//! | Error | Status | `error` | `error_description` | gRPC |
//! |-|-|-|-|-|
//! | [`MissingToken`] | 401 | | | 16 |
//! | [`InvalidRequest`] | 400 | `invalid_request` | what is malformed | 16 |
//! | [`InvalidToken`] | 401 | `invalid_token` | `token expired` or `invalid token` | 16 |
//! | [`InsufficientScope`] | 403 | `insufficient_scope` | `insufficient scope` | 7 |
//! | [`Csrf`] | 403 | | | 7 |
//! | [`KeysUnavailable`] | 503 | | | 14 |
//! | [`MissingLayer`] | 500 | | | 13 |
//!
//! That a token has expired is told, because a client can do something about it. Why else it is bad
//! is not: who tries to forge tokens must not learn how far they got. The reason is in the
//! [`AuthError`](crate::AuthError), for your logs.
//!
//! Nothing of a request is ever in these answers. They carry no `Cache-Control`: a cache must not
//! store a 400, 401, 403, 500 or 503 unless it is told to
//! ([RFC 9111 §3](https://www.rfc-editor.org/rfc/rfc9111#section-3)), and
//! [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3) asks for none.
//!
//! [`MissingToken`]: crate::AuthError::MissingToken
//! [`InvalidRequest`]: crate::AuthError::InvalidRequest
//! [`InvalidToken`]: crate::AuthError::InvalidToken
//! [`InsufficientScope`]: crate::AuthError::InsufficientScope
//! [`Csrf`]: crate::AuthError::Csrf
//! [`KeysUnavailable`]: crate::AuthError::KeysUnavailable
//! [`MissingLayer`]: crate::AuthError::MissingLayer

mod challenge;
mod grpc;
mod problem;
mod public;
mod realm;
mod refusal;
mod rejection;
mod respond;

pub use self::challenge::Challenge;
pub(crate) use self::grpc::content_type as grpc_content_type;
#[cfg(feature = "tonic")]
pub(crate) use self::public::grpc_status;
pub use self::realm::Realm;
#[cfg(feature = "axum")]
pub(crate) use self::refusal::late;
pub(crate) use self::refusal::{Refusal, refuse};
pub use self::rejection::Rejection;
pub(crate) use self::respond::Respond;
pub use self::respond::{DefaultRejection, ProblemJson};
