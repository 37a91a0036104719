//! Tonic: a service behind layers that require something else of each method, and a service behind an
//! interceptor. Refusals are gRPC statuses.
//!
//! ```text
//! $ cargo run --example tonic
//! listening on http://127.0.0.1:3000
//! TOKEN=eyJ…
//!
//! $ P="-plaintext -import-path examples -proto tonic/library.proto -proto resource_server/whoami.proto"
//! $ T="authorization: Bearer $TOKEN"
//! $ grpcurl $P -H "$T" -d '{"title": "Emma"}' 127.0.0.1:3000 library.v1.Library/Borrow
//! {
//!   "title": "Emma, borrowed by Ada"
//! }
//! $ grpcurl $P -H "$T" 127.0.0.1:3000 library.v1.Library/Discard
//! ERROR:
//!   Code: PermissionDenied
//!   Message: insufficient scope
//! $ grpcurl $P 127.0.0.1:3000 whoami.v1.WhoAmI/Get
//! ERROR:
//!   Code: Unauthenticated
//!   Message: a bearer token is required
//! ```
#![expect(clippy::print_stdout, reason = "a program that people run")]

use std::error::Error;

use tonic::service::LayerExt;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};
use tower::ServiceBuilder;
use tower_bearer::authorize::{RequireByMethodLayer, any_token, role, scope};
use tower_bearer::grpc::BearerInterceptor;
use tower_bearer::test_util::TestIssuer;
use tower_bearer::{Algorithm, BearerAuthLayer, VerifiedToken, Verifier};

use self::proto::library::Book;
use self::proto::library::library_server::{Library, LibraryServer};
use self::proto::whoami::who_am_i_server::{WhoAmI, WhoAmIServer};
use self::proto::whoami::{GetRequest, GetResponse};

#[allow(
    clippy::all,
    clippy::clone_on_ref_ptr,
    clippy::pedantic,
    unreachable_pub,
    unused_qualifications,
    reason = "generated"
)]
mod proto {
    pub(super) mod library {
        include!("library.v1.rs");
    }
    pub(super) mod whoami {
        include!("../resource_server/whoami.v1.rs");
    }
}

#[derive(serde::Deserialize, serde::Serialize)]
struct MyClaims {
    name: String,
}

struct Service;

/// The table in `main` requires something of the token before a method runs.
#[tonic::async_trait]
impl Library for Service {
    async fn find(&self, request: Request<Book>) -> Result<Response<Book>, Status> {
        Ok(Response::new(request.into_inner()))
    }

    async fn borrow(&self, request: Request<Book>) -> Result<Response<Book>, Status> {
        let token = VerifiedToken::<MyClaims>::from_request(&request)?;
        let title = format!(
            "{}, borrowed by {}",
            request.get_ref().title,
            token.claims().name
        );
        Ok(Response::new(Book { title }))
    }

    async fn discard(&self, request: Request<Book>) -> Result<Response<Book>, Status> {
        Ok(Response::new(request.into_inner()))
    }
}

/// Behind an interceptor, a method requires by itself what is beyond a good token.
#[tonic::async_trait]
impl WhoAmI for Service {
    async fn get(&self, request: Request<GetRequest>) -> Result<Response<GetResponse>, Status> {
        let token = VerifiedToken::<MyClaims>::from_request(&request)?;
        token.require_scope("whoami")?;
        let claims_json = serde_json::to_string(token.claims())
            .map_err(|_| Status::internal("the claims are no JSON"))?;
        let subject = token.subject().unwrap_or_default().to_owned();
        Ok(Response::new(GetResponse {
            subject,
            claims_json,
        }))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Stands for your identity provider. Its key is public knowledge: for tests only.
    let issuer = TestIssuer::new("https://issuer.example.com", Algorithm::EdDSA);

    let verifier = Verifier::typed::<MyClaims>()
        .issuer("https://issuer.example.com", issuer.verifying_key())
        .audience("my-api")
        .roles_claim("roles")
        .build()?;
    let methods = RequireByMethodLayer::builder()
        .require("/library.v1.Library/Find", any_token())
        .require("/library.v1.Library/Borrow", scope("loans"))
        .require("/library.v1.Library/Discard", role("librarian"))
        .build()?;
    let library = ServiceBuilder::new()
        .layer(BearerAuthLayer::new(verifier.clone()))
        .layer(methods)
        .named_layer(LibraryServer::new(Service));
    let whoami = WhoAmIServer::with_interceptor(Service, BearerInterceptor::new(verifier));

    let incoming = TcpIncoming::bind(address().parse()?)?;
    println!("listening on http://{}", incoming.local_addr()?);
    let token = issuer
        .token()
        .subject("alice")
        .audience("my-api")
        .claim("name", "Ada")
        .claim("scope", "loans whoami");
    println!("TOKEN={}", token.sign());
    Server::builder()
        .add_service(library)
        .add_service(whoami)
        .serve_with_incoming(incoming)
        .await?;
    Ok(())
}

/// The first argument, or port 3000.
fn address() -> String {
    std::env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:3000".into())
}
