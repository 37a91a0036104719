//! How the keys are doing, for whoever watches the server.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tower_bearer::Verifier;
use tower_bearer::keys::{KeyState, KeyStatus};
use tower_bearer::verify::IssuerStatus;

/// Fetches keys now, rather than with the first token, so that the page can tell of them. What
/// fails is tried again by itself.
pub(crate) fn router(verifier: Verifier) -> Router {
    // Not waited for: the server starts without keys, and tells so.
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
        // Stale keys are good keys: whoever takes the server out for them makes an outage of it.
        _ => StatusCode::OK,
    };
    (status, Json(Health { all, issuers }))
}
