//! Tonic: a gRPC service behind the layer. Refusals are gRPC statuses.
//!
//! ```text
//! $ cargo run --example tonic
//! listening on http://127.0.0.1:3000
//! TOKEN=eyJ…
//!
//! $ P="-plaintext -import-path examples/resource_server -proto whoami.proto"
//! $ grpcurl $P -H "authorization: Bearer $TOKEN" 127.0.0.1:3000 whoami.v1.WhoAmI/Get
//! {
//!   "subject": "alice",
//!   "claimsJson": "{\"name\":\"Ada\"}"
//! }
//! $ grpcurl $P 127.0.0.1:3000 whoami.v1.WhoAmI/Get
//! ERROR:
//!   Code: Unauthenticated
//!   Message: a bearer token is required
//! ```
#![expect(clippy::print_stdout, reason = "a program that people run")]

use std::error::Error;

use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};
use tower_bearer::test_util::TestIssuer;
use tower_bearer::{Algorithm, BearerAuthLayer, RequireLayer, VerifiedToken, Verifier};

use self::proto::who_am_i_server::{WhoAmI, WhoAmIServer};
use self::proto::{GetRequest, GetResponse};

#[allow(
    clippy::all,
    clippy::clone_on_ref_ptr,
    clippy::pedantic,
    unreachable_pub,
    unused_qualifications,
    reason = "generated"
)]
mod proto {
    include!("resource_server/whoami.v1.rs");
}

#[derive(serde::Deserialize, serde::Serialize)]
struct MyClaims {
    name: String,
}

struct Service;

#[tonic::async_trait]
impl WhoAmI for Service {
    async fn get(&self, request: Request<GetRequest>) -> Result<Response<GetResponse>, Status> {
        let token = VerifiedToken::<MyClaims>::from_extensions(request.extensions())
            .map_err(|_| Status::internal("the layer is missing"))?;
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
        .build()?;

    let incoming = TcpIncoming::bind(address().parse()?)?;
    println!("listening on http://{}", incoming.local_addr()?);
    let token = issuer
        .token()
        .subject("alice")
        .audience("my-api")
        .claim("name", "Ada")
        .claim("scope", "whoami");
    println!("TOKEN={}", token.sign());
    Server::builder()
        .layer(BearerAuthLayer::new(verifier))
        .layer(RequireLayer::scope("whoami"))
        .add_service(WhoAmIServer::new(Service))
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
