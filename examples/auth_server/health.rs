//! How the server is doing, for whoever watches it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tower_bearer::verify::{RevocationState, RevocationStatus};

use crate::accounts::Accounts;

pub(crate) fn router() -> Router<Arc<Accounts>> {
    Router::new().route("/healthz", get(health))
}

#[derive(Serialize)]
struct Health {
    /// Whether users can sign in and stay signed in.
    store: &'static str,
    database: &'static str,
    /// Whether revoked tokens are known.
    revocations: RevocationStatus,
}

async fn health(State(accounts): State<Arc<Accounts>>) -> (StatusCode, Json<Health>) {
    let (store, database) = tokio::join!(accounts.store.get("health"), accounts.users.ready());
    let health = Health {
        store: word(store.is_ok()),
        database: word(database.is_ok()),
        revocations: accounts.revocations.status(),
    };
    let status = match health.revocations.state {
        RevocationState::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        // Whoever has a token is served. Taking the server out would make an outage of it.
        _ => StatusCode::OK,
    };
    (status, Json(health))
}

fn word(is_there: bool) -> &'static str {
    if is_there { "available" } else { "unavailable" }
}
