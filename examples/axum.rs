//! Axum: extractors, a required scope, and a route that works with and without a token.
//!
//! ```text
//! $ cargo run --example axum
//! listening on http://127.0.0.1:3000
//! TOKEN=eyJ…
//!
//! $ curl http://127.0.0.1:3000/me -H "authorization: Bearer $TOKEN"
//! hello Ada
//! $ curl -i http://127.0.0.1:3000/me
//! HTTP/1.1 401 Unauthorized
//! www-authenticate: Bearer
//! $ curl -i http://127.0.0.1:3000/admin -H "authorization: Bearer $TOKEN"
//! HTTP/1.1 403 Forbidden
//! www-authenticate: Bearer error="insufficient_scope", error_description="insufficient scope", scope="admin"
//! $ curl http://127.0.0.1:3000/
//! welcome, stranger
//! ```
#![expect(clippy::print_stdout, reason = "a program that people run")]

use std::error::Error;

use axum::Router;
use axum::routing::get;
use tower_bearer::test_util::TestIssuer;
use tower_bearer::{Algorithm, BearerAuthLayer, RequireLayer, VerifiedToken, Verifier};

#[derive(serde::Deserialize)]
struct MyClaims {
    name: String,
}

async fn me(token: VerifiedToken<MyClaims>) -> String {
    format!("hello {}\n", token.claims().name)
}

async fn home(token: Option<VerifiedToken<MyClaims>>) -> String {
    let name = token
        .as_ref()
        .map_or("stranger", |token| &token.claims().name);
    format!("welcome, {name}\n")
}

async fn admin() -> &'static str {
    "the admin page\n"
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Stands for your identity provider. Its key is public knowledge: for tests only.
    let issuer = TestIssuer::new("https://issuer.example.com", Algorithm::ES256);

    let verifier = Verifier::typed::<MyClaims>()
        .issuer("https://issuer.example.com", issuer.verifying_key())
        .audience("my-api")
        .build()?;
    let auth = BearerAuthLayer::new(verifier);

    let app = Router::new()
        .route("/me", get(me))
        .route("/admin", get(admin).layer(RequireLayer::scope("admin")))
        .layer(auth.clone())
        .merge(Router::new().route("/", get(home)).layer(auth.optional()));

    let listener = tokio::net::TcpListener::bind(address()).await?;
    println!("listening on http://{}", listener.local_addr()?);
    println!(
        "TOKEN={}",
        issuer
            .token()
            .audience("my-api")
            .claim("name", "Ada")
            .sign()
    );
    axum::serve(listener, app).await?;
    Ok(())
}

/// The first argument, or port 3000.
fn address() -> String {
    std::env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:3000".into())
}
