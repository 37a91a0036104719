//! Hyper without a framework: the layer around a plain function.
//!
//! ```text
//! $ cargo run --example hyper
//! listening on http://127.0.0.1:3000
//! TOKEN=eyJ…
//!
//! $ curl http://127.0.0.1:3000/ -H "authorization: Bearer $TOKEN"
//! hello Ada
//! $ curl -i http://127.0.0.1:3000/ -H "authorization: Bearer x"
//! HTTP/1.1 401 Unauthorized
//! www-authenticate: Bearer error="invalid_token", error_description="invalid token"
//! ```
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that people run"
)]

use std::convert::Infallible;
use std::error::Error;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::ServiceBuilder;
use tower_bearer::test_util::TestIssuer;
use tower_bearer::{Algorithm, BearerAuthLayer, VerifiedToken, Verifier};

#[derive(serde::Deserialize)]
struct MyClaims {
    name: String,
}

async fn hello(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let token = VerifiedToken::<MyClaims>::from_extensions(request.extensions());
    let name = token
        .as_ref()
        .map_or("nobody", |token| &token.claims().name);
    Ok(Response::new(Full::from(format!("hello {name}\n"))))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Stands for your identity provider. Its key is public knowledge: for tests only.
    let issuer = TestIssuer::new("https://issuer.example.com", Algorithm::RS256);

    let verifier = Verifier::typed::<MyClaims>()
        .issuer("https://issuer.example.com", issuer.verifying_key())
        .audience("my-api")
        .build()?;
    let service = ServiceBuilder::new()
        .layer(BearerAuthLayer::new(verifier))
        .service_fn(hello);

    let listener = TcpListener::bind(address()).await?;
    println!("listening on http://{}", listener.local_addr()?);
    println!(
        "TOKEN={}",
        issuer
            .token()
            .audience("my-api")
            .claim("name", "Ada")
            .sign()
    );
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(async move {
            let connection = auto::Builder::new(TokioExecutor::new());
            if let Err(error) = connection
                .serve_connection(TokioIo::new(stream), service)
                .await
            {
                eprintln!("connection: {error}");
            }
        });
    }
}

/// The first argument, or port 3000.
fn address() -> String {
    std::env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:3000".into())
}
