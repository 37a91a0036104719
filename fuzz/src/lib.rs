//! What whoever is on the other side can send, and what must hold whatever that is.
//!
//! Each target is a function here, so that it runs under a fuzzer (`fuzz_targets/`) as well as over
//! a corpus with any compiler (`examples/replay.rs`). It goes through the public API only, and
//! holds what comes of it against a second, plain way of reading the same.

mod answer;
mod input;
mod json;
mod judge;
mod runtime;
mod server;
pub mod targets;
mod world;
