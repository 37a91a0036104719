//! How the server is doing, for whoever watches it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tower_bearer::verify::{RevocationState, RevocationStatus};

use crate::sessions::Sessions;

pub(crate) fn router() -> Router<Arc<Sessions>> {
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

async fn health(State(sessions): State<Arc<Sessions>>) -> (StatusCode, Json<Health>) {
    let (store, database) = tokio::join!(sessions.store.get("health"), sessions.users.ready());
    let health = Health {
        store: word(store.is_ok()),
        database: word(database.is_ok()),
        revocations: sessions.revocations.status(),
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
