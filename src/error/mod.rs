//! What can go wrong: [`AuthError`] while a request is judged, [`ConfigError`] while a verifier
//! is set up.
//!
//! No error holds a token, a key or the value of a claim, so that each may be logged as it is.

mod auth;
mod config;

pub use auth::{AuthError, CsrfError, RequestError, TokenError};
pub use config::{ConfigError, KeyError};
