//! The layers, each set up as documented, with the same requirements: this key, this issuer, this
//! audience, `exp`.

pub mod jwt_authorizer;
pub mod oauth_resource_server;
pub mod tower_bearer;
pub mod tower_jwt;
pub mod tower_oauth2_resource_server;

use ::tower_bearer::Algorithm;

/// A layer, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contestant {
    NoLayer,
    TowerBearer,
    TowerJwt,
    JwtAuthorizer,
    TowerOauth2ResourceServer,
    OauthResourceServer,
}

impl Contestant {
    pub const PEERS: [Self; 4] = [
        Self::TowerJwt,
        Self::JwtAuthorizer,
        Self::TowerOauth2ResourceServer,
        Self::OauthResourceServer,
    ];

    /// In the order of the tables and plots.
    pub const ALL: [Self; 6] = [
        Self::NoLayer,
        Self::TowerBearer,
        Self::TowerJwt,
        Self::JwtAuthorizer,
        Self::TowerOauth2ResourceServer,
        Self::OauthResourceServer,
    ];

    /// The name of its crate.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoLayer => "no layer",
            Self::TowerBearer => "tower-bearer",
            Self::TowerJwt => "tower-jwt",
            Self::JwtAuthorizer => "jwt-authorizer",
            Self::TowerOauth2ResourceServer => "tower-oauth2-resource-server",
            Self::OauthResourceServer => "oauth-resource-server",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|contestant| contestant.name() == name)
    }

    pub fn supports(self, algorithm: Algorithm) -> bool {
        // It refuses shared secrets by design.
        self != Self::OauthResourceServer || algorithm != Algorithm::HS256
    }
}
