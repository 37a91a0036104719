//! Sign in with a password, call a protected route, renew the tokens, sign out.
//!
//! ```text
//! $ cargo run --example login
//! listening on http://127.0.0.1:3000
//! $ curl localhost:3000/login --json '{"username":"alice","password":"wonderland"}'
//! {"access_token":"eyJ…","token_type":"Bearer","expires_in":900,"refresh_token":"tbr_…"}
//! $ curl localhost:3000/me -H "authorization: Bearer $ACCESS_TOKEN"
//! hello alice
//! $ curl localhost:3000/renew --json '"tbr_…"'
//! $ curl -X POST localhost:3000/logout -H "authorization: Bearer $ACCESS_TOKEN"
//! ```
#![expect(clippy::print_stdout, reason = "a program that people run")]

use argon2::{Argon2, PasswordVerifier};
use axum::extract::{Json, State};
use axum::http::{HeaderValue, StatusCode, header::CACHE_CONTROL};
use axum::{Router, routing::get, routing::post};
use tower_bearer::verify::RevocationList;
use tower_bearer::{Algorithm, BearerAuthLayer, SigningKey, VerifiedToken, Verifier};
use tower_bearer_issuer::store::MemoryStore;
use tower_bearer_issuer::{Grant, RefreshTokens, Sessions, TokenIssuer, TokenPair};
use tower_http::set_header::SetResponseHeaderLayer;

/// Your database of users: alice, whose password is `wonderland`.
const ALICE: &str = "$argon2id$v=19$m=19456,t=2,p=1$JL5udCKUqm+AN6uh+VxeUg$+JDOKvJDt6vQADebNewYLQnpteubfRr3kAv6Gxr6GcM";

#[derive(serde::Deserialize)]
struct Login {
    username: String,
    password: String,
}

type Tokens = Result<Json<TokenPair>, StatusCode>;

async fn login(State(sessions): State<Sessions>, Json(login): Json<Login>) -> Tokens {
    // Hashing blocks, so it has a thread. It comes first: an unknown user takes as long.
    let check = move || Argon2::default().verify_password(login.password.as_bytes(), ALICE);
    let checked = tokio::task::spawn_blocking(check).await;
    if !matches!(checked, Ok(Ok(()))) || login.username != "alice" {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let pair = sessions.sign_in(Grant::new("alice"), |token| token.roles(["admin"]));
    Ok(Json(pair.await?))
}

async fn renew(State(sessions): State<Sessions>, Json(refresh_token): Json<String>) -> Tokens {
    let renewal = sessions.renew(&refresh_token).await?;
    // Look the user up here, and `refuse` the renewal if the account is gone.
    let pair = renewal.finish(|token| token.roles(["admin"]));
    Ok(Json(pair.await?))
}

async fn logout(State(sessions): State<Sessions>, token: VerifiedToken) -> Result<(), StatusCode> {
    let session = token.registered().session_id().unwrap_or_default();
    Ok(sessions.sign_out(session).await?)
}

async fn me(token: VerifiedToken) -> String {
    format!("hello {}\n", token.subject().unwrap_or_default())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let no_store = HeaderValue::from_static("no-store");
    let issuer = TokenIssuer::builder()
        .issuer("https://login.example.com")
        .audience("login")
        .key(SigningKey::generate(Algorithm::ES256)?)
        .build()?;
    let revocations = RevocationList::local().build()?;
    let verifier = Verifier::builder()
        .issuer(issuer.name(), issuer.clone())
        .audience("login")
        .revocations(revocations.clone())
        .build()?;
    let refresh_tokens = RefreshTokens::builder(MemoryStore::new()).build()?;
    let app = Router::new()
        .route("/me", get(me))
        .route("/logout", post(logout))
        .layer(BearerAuthLayer::new(verifier))
        .route("/login", post(login))
        .route("/renew", post(renew))
        .layer(SetResponseHeaderLayer::overriding(CACHE_CONTROL, no_store))
        .with_state(Sessions::new(issuer, refresh_tokens, revocations));
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:3000".into());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
