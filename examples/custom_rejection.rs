//! Refusals in the words of the application: problem JSON, and a closure.
//!
//! ```text
//! $ cargo run --example custom_rejection
//! listening on http://127.0.0.1:3000
//! TOKEN=eyJ…
//!
//! $ curl -i http://127.0.0.1:3000/problem
//! HTTP/1.1 401 Unauthorized
//! www-authenticate: Bearer realm="shop"
//! content-type: application/problem+json
//!
//! {"title":"Unauthorized","status":401,"detail":"a bearer token is required"}
//! $ curl -i http://127.0.0.1:3000/page -H "authorization: Bearer x"
//! HTTP/1.1 401 Unauthorized
//! www-authenticate: Bearer error="invalid_token", error_description="invalid token"
//! content-type: text/html
//!
//! <h1>Please sign in again</h1>
//! ```
#![expect(clippy::print_stdout, reason = "a program that people run")]

use std::error::Error;

use axum::Router;
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Response};
use axum::routing::get;
use tower_bearer::reject::{Realm, Rejection};
use tower_bearer::test_util::TestIssuer;
use tower_bearer::{Algorithm, AuthError, BearerAuthLayer, Verifier};

/// A page for people. The status and the challenge stay those of the crate.
fn page(rejection: Rejection<'_>) -> Response<Body> {
    let text = match rejection.error() {
        AuthError::MissingToken => "<h1>Please sign in</h1>\n",
        AuthError::InvalidToken(_) => "<h1>Please sign in again</h1>\n",
        AuthError::KeysUnavailable(_) => "<h1>Please try again soon</h1>\n",
        _ => "<h1>This is not for you</h1>\n",
    };
    let mut response = rejection.response(Body::from(text));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
    response
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Stands for your identity provider. Its key is public knowledge: for tests only.
    let issuer = TestIssuer::new("https://issuer.example.com", Algorithm::ES256);
    let verifier = Verifier::builder()
        .issuer("https://issuer.example.com", issuer.verifying_key())
        .audience("my-api")
        .build()?;

    let auth = BearerAuthLayer::new(verifier);
    let problem = auth.clone().problem_json().realm(Realm::new("shop")?);
    let app = Router::new()
        .route("/problem", get("welcome\n").layer(problem))
        .route("/page", get("welcome\n").layer(auth.reject_with(page)));

    let listener = tokio::net::TcpListener::bind(address()).await?;
    println!("listening on http://{}", listener.local_addr()?);
    println!("TOKEN={}", issuer.token().audience("my-api").sign());
    axum::serve(listener, app).await?;
    Ok(())
}

/// The first argument, or port 3000.
fn address() -> String {
    std::env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:3000".into())
}
