//! Keys of an OpenID provider, found by its URL: Keycloak, Auth0, Okta, Entra, Google and others.
//!
//! ```text
//! $ cargo run --example oidc -- 127.0.0.1:3000 https://accounts.google.com my-client-id
//! listening on http://127.0.0.1:3000
//! keys of https://accounts.google.com: Fresh
//! ```
//!
//! Without arguments it starts a small provider, and prints one of its tokens:
//!
//! ```text
//! $ cargo run --example oidc
//! listening on http://127.0.0.1:3000
//! keys of http://127.0.0.1:40123: Fresh
//! TOKEN=eyJ…
//!
//! $ curl http://127.0.0.1:3000/me -H "authorization: Bearer $TOKEN"
//! hello ada
//! ```
#![expect(clippy::print_stdout, reason = "a program that people run")]

use std::env;
use std::error::Error;

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tower_bearer::test_util::{KeyServer, TestIssuer};
use tower_bearer::{Algorithm, BearerAuthLayer, VerifiedToken, Verifier};

async fn me(token: VerifiedToken) -> String {
    format!("hello {}\n", token.subject().unwrap_or("stranger"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:3000".into());
    let (issuer, audience, token) = match (arguments.next(), arguments.next()) {
        (Some(issuer), Some(audience)) => (issuer, audience, None),
        (None, None) => {
            let provider = start_provider().await?;
            let token = provider.token().subject("ada").audience("demo").sign();
            (provider.name().to_owned(), "demo".to_owned(), Some(token))
        }
        _ => return Err("give an issuer and an audience, or neither".into()),
    };

    let verifier = Verifier::builder()
        .discover(&issuer)
        .audience(audience)
        .build()?;

    let app = Router::new()
        .route("/me", get(me))
        .layer(BearerAuthLayer::new(verifier.clone()));
    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);

    // The first token would fetch the keys too, but now a wrong URL shows at start.
    verifier.ready().await?;
    for issuer in verifier.status() {
        let name = issuer.issuer.as_deref().unwrap_or_default();
        println!("keys of {name}: {:?}", issuer.keys.state);
    }
    if let Some(token) = token {
        println!("TOKEN={token}");
    }
    axum::serve(listener, app).await?;
    Ok(())
}

/// Stands in for your identity provider. Its key is public: for tests only.
async fn start_provider() -> Result<TestIssuer, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let name = format!("http://{}", listener.local_addr()?);
    let issuer = TestIssuer::new(name, Algorithm::ES256);
    let provider = Router::new().fallback_service(KeyServer::of(&issuer));
    tokio::spawn(async { axum::serve(listener, provider).await });
    Ok(issuer)
}
