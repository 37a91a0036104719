//! `tower-jwt`: takes a `jsonwebtoken` key.

use std::str::FromStr;

use jsonwebtoken_9::Algorithm;
use jsonwebtoken_9::jwk::JwkSet;
use tower_jwt::{DecodingKey, JwtLayer, Validation};

use crate::Error;
use crate::fixture::{AUDIENCE, Fixture, ISSUER, MyClaims};

pub fn layer(fixture: &Fixture) -> Result<JwtLayer<MyClaims>, Error> {
    let set: JwkSet = serde_json::from_str(&fixture.jwks)?;
    let key = DecodingKey::from_jwk(set.keys.first().ok_or("no key")?)?;
    let mut validation = Validation::new(Algorithm::from_str(fixture.algorithm.name())?);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    Ok(JwtLayer::new(validation, key))
}
