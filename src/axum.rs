//! Extractors for [Axum](https://docs.rs/axum).
//!
//! [`VerifiedToken<C>`] is an extractor behind a [`BearerAuthLayer`](crate::BearerAuthLayer) of
//! the same claims type, and `Option<VerifiedToken<C>>` one behind an
//! [`optional`](crate::BearerAuthLayer::optional) one. Where the layer let a request without a
//! token through, the first answers 401 with a bare challenge. Where no such layer ran, it answers
//! 500 and logs what is missing.
//!
//! ```
//! use axum::{Router, routing::get};
//! use tower_bearer::VerifiedToken;
//!
//! #[derive(serde::Deserialize)]
//! struct MyClaims {
//!     name: String,
//! }
//!
//! async fn me(token: VerifiedToken<MyClaims>) -> String {
//!     format!("hello {}", token.claims().name)
//! }
//!
//! async fn home(token: Option<VerifiedToken<MyClaims>>) -> &'static str {
//!     if token.is_some() { "welcome back" } else { "welcome" }
//! }
//!
//! let app: Router = Router::new().route("/me", get(me)).route("/", get(home));
//! ```

use std::convert::Infallible;

use axum_core::body::Body;
use axum_core::extract::{FromRequestParts, OptionalFromRequestParts};
use axum_core::response::{IntoResponse, Response};
use http::Request;
use http::request::Parts;

use crate::error::AuthError;
use crate::observe;
use crate::reject::Rejection;
use crate::request::RequestHead;
use crate::verify::{Caller, VerifiedToken};

impl<S, C> FromRequestParts<S> for VerifiedToken<C>
where
    S: Send + Sync,
    C: Send + Sync + 'static,
{
    type Rejection = AuthError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        if let Some(token) = parts.extensions.get::<Self>() {
            return Ok(token.clone());
        }
        let error = match parts.extensions.get::<Caller>() {
            Some(Caller::Anonymous | Caller::Preflight) => AuthError::MissingToken,
            Some(Caller::Verified(_)) | None => AuthError::MissingLayer,
        };
        observe::rejected(&error);
        Err(error)
    }
}

impl<S, C> OptionalFromRequestParts<S> for VerifiedToken<C>
where
    S: Send + Sync,
    C: Send + Sync + 'static,
{
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        _state: &S,
    ) -> Result<Option<Self>, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}

/// Answers as [`DefaultRejection`](crate::reject::DefaultRejection) does over HTTP, so that a
/// handler may return an [`AuthError`] itself.
impl IntoResponse for AuthError {
    fn into_response(self) -> Response {
        let request = Request::new(());
        Rejection::new(&self, RequestHead::from(&request)).response(Body::empty())
    }
}
