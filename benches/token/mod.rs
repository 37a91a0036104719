//! The token of all measurements, and its claims.

use serde::Deserialize;
use tower_bearer::test_util::{TestIssuer, TokenBuilder};

pub(crate) const ISSUER: &str = "https://issuer.example.com";
pub(crate) const AUDIENCE: &str = "my-api";

/// Eight claims, as providers commonly issue them. With RS256, they make a token of 657 bytes.
/// `Clone`, since other layers require it.
#[derive(Clone, Deserialize)]
#[expect(dead_code, reason = "decoded for what it costs")]
pub(crate) struct MyClaims {
    iss: String,
    sub: String,
    aud: String,
    exp: u64,
    iat: u64,
    scope: String,
    name: String,
    role: String,
}

pub(crate) fn token(issuer: &TestIssuer) -> TokenBuilder<'_> {
    issuer
        .token()
        .subject("5f3c1c7e-8d2a-4b7e-9d41-6a2f51c0d9b3b7e1")
        .audience(AUDIENCE)
        .claim("scope", "read write")
        .claim("name", "Ada Lovelace")
        .claim("role", "editor")
}
