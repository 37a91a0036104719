//! How refused requests are answered.
//!
//! [`BearerAuthLayer`](crate::BearerAuthLayer) answers with an empty body, with problem JSON
//! ([`problem_json`](crate::BearerAuthLayer::problem_json)), or with your own response
//! ([`reject_with`](crate::BearerAuthLayer::reject_with)). The same form applies to everything behind
//! the layer: [`RequireLayer`](crate::RequireLayer), extractors, and handlers that return an
//! [`AuthError`](crate::AuthError).
//!
//! # What a client learns
//!
//! | Error | Status | `error` | `error_description` | gRPC |
//! |-|-|-|-|-|
//! | [`MissingToken`] | 401 | | | 16 |
//! | [`InvalidRequest`] | 400 | `invalid_request` | what is malformed | 16 |
//! | [`InvalidToken`] | 401 | `invalid_token` | `token expired` or `invalid token` | 16 |
//! | [`InsufficientScope`] | 403 | `insufficient_scope` | `insufficient scope` | 7 |
//! | [`Csrf`] | 403 | | | 7 |
//! | [`KeysUnavailable`], [`RevocationsUnavailable`] | 503 | | | 14 |
//! | [`MissingLayer`] | 500 | | | 13 |
//!
//! A client learns that its token expired, because it can get a new one. It learns no other reason,
//! because a forger could use it. Your logs have the reason, by [`AuthError`](crate::AuthError).
//!
//! No response repeats anything of a request. None has `Cache-Control`, since caches do not store
//! these statuses by themselves ([RFC 9111 §3](https://www.rfc-editor.org/rfc/rfc9111#section-3)).
//!
//! [`MissingToken`]: crate::AuthError::MissingToken
//! [`InvalidRequest`]: crate::AuthError::InvalidRequest
//! [`InvalidToken`]: crate::AuthError::InvalidToken
//! [`InsufficientScope`]: crate::AuthError::InsufficientScope
//! [`Csrf`]: crate::AuthError::Csrf
//! [`KeysUnavailable`]: crate::AuthError::KeysUnavailable
//! [`RevocationsUnavailable`]: crate::AuthError::RevocationsUnavailable
//! [`MissingLayer`]: crate::AuthError::MissingLayer

mod challenge;
mod grpc;
mod problem;
mod public;
mod realm;
mod refusal;
mod rejection;
mod respond;

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
