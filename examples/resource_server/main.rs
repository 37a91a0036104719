//! A resource server with your own keys, over HTTP and gRPC on one port.
//!
//! Without options it makes a key, and prints a token and a `curl` command:
//!
//! ```text
//! $ cargo run --example resource_server
//! listening on http://127.0.0.1:3000
//!
//! Try it:
//!   curl http://127.0.0.1:3000/whoami -H "authorization: Bearer eyJhbGciOiJIUzI1NiIsInR…"
//!
//! $ curl http://127.0.0.1:3000/whoami -H "authorization: Bearer $TOKEN"
//! {"header":{"alg":"HS256","typ":"JWT"},"claims":{"aud":["demo"],…,"sub":"alice"}}
//! $ curl -i http://127.0.0.1:3000/whoami
//! HTTP/1.1 401 Unauthorized
//! www-authenticate: Bearer
//! $ grpcurl -plaintext -H "authorization: Bearer $TOKEN" 127.0.0.1:3000 whoami.v1.WhoAmI/Get
//! {
//!   "subject": "alice",
//!   "claimsJson": "{\"aud\":[\"demo\"],…,\"sub\":\"alice\"}"
//! }
//! ```
//!
//! With your keys: `cargo run --example resource_server -- --jwks jwks.json --audience my-api`; with
//! your identity provider's: `--discover https://issuer.example.com --audience my-api`. `/healthz`
//! shows their state.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that people run"
)]

mod grpc;
mod health;
mod http;
mod keys;
mod options;

use std::error::Error;
use std::process::ExitCode;

use tokio::net::TcpListener;
use tower_bearer::{BearerAuthLayer, dangerous};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use self::options::{Options, SetUp};

/// The exit code of shells and `clap` for a bad command line.
const EXIT_SET_UP: u8 = 2;

fn main() -> ExitCode {
    let set_up = match Options::from_args().and_then(Options::set_up) {
        Ok(set_up) => set_up,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(EXIT_SET_UP);
        }
    };
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::WARN.into())
        .from_env_lossy();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(filter)
        .init();
    match serve(set_up) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn serve(set_up: SetUp) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(set_up.listen).await?;
    let address = listener.local_addr()?;

    let auth = BearerAuthLayer::new(set_up.verifier.clone()).source(set_up.source);
    // With `--cookie`, other sites can forge requests. Here they change nothing. Do not copy this
    // line: use `BearerAuthLayer::csrf`.
    let auth = dangerous::without_csrf_protection(auth);
    let app = http::router(&auth)
        .merge(grpc::router(&auth)?)
        .merge(health::router(set_up.verifier));

    println!("listening on http://{address}");
    if let Some(token) = set_up.demo_token {
        println!("\nTry it:");
        println!("  curl http://{address}/whoami -H \"authorization: Bearer {token}\"");
    }
    axum::serve(listener, app)
        .with_graceful_shutdown(interrupted())
        .await?;
    Ok(())
}

async fn interrupted() {
    // Without the signal, the server runs until it is killed.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
