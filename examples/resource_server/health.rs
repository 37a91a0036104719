//! Health check: the state of the keys.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tower_bearer::Verifier;
use tower_bearer::keys::{KeyState, KeyStatus};
use tower_bearer::verify::IssuerStatus;

/// Fetches keys now rather than with the first token, so that `/healthz` knows their state. Failures
/// are retried.
pub(crate) fn router(verifier: Verifier) -> Router {
    // Not awaited: the server starts without keys.
    drop(verifier.ready());
    Router::new()
        .route("/healthz", get(health))
        .with_state(verifier)
}

#[derive(Serialize)]
struct Health {
    #[serde(flatten)]
    all: KeyStatus,
    issuers: Vec<IssuerStatus>,
}

async fn health(State(verifier): State<Verifier>) -> (StatusCode, Json<Health>) {
    let issuers = verifier.status();
    let all = KeyStatus::summary(issuers.iter().map(|issuer| &issuer.keys));
    let status = match all.state {
        KeyState::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        // Stale keys still verify: removing the server for them would make an outage.
        _ => StatusCode::OK,
    };
    (status, Json(Health { all, issuers }))
}
