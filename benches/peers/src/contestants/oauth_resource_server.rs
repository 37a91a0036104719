//! `oauth-resource-server`: fetches a JWK Set, or starts with one.

use std::sync::Arc;

use oauth_resource_server::http_layer::HttpAuthLayer;
use oauth_resource_server::{KeyNaming, OAuthConfig, OAuthValidator};

use crate::Error;
use crate::fixture::{AUDIENCE, Fixture, ISSUER};

/// Claims are a map: the layer does not support the application's type.
pub fn layer(fixture: &Fixture) -> Result<HttpAuthLayer, Error> {
    let config = OAuthConfig {
        enabled: true,
        issuer: ISSUER.to_owned(),
        // Never used: the keys are in memory.
        jwks_uri: Some(format!("{ISSUER}/jwks.json")),
        audience: AUDIENCE.to_owned(),
        resource: "https://api.example.com".to_owned(),
        allow_unscoped_tokens: true,
        ..OAuthConfig::default()
    };
    let config = config.resolve(KeyNaming::Dotted("oauth"))?;
    let validator = OAuthValidator::builder(&config.ok_or("not enabled")?)
        .initial_jwks(&fixture.jwks)
        .build()?;
    Ok(HttpAuthLayer::builder()
        .oauth(Arc::new(validator))
        .build()?)
}
