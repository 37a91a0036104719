//! The login story in full: signing in, token pairs, refresh tokens that notice theft, logging out
//! everywhere, roles, and the same with cookies. All of it is the library's but passwords and users.
//!
//! ```text
//! $ cargo run --example auth_server
//! listening on http://127.0.0.1:3000
//!
//! Sign in at http://127.0.0.1:3000 as `alice` with `wonderland`, or as `bob` with `builder`.
//!
//! $ curl http://127.0.0.1:3000/login -H 'content-type: application/json' \
//!     -d '{"username":"alice","password":"wonderland"}'
//! {"access_token":"eyJ…","token_type":"Bearer","expires_in":900,"refresh_token":"tbr_…"}
//! $ curl http://127.0.0.1:3000/protected -H "authorization: Bearer $ACCESS_TOKEN"
//! {"message":"Welcome!","user":"alice"}
//! ```
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that people run"
)]

mod accounts;
mod answers;
mod bearer;
mod cookies;
mod health;
mod options;
mod page;
mod passwords;
mod stores;
mod users;

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::map_response;
use tokio::net::TcpListener;
use tower_bearer::BearerAuthLayer;
use tower_bearer::extract::{Bearer, TokenSource};
use tower_bearer_issuer::SessionCookies;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use self::cookies::Pages;
use self::options::Options;
use self::users::DEMO_USERS;

/// What shells and `clap` use for a mistake on the command line.
const EXIT_SET_UP: u8 = 2;

/// No request needs more: a refresh token has 68 characters.
const MAX_BODY: usize = 4096;

#[tokio::main]
async fn main() -> ExitCode {
    let (listener, app) = match set_up().await {
        Ok(set_up) => set_up,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(EXIT_SET_UP);
        }
    };
    match axum::serve(listener, app)
        .with_graceful_shutdown(interrupted())
        .await
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn set_up() -> Result<(TcpListener, Router), Box<dyn Error>> {
    let options = Options::from_args()?;
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::WARN.into())
        .from_env_lossy();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(filter)
        .init();

    let listener = TcpListener::bind(options.listen).await?;
    let address = listener.local_addr()?;
    let accounts = Arc::new(options.accounts(address).await?);
    let verifier = options.verifier(&accounts)?;
    // It starts without its store as well: requests are answered with 503 until that is there.
    if let Err(error) = verifier.ready().await {
        tracing::warn!("{error}");
    }
    let pages = Pages {
        accounts: Arc::clone(&accounts),
        verifier: verifier.clone(),
        cookies: SessionCookies::new(cookies::PATH)?,
        csrf: options.csrf()?,
    };
    let auth = BearerAuthLayer::new(verifier)
        .source(Bearer.or(pages.cookies.access_source()))
        .csrf(pages.csrf.clone());
    // What the metadata would otherwise say by saying nothing is a flow that is not here.
    let grants = serde_json::json!({ "grant_types_supported": [] });
    let well_known = accounts.sessions.issuer().well_known()?.metadata(grants)?;

    let app = bearer::router(auth)
        .merge(health::router())
        .with_state(accounts)
        .merge(cookies::router(pages))
        .merge(page::router())
        .fallback_service(well_known)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(map_response(page::protect));

    println!("listening on http://{address}");
    println!("\nSign in at http://{address}, as:");
    for (username, password, _) in DEMO_USERS {
        println!("  {username}, with the password {password}");
    }
    Ok((listener, app))
}

/// Until the server is told to stop.
async fn interrupted() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        // Where a signal cannot be had, the server runs until it is killed.
        let Ok(mut terminate) = signal(SignalKind::terminate()) else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    drop(interrupt.await);
}
