//! `tower-oauth2-resource-server`: takes a JWK Set, or fetches one.

use jsonwebtoken_11::Algorithm;
use tower_oauth2_resource_server::layer::OAuth2ResourceServerLayer;
use tower_oauth2_resource_server::server::OAuth2ResourceServer;
use tower_oauth2_resource_server::tenant::TenantConfiguration;
use tower_oauth2_resource_server::validation::ClaimsValidationSpec;

use crate::Error;
use crate::fixture::{AUDIENCE, Fixture, ISSUER, MyClaims};

pub async fn layer<B>(fixture: &Fixture) -> Result<OAuth2ResourceServerLayer<B, MyClaims>, Error>
where
    B: Default + Send + 'static,
{
    let claims = ClaimsValidationSpec::new()
        .exp(true)
        .iss(ISSUER)
        .aud(&vec![AUDIENCE.to_owned()]);
    let tenant = TenantConfiguration::static_builder(fixture.jwks.as_str())
        .claims_validation(claims)
        // Secrets are off by default.
        .allowed_algorithms(&[fixture.algorithm.name().parse::<Algorithm>()?])
        .build()?;
    let server = OAuth2ResourceServer::builder().add_tenant(tenant).build();
    Ok(server.await?.into_layer())
}
