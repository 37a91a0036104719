//! The middleware: verifies the token of each request, and lets the request through or refuses it.
//!
//! The [crate's page](crate) protects an Axum application. Here are any Tower service, and a Tonic
//! server.
//!
//! # Any Tower service
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
//! # A Tonic server
//!
//! `Cargo.toml`:
//!
//! ```toml
//! [dependencies]
//! tower-bearer = { version = "0.1", features = ["remote", "tonic"] }
//! prost = "0.14"
//! serde = { version = "1", features = ["derive"] }
//! tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
//! tonic = "0.14"
//! tonic-prost = "0.14"
//!
//! [build-dependencies]
//! tonic-prost-build = "0.14"
//! ```
//!
//! `build.rs`, which needs `protoc`:
//!
//! ```no_run
//! fn main() -> std::io::Result<()> {
//!     tonic_prost_build::compile_protos("library.proto")
//! }
//! ```
//!
//! `library.proto`:
//!
//! ```proto
//! syntax = "proto3";
//! package library.v1;
//! service Library {
//!   rpc Find(Book) returns (Book);
//!   rpc Borrow(Book) returns (Book);
//!   rpc Discard(Book) returns (Book);
//! }
//! message Book {
//!   string title = 1;
//! }
//! ```
//!
//! `src/main.rs`: one layer verifies the token of each call, the other has a requirement for each
//! method. A method that it does not list is refused.
//!
//! ```no_run
//! use tonic::{Request, Response, Status, transport::Server};
//! use tower_bearer::authorize::{RequireByMethodLayer, any_token, role, scope};
//! use tower_bearer::{BearerAuthLayer, VerifiedToken, Verifier};
//!
//! mod proto {
//! # /*
//!     tonic::include_proto!("library.v1");
//! # */
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/tonic/library.v1.rs"));
//! }
//! use proto::Book;
//! use proto::library_server::{Library, LibraryServer};
//!
//! #[derive(serde::Deserialize)]
//! struct MyClaims {
//!     name: String,
//! }
//!
//! struct MyLibrary;
//!
//! #[tonic::async_trait]
//! impl Library for MyLibrary {
//!     async fn find(&self, request: Request<Book>) -> Result<Response<Book>, Status> {
//!         Ok(Response::new(request.into_inner()))
//!     }
//!
//!     async fn borrow(&self, request: Request<Book>) -> Result<Response<Book>, Status> {
//!         let token = VerifiedToken::<MyClaims>::from_request(&request)?;
//!         println!("{} borrows a book", token.claims().name);
//!         Ok(Response::new(request.into_inner()))
//!     }
//!
//!     async fn discard(&self, request: Request<Book>) -> Result<Response<Book>, Status> {
//!         Ok(Response::new(request.into_inner()))
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let verifier = Verifier::typed::<MyClaims>()
//!         .discover("https://issuer.example.com") // your OpenID provider; or .issuer(name, keys)
//!         .audience("my-api")
//!         .roles_claim("roles")
//!         .build()?;
//!     let methods = RequireByMethodLayer::builder()
//!         .require("/library.v1.Library/Find", any_token())
//!         .require("/library.v1.Library/Borrow", scope("loans"))
//!         .require("/library.v1.Library/Discard", role("librarian"))
//!         .open_health()
//!         .build()?;
//!
//!     Server::builder()
//!         .layer(BearerAuthLayer::new(verifier).optional()) // for the open rows; the others need a token
//!         .layer(methods)
//!         .add_service(LibraryServer::new(MyLibrary))
//!         .serve("127.0.0.1:3000".parse()?)
//!         .await?;
//!     Ok(())
//! }
//! ```
//!
//! Refusals are `UNAUTHENTICATED`, `PERMISSION_DENIED` or `UNAVAILABLE`. The module `grpc` protects
//! one service of several, and has an interceptor.
//!
//! # Together with other layers
//!
//! Layers compose in either order. The difference:
//!
//! | layer | around this one | inside this one |
//! | --- | --- | --- |
//! | CORS | answers preflights, and lets pages read refusals: usually right | needs [`allow_cors_preflight`](BearerAuthLayer::allow_cors_preflight); pages cannot read a 401 |
//! | traces | sees every request; to record `iss` and `sub`, declare them there or use [`record_identity`](BearerAuthLayer::record_identity) | sees accepted requests |
//! | compression | also compresses refusals | compresses what handlers answer |
//! | rate limits | also limit refused requests | limit accepted requests, and can count by subject |

mod answer;
mod csrf;
mod future;
mod layer;
#[cfg(feature = "tonic")]
mod now;
mod service;
mod source;

pub use self::csrf::Csrf;
pub use self::layer::BearerAuthLayer;
pub use self::service::BearerAuth;
