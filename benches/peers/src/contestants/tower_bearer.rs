//! Ours.

use tower_bearer::verify::Cache;
use tower_bearer::{BearerAuthLayer, Verifier};

use crate::Error;
use crate::fixture::{AUDIENCE, Fixture, ISSUER, MyClaims};

pub fn layer(fixture: &Fixture, cache: Cache) -> Result<BearerAuthLayer, Error> {
    let verifier = Verifier::typed::<MyClaims>()
        .issuer(ISSUER, fixture.issuer.verifying_key())
        .audience(AUDIENCE)
        .cache(cache)
        .build()?;
    Ok(BearerAuthLayer::new(verifier))
}
