//! One issuer, its tokens, and its key in the formats that the layers take.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};
use tower_bearer::jose::Jwk;
use tower_bearer::test_util::{TestIssuer, TokenBuilder};
use tower_bearer::{Algorithm, VerifyingKey};

use crate::Error;

pub const ISSUER: &str = "https://issuer.example.com";
pub const AUDIENCE: &str = "my-api";

/// The measured algorithms, the most common first.
pub const ALGORITHMS: [Algorithm; 4] = [
    Algorithm::RS256,
    Algorithm::ES256,
    Algorithm::EdDSA,
    Algorithm::HS256,
];

/// The secret of `tower_bearer::test_util`, for HS256 tokens.
pub const SECRET: [u8; 64] = [0x5a; 64];

/// A day: no run takes that long.
const LIFETIME_SECS: i64 = 24 * 3600;

/// Eight claims, as providers commonly issue them. With RS256, they make a token of 657 bytes.
/// `Clone`, since all layers but ours require it.
#[derive(Clone, Deserialize)]
#[expect(dead_code, reason = "decoded for the time it takes")]
pub struct MyClaims {
    iss: String,
    sub: String,
    aud: String,
    exp: u64,
    iat: u64,
    scope: String,
    name: String,
    role: String,
}

/// By the system's clock: the peers support no other.
pub struct Fixture {
    pub algorithm: Algorithm,
    pub issuer: TestIssuer,
    /// Accepted by all.
    pub good: String,
    /// Valid until an hour ago.
    pub expired: String,
    /// Good, but from another issuer and for another service.
    pub foreign: String,
    /// With the length and the parts of a token only.
    pub junk: String,
    /// The key as a JWK Set.
    pub jwks: String,
}

impl Fixture {
    pub fn new(algorithm: Algorithm) -> Result<Self, Error> {
        let issuer = TestIssuer::new(ISSUER, algorithm);
        let token = token(&issuer);
        let good = token.clone().sign();
        let mut junk = "x".repeat(good.len());
        for dot in good.match_indices('.').map(|(at, _)| at) {
            junk.replace_range(dot..=dot, ".");
        }
        Ok(Self {
            algorithm,
            expired: token.clone().expires_in(-3600).sign(),
            foreign: token
                .claim("iss", "https://another.example.com")
                .audience("another-api")
                .sign(),
            good,
            junk,
            jwks: jwks(algorithm, &issuer.verifying_key())?,
            issuer,
        })
    }
}

/// The common token, to be changed or signed.
pub fn token(issuer: &TestIssuer) -> TokenBuilder<'_> {
    issuer
        .token()
        .subject("5f3c1c7e-8d2a-4b7e-9d41-6a2f51c0d9b3b7e1")
        .audience(AUDIENCE)
        .expires_in(LIFETIME_SECS)
        .claim("scope", "read write")
        .claim("name", "Ada Lovelace")
        .claim("role", "editor")
}

fn jwks(algorithm: Algorithm, key: &VerifyingKey) -> Result<String, Error> {
    let mut jwk = if algorithm == Algorithm::HS256 {
        json!({ "kty": "oct", "kid": key.key_id(), "k": URL_SAFE_NO_PAD.encode(SECRET) })
    } else {
        serde_json::to_value(Jwk::try_from(key)?)?
    };
    // Without it, `jwt-authorizer` takes an Ed25519 key for a secret.
    jwk["alg"] = Value::from(algorithm.name());
    Ok(json!({ "keys": [jwk] }).to_string())
}
