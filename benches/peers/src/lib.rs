//! Layers that verify bearer tokens, ours and the published ones, side by side.
//!
//! Three programs measure, and a fourth writes the results into `docs/`:
//!
//! - `layers`: each layer around the same inner service, in one process;
//! - `scale`: how the number of cached tokens and of threads affects ours;
//! - `load`: requests per second over HTTP, by `wrk`;
//! - `page`: tables, plots and the page around them.
//!
//! `scripts/bench` runs them all.

pub mod contestants;
pub mod fixture;
pub mod in_process;
pub mod page;
pub mod results;
pub mod rounds;

/// An error for the terminal.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
