//! Tenants that sign up while the server runs, each with its own issuer and keys.
//!
//! ```text
//! $ cargo run --example multi_tenant
//! listening on http://127.0.0.1:3000
//! ACME=eyJ…
//! INITECH=eyJ…
//!
//! $ curl http://127.0.0.1:3000/ -H "authorization: Bearer $ACME"
//! hello ada of acme
//! $ curl -i http://127.0.0.1:3000/ -H "authorization: Bearer $INITECH"
//! HTTP/1.1 401 Unauthorized
//! www-authenticate: Bearer error="invalid_token", error_description="invalid token"
//! $ curl -X POST http://127.0.0.1:3000/tenants/initech
//! welcome
//! $ curl http://127.0.0.1:3000/ -H "authorization: Bearer $INITECH"
//! hello ada of initech
//! ```
#![expect(clippy::print_stdout, reason = "a program that people run")]

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tower_bearer::keys::RemoteKeys;
use tower_bearer::test_util::{KeyServer, TestIssuer};
use tower_bearer::verify::Tenants;
use tower_bearer::{Algorithm, BearerAuthLayer, VerifiedToken, Verifier};

/// The tenants by issuer. In a real service: a table in memory that follows the database.
#[derive(Clone)]
struct Directory {
    provider: String,
    names: Arc<RwLock<HashMap<String, String>>>,
}

impl Directory {
    fn issuer(&self, name: &str) -> String {
        format!("{}/{name}", self.provider)
    }

    fn add(&self, name: &str) {
        let issuer = self.issuer(name);
        let mut names = self.names.write().unwrap_or_else(PoisonError::into_inner);
        names.insert(issuer, name.into());
    }

    fn name_of(&self, issuer: &str) -> Option<String> {
        let names = self.names.read().unwrap_or_else(PoisonError::into_inner);
        names.get(issuer).cloned()
    }
}

async fn hello(State(directory): State<Directory>, token: VerifiedToken) -> String {
    let tenant = token.registered().issuer();
    let tenant = tenant.and_then(|issuer| directory.name_of(issuer));
    let subject = token.subject().unwrap_or("somebody");
    format!("hello {subject} of {}\n", tenant.unwrap_or_default())
}

/// A real service would authenticate this call too.
async fn add(State(directory): State<Directory>, Path(name): Path<String>) -> &'static str {
    directory.add(&name);
    "welcome\n"
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (provider, issuers) = start_provider(&["acme", "initech"]).await?;
    let directory = Directory {
        provider,
        names: Arc::default(),
    };
    directory.add("acme");

    let known = directory.clone();
    let is_tenant = move |issuer: &str| known.name_of(issuer).is_some();
    // `Tenants::discover` would refuse the provider of this example, which is on this machine.
    let keys = |issuer: &str| RemoteKeys::discover(issuer).build();
    let verifier = Verifier::builder()
        .tenants(Tenants::new(is_tenant, keys))
        .audience("demo")
        .build()?;

    let app = Router::new()
        .route("/", get(hello))
        .layer(BearerAuthLayer::new(verifier))
        .route("/tenants/{name}", post(add))
        .with_state(directory);
    let address = std::env::args().nth(1);
    let address = address.unwrap_or_else(|| "127.0.0.1:3000".into());
    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    for (name, issuer) in &issuers {
        let token = issuer.token().subject("ada").audience("demo").sign();
        println!("{}={token}", name.to_uppercase());
    }
    axum::serve(listener, app).await?;
    Ok(())
}

/// Stands in for an identity provider with a realm per tenant, and returns its URL. Its keys are
/// public: for tests only.
async fn start_provider<'a>(
    names: &[&'a str],
) -> Result<(String, Vec<(&'a str, TestIssuer)>), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let provider = format!("http://{}", listener.local_addr()?);
    let mut realms = Router::new();
    let mut issuers = Vec::new();
    for &name in names {
        let issuer = TestIssuer::new(format!("{provider}/{name}"), Algorithm::EdDSA);
        let route = format!("/{name}/{{*document}}");
        realms = realms.route_service(&route, KeyServer::of(&issuer));
        issuers.push((name, issuer));
    }
    tokio::spawn(async { axum::serve(listener, realms).await });
    Ok((provider, issuers))
}
