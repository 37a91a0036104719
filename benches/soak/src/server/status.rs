//! A server's report about itself.

use std::panic;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use tokio::runtime::Handle;
use tower_bearer::verify::RevocationList;

use crate::world::processes::Status;

static PANICS: AtomicU64 = AtomicU64::new(0);

/// Counts all panics from now on, on any thread.
pub(super) fn count_panics() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        report(info);
    }));
}

pub(super) fn router(list: RevocationList) -> Router {
    Router::new().route("/status", get(status)).with_state(list)
}

async fn status(State(list): State<RevocationList>) -> String {
    let revocations = list.status();
    let status = Status {
        panics: PANICS.load(Ordering::Relaxed),
        tasks: Handle::current().metrics().num_alive_tasks(),
        revocations: revocations.entries,
        pending: revocations.pending,
    };
    serde_json::to_string(&status).unwrap()
}
