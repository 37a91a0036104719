//! Tokens of [Tonic](https://docs.rs/tonic) calls, and refusals as [`Status`](tonic::Status).
//!
//! # A server
//!
//! Two layers protect all services of a server: [`BearerAuthLayer`](crate::BearerAuthLayer) verifies
//! the token of each call, [`RequireByMethodLayer`](crate::authorize::RequireByMethodLayer) says what
//! each method requires. A method that it does not list is refused.
//!
//! ```
//! # mod proto {
//! #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/tonic/library.v1.rs"));
//! # }
//! # use proto::Book;
//! # use proto::library_server::{Library, LibraryServer};
//! use tonic::transport::Server;
//! use tonic::{Request, Response, Status};
//! use tower_bearer::authorize::{RequireByMethodLayer, any_token, role, scope};
//! use tower_bearer::{BearerAuthLayer, VerifiedToken, Verifier};
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
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let issuer = tower_bearer::test_util::TestIssuer::new("https://issuer.example.com", tower_bearer::Algorithm::ES256);
//! # let keys = issuer.verifying_key();
//! let verifier = Verifier::typed::<MyClaims>()
//!     .issuer("https://issuer.example.com", keys)
//!     .audience("my-api")
//!     .roles_claim("roles")
//!     .build()?;
//!
//! let methods = RequireByMethodLayer::builder()
//!     .require("/library.v1.Library/Find", any_token())
//!     .require("/library.v1.Library/Borrow", scope("loans"))
//!     .require("/library.v1.Library/Discard", role("librarian"))
//!     .open_health()
//!     .build()?;
//!
//! let server = Server::builder()
//!     .layer(BearerAuthLayer::new(verifier).optional()) // for the open rows of the table
//!     .layer(methods)
//!     .add_service(LibraryServer::new(MyLibrary));
//! # let incoming = tonic::transport::server::TcpIncoming::bind("127.0.0.1:0".parse()?)?;
//! # let address = format!("http://{}", incoming.local_addr()?);
//! # /*
//! server.serve("127.0.0.1:3000".parse()?).await?;
//! # */
//! # tokio::spawn(server.serve_with_incoming(incoming));
//! # let channel = tonic::transport::Endpoint::new(address)?.connect().await?;
//! # let call = async |method: &'static str, token: String| {
//! #     let mut client = tonic::client::Grpc::new(channel.clone());
//! #     client.ready().await.unwrap();
//! #     let mut request = Request::new(Book::default());
//! #     request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
//! #     let codec = tonic_prost::ProstCodec::<Book, Book>::default();
//! #     client.unary(request, http::uri::PathAndQuery::from_static(method), codec).await
//! # };
//! # let token = issuer.token().audience("my-api").claim("name", "Ada");
//! # assert!(call("/library.v1.Library/Find", token.clone().sign()).await.is_ok());
//! # let refused = call("/library.v1.Library/Borrow", token.clone().sign()).await.unwrap_err();
//! # assert_eq!(refused.code(), tonic::Code::PermissionDenied);
//! # assert!(call("/library.v1.Library/Borrow", token.claim("scope", "loans").sign()).await.is_ok());
//! # Ok(())
//! # }
//! ```
//!
//! The layer alone needs no feature: it recognizes gRPC by the content type, and
//! [`VerifiedToken::from_extensions`](crate::VerifiedToken::from_extensions) reads the token. The
//! feature `tonic` adds [`from_request`](crate::VerifiedToken::from_request), the conversion of an
//! [`AuthError`](crate::AuthError) into a `Status`, and the [`BearerInterceptor`].
//!
//! # One service of several
//!
//! Put the layers around that service, and `named_layer` keeps its name for Tonic's router:
//!
//! ```
//! # mod proto {
//! #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/tonic/library.v1.rs"));
//! # }
//! # use proto::library_server::{Library, LibraryServer};
//! # fn add<L: Library>(
//! #     my_library: L,
//! #     verifier: tower_bearer::Verifier,
//! #     methods: tower_bearer::authorize::RequireByMethodLayer,
//! # ) -> tonic::transport::server::Router {
//! use tonic::service::LayerExt;
//! use tonic::transport::Server;
//! use tower::ServiceBuilder;
//! use tower_bearer::BearerAuthLayer;
//!
//! let library = ServiceBuilder::new()
//!     .layer(BearerAuthLayer::new(verifier))
//!     .layer(methods)
//!     .named_layer(LibraryServer::new(my_library));
//! Server::builder().add_service(library)
//! # }
//! ```
//!
//! # An interceptor
//!
//! The generated code of Tonic takes an interceptor for a service. It sees the metadata of a call, but
//! not its method, and cannot wait for keys: see [`BearerInterceptor`].
//!
//! ```
//! # mod proto {
//! #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/tonic/library.v1.rs"));
//! # }
//! # use proto::library_server::{Library, LibraryServer};
//! # fn add<L: Library>(my_library: L, verifier: tower_bearer::Verifier) -> tonic::transport::server::Router {
//! use tonic::transport::Server;
//! use tower_bearer::grpc::BearerInterceptor;
//!
//! let library = LibraryServer::with_interceptor(my_library, BearerInterceptor::new(verifier));
//! Server::builder().add_service(library)
//! # }
//! ```

mod interceptor;
mod status;

pub use self::interceptor::BearerInterceptor;
