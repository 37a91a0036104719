//! How a refused request is answered.
//!
//! [`DefaultRejection`] answers with an empty body, [`ProblemJson`] with one of RFC 9457. A closure
//! may answer as it likes:
//!
//! ```
//! use http::{Request, Response};
//! use tower_bearer::reject::{Rejection, RejectionResponse};
//! use tower_bearer::{RequestHead, TokenError};
//!
//! let answer = |rejection: Rejection<'_>| -> Response<String> {
//!     rejection.response(format!("<h1>{}</h1>", rejection.status()))
//! };
//!
//! let request = Request::get("/").body(()).unwrap();
//! let error = TokenError::Expired.into();
//! let response = answer.reject(Rejection::new(&error, RequestHead::from(&request)));
//! assert_eq!(response.body(), "<h1>401 Unauthorized</h1>");
//! assert_eq!(
//!     response.headers()["www-authenticate"],
//!     r#"Bearer error="invalid_token", error_description="token expired""#,
//! );
//! ```
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
mod empty;
mod grpc;
mod problem;
mod public;
mod realm;
mod rejection;

use std::sync::Arc;

use http::Response;

pub use challenge::Challenge;
pub use empty::DefaultRejection;
pub use problem::ProblemJson;
pub use realm::Realm;
pub use rejection::Rejection;

/// How a refused request is answered.
///
/// Closures are answers too: see the example of the [module](self).
pub trait RejectionResponse<B> {
    /// Makes the response.
    fn reject(&self, rejection: Rejection<'_>) -> Response<B>;
}

impl<F, B> RejectionResponse<B> for F
where
    F: Fn(Rejection<'_>) -> Response<B>,
{
    fn reject(&self, rejection: Rejection<'_>) -> Response<B> {
        self(rejection)
    }
}

impl<T, B> RejectionResponse<B> for Arc<T>
where
    T: RejectionResponse<B> + ?Sized,
{
    fn reject(&self, rejection: Rejection<'_>) -> Response<B> {
        (**self).reject(rejection)
    }
}
