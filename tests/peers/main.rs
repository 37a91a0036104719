//! The example `resource_server` against other implementations: tokens of `PyJWT` and of `jose`,
//! keys and tokens of `oidc-provider`, and the clients `curl` and `@grpc/grpc-js`. The example
//! `auth_server`, with PostgreSQL and Redis, with `PyJWT` that verifies its tokens, and its page in
//! Chromium. And stores on Redis.
//!
//! `scripts/test peers` installs them, builds the examples and runs these tests. `cargo test` skips
//! them. By hand, after that: `cargo build --examples --features platform-roots`, then
//! `cargo test --test peers -- --ignored`.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what is unexpected fails the test"
)]

mod auth_server;
mod client;
#[path = "../contracts/mod.rs"]
mod contracts;
mod grpc;
mod http;
mod login;
mod oidc;
mod ours;
mod peers;
mod postgres;
mod process;
mod provider;
mod redis;
mod server;
mod set_up;
mod tokens;
