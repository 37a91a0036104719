//! Stands in for Tokio: tasks are loom's threads, channels use loom's locks, and time passes only
//! when a model says so.

pub mod runtime;
pub mod sync;
pub mod time;

pub mod task {
    /// Other threads run without an explicit yield.
    pub async fn yield_now() {}
}
