//! Tokens of [Tonic](https://docs.rs/tonic) calls, and refusals as [`Status`](tonic::Status).
//!
//! [`auth`](crate::auth#a-tonic-server) has a complete server, whose services all share one layer.
//!
//! The layer recognizes gRPC by the content type and needs no feature. The feature `tonic` adds
//! [`VerifiedToken::from_request`](crate::VerifiedToken::from_request), the conversion of an
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
//! An interceptor needs no layer, but does not see the method of a call and cannot wait for keys: see
//! [`BearerInterceptor`].
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
