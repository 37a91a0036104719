//! Extractors for [Axum](https://docs.rs/axum), and errors as responses.

use axum_core::extract::{FromRequestParts, OptionalFromRequestParts};
use axum_core::response::{IntoResponse, Response};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::error::AuthError;
use crate::observe;
use crate::reject;
use crate::verify::VerifiedToken;

/// The token of the request, behind a [`BearerAuthLayer`](crate::BearerAuthLayer).
///
/// ```
/// use axum::{Router, routing::get};
/// use tower_bearer::VerifiedToken;
///
/// #[derive(serde::Deserialize)]
/// struct MyClaims {
///     name: String,
/// }
///
/// async fn me(token: VerifiedToken<MyClaims>) -> String {
///     format!("hello {}", token.claims().name)
/// }
///
/// let app: Router = Router::new().route("/me", get(me));
/// ```
///
/// Fails as [`VerifiedToken::from_extensions`] does.
impl<S, C> FromRequestParts<S> for VerifiedToken<C>
where
    S: Send + Sync,
    C: DeserializeOwned + Send + Sync + 'static,
{
    type Rejection = AuthError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, AuthError> {
        Self::from_extensions(&parts.extensions).inspect_err(observe::rejected_without_layer)
    }
}

/// The token of the request, or `None` behind an
/// [`optional`](crate::BearerAuthLayer::optional) layer.
///
/// ```
/// # use tower_bearer::VerifiedToken;
/// async fn home(token: Option<VerifiedToken>) -> &'static str {
///     if token.is_some() { "welcome back" } else { "welcome" }
/// }
/// # let app: axum::Router = axum::Router::new().route("/", axum::routing::get(home));
/// ```
///
/// Fails as [`VerifiedToken::optional_from_extensions`] does: without a layer, the answer is 500.
impl<S, C> OptionalFromRequestParts<S> for VerifiedToken<C>
where
    S: Send + Sync,
    C: DeserializeOwned + Send + Sync + 'static,
{
    type Rejection = AuthError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, AuthError> {
        Self::optional_from_extensions(&parts.extensions)
            .inspect_err(observe::rejected_without_layer)
    }
}

/// Handlers may return an [`AuthError`]. The layer answers as for its own refusals, in HTTP or gRPC.
impl IntoResponse for AuthError {
    fn into_response(self) -> Response {
        reject::late(self)
    }
}
