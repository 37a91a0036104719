//! `jwt-authorizer`: answers with the response of another version of Axum.

use http::Response;
use jwt_authorizer::layer::{AuthorizationLayer, AuthorizationService};
use jwt_authorizer::{AuthError, IntoLayer, JwtAuthorizer, Validation};
use tower::Layer;
use tower::util::MapResponse;
use tower_bearer::Algorithm;

use crate::Error;
use crate::fixture::{AUDIENCE, Fixture, ISSUER, MyClaims, SECRET};

pub async fn layer(fixture: &Fixture) -> Result<JwtAuthorizerLayer, Error> {
    let authorizer = if fixture.algorithm == Algorithm::HS256 {
        JwtAuthorizer::from_secret(str::from_utf8(&SECRET)?)
    } else {
        JwtAuthorizer::from_jwks_text(&fixture.jwks)
    };
    let validation = Validation::new().iss(&[ISSUER]).aud(&[AUDIENCE]);
    let authorizer = authorizer.validation(validation).build().await?;
    Ok(JwtAuthorizerLayer(authorizer.into_layer()))
}

/// Converts the inner response into the layer's type and back. That only moves bytes.
#[derive(Clone)]
pub struct JwtAuthorizerLayer(AuthorizationLayer<MyClaims>);

pub struct Reply<B>(Response<B>);

type Into<S, B> = MapResponse<S, fn(Response<B>) -> Reply<B>>;
type OutOf<S, B> = MapResponse<S, fn(Reply<B>) -> Response<B>>;

impl JwtAuthorizerLayer {
    pub fn around<S, B>(&self, inner: S) -> OutOf<AuthorizationService<Into<S, B>, MyClaims>, B> {
        let inner: Into<S, B> = MapResponse::new(inner, Reply);
        MapResponse::new(self.0.layer(inner), |reply| reply.0)
    }
}

impl<B: Default> From<AuthError> for Reply<B> {
    fn from(error: AuthError) -> Self {
        let response: Response<_> = error.into();
        Self(response.map(|_| B::default()))
    }
}
