//! Tests through the public API, in one binary. The files mirror those of `src/`.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

mod application;
mod auth;
mod authorize;
mod axum;
mod config;
#[path = "../contracts/mod.rs"]
mod contracts;
mod dangerous;
mod error;
mod extract;
mod generated;
mod glob;
mod grpc;
mod issue;
mod jose;
mod jsonwebtoken;
mod keys;
mod leaks;
mod observe;
mod random;
mod reject;
mod request;
mod store;
mod test_util;
mod verify;
