//! Properties that hold in every thread schedule: see `README.md`.

mod cache;
mod remote_keys;
mod revocations;
mod sessions;
mod tenants;

use std::env;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::runtime::{block_on, run, spawn};

/// Runs a model in all schedules with at most `MODELS_PREEMPTIONS` preemptions, by default two. Few
/// faults need more.
fn explore(name: &str, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.max_branches = 100_000;
    builder.preemption_bound = Some(match env::var("MODELS_PREEMPTIONS") {
        Ok(preemptions) => preemptions.parse().expect("MODELS_PREEMPTIONS is a number"),
        Err(_) => 2,
    });
    let model = Arc::new(model);
    let orders = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&orders);
    builder.check(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        let model = Arc::clone(&model);
        run(move || model());
    });
    println!("{name}: {} orders", orders.load(Ordering::Relaxed));
}
