//! What an attacker can send, and what must hold for any of it.
//!
//! Each target is a function here, so that it runs under a fuzzer (`fuzz_targets/`) and, with any
//! compiler, over a corpus (`examples/replay.rs`). It uses the public API only, and compares the
//! result with a second, simple reading of the input.

mod answer;
mod input;
mod json;
mod judge;
mod runtime;
mod server;
pub mod targets;
mod world;
