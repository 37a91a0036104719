//! The middleware: takes the token of each request, verifies it, and lets the request through or
//! answers it.
//!
//! # Example
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let issuer = tower_bearer::test_util::TestIssuer::new("https://issuer.example.com", tower_bearer::Algorithm::ES256);
//! # let keys = issuer.verifying_key();
//! # let token = issuer.token().audience("my-api").claim("name", "Ada").sign();
//! use http::{Request, Response, StatusCode};
//! use std::convert::Infallible;
//! use tower::{Service, ServiceBuilder, ServiceExt, service_fn};
//! use tower_bearer::{BearerAuthLayer, VerifiedToken, Verifier};
//!
//! #[derive(serde::Deserialize)]
//! struct MyClaims {
//!     name: String,
//! }
//!
//! async fn hello(request: Request<String>) -> Result<Response<String>, Infallible> {
//!     let token = VerifiedToken::<MyClaims>::from_extensions(request.extensions()).unwrap();
//!     Ok(Response::new(format!("hello {}", token.claims().name)))
//! }
//!
//! let verifier = Verifier::typed::<MyClaims>()
//!     .issuer("https://issuer.example.com", keys)
//!     .audience("my-api")
//!     .build()?;
//! let mut service =
//!     ServiceBuilder::new().layer(BearerAuthLayer::new(verifier)).service_fn(hello);
//!
//! let request = Request::get("/")
//!     .header("authorization", format!("Bearer {token}"))
//!     .body(String::new())?;
//! let response = service.ready().await?.call(request).await?;
//! assert_eq!(response.body(), "hello Ada");
//!
//! let response = service.ready().await?.call(Request::new(String::new())).await?;
//! assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! assert_eq!(response.headers()["www-authenticate"], "Bearer");
//! # Ok(())
//! # }
//! ```
//!
//! # Together with other layers
//!
//! Layers compose in either order. What differs:
//!
//! | layer | around this one | inside this one |
//! | --- | --- | --- |
//! | CORS | answers preflights, and lets pages read refusals: usually right | needs [`allow_cors_preflight`](BearerAuthLayer::allow_cors_preflight); pages cannot read a 401 |
//! | traces | sees every request; declare `iss`, `sub` there, or use [`record_identity`](BearerAuthLayer::record_identity) | sees accepted requests |
//! | compression | also compresses refusals | compresses what handlers answer |
//! | rate limits | also limit strangers | limit accepted requests, and can count by subject |

mod answer;
mod csrf;
mod future;
mod layer;
#[cfg(feature = "tonic")]
mod now;
mod service;
mod source;

pub use self::csrf::Csrf;
pub use self::future::ResponseFuture;
pub use self::layer::BearerAuthLayer;
pub use self::service::BearerAuth;
