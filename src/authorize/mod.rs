//! Requirements of a verified token: scopes, roles, claims.
//!
//! [`scope`], [`role`] and [`claims`] make a [`Requirement`]; `&`, `|` and `!` combine them. A
//! [`RequireLayer`] checks it, behind a [`BearerAuthLayer`](crate::BearerAuthLayer):
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let issuer = tower_bearer::test_util::TestIssuer::new("https://issuer.example.com", tower_bearer::Algorithm::ES256);
//! # let keys = issuer.verifying_key();
//! # let token = issuer.token().audience("my-api").claim("scope", "read").sign();
//! # use std::convert::Infallible;
//! # use http::{Request, Response};
//! # use tower::{ServiceBuilder, ServiceExt};
//! use tower_bearer::authorize::{claims, role, scope};
//! use tower_bearer::{BearerAuthLayer, RequireLayer, Verifier};
//!
//! #[derive(serde::Deserialize)]
//! struct MyClaims {
//!     #[serde(default)]
//!     level: u8,
//! }
//!
//! let verifier = Verifier::typed::<MyClaims>()
//!     .issuer("https://issuer.example.com", keys)
//!     .audience("my-api")
//!     .roles_claim("realm_access.roles")
//!     .build()?;
//!
//! let may_write = scope("write") & (role("editor") | claims::<MyClaims>(|claims| claims.level > 8));
//! let service = ServiceBuilder::new()
//!     .layer(BearerAuthLayer::new(verifier))
//!     .layer(RequireLayer::new(may_write))
//!     .service_fn(async |_: Request<String>| Ok::<_, Infallible>(Response::new(String::new())));
//!
//! let request = Request::post("/articles").header("authorization", format!("Bearer {token}"));
//! let response = service.oneshot(request.body(String::new())?).await?;
//! assert_eq!(response.status(), 403);
//! assert_eq!(
//!     response.headers()["www-authenticate"],
//!     r#"Bearer error="insufficient_scope", error_description="insufficient scope", scope="write""#,
//! );
//! # Ok(())
//! # }
//! ```
//!
//! For gRPC, a [`RequireByMethodLayer`] has a requirement for each method.

mod by_method;
mod future;
mod layer;
mod requirement;
mod service;

pub use self::by_method::{RequireByMethodBuilder, RequireByMethodLayer};
pub use self::layer::RequireLayer;
pub use self::requirement::{Requirement, any_token, claims, role, scope};
pub use self::service::Require;
