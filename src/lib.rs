//! A [Tower](https://docs.rs/tower) layer for bearer tokens: it verifies the JWT of each request with
//! keys from any provider and hands the decoded claims to your handler. It answers all other requests
//! itself, over HTTP and gRPC.
//!
//! # First steps
//!
//! An Axum application. `Cargo.toml`:
//!
//! ```toml
//! [dependencies]
//! tower-bearer = { version = "0.1", features = ["axum", "remote"] }
//! axum = "0.8"
//! serde = { version = "1", features = ["derive"] }
//! tokio = { version = "1", features = ["macros", "net", "rt-multi-thread"] }
//! ```
//!
//! `src/main.rs`:
//!
//! ```no_run
//! use axum::{Router, routing::get};
//! use tower_bearer::{BearerAuthLayer, RequireLayer, VerifiedToken, Verifier};
//!
//! #[derive(serde::Deserialize)]
//! struct MyClaims {
//!     name: String,
//! }
//!
//! async fn me(token: VerifiedToken<MyClaims>) -> String {
//!     format!("hello {}", token.claims().name)
//! }
//!
//! async fn admin() -> &'static str {
//!     "the admin page"
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let verifier = Verifier::typed::<MyClaims>()
//!         .discover("https://issuer.example.com") // your OpenID provider; or .issuer(name, keys)
//!         .audience("my-api")
//!         .build()?; // a mistake in the setup is an error here, not at a request
//!
//!     let app = Router::new()
//!         .route("/me", get(me))
//!         .route("/admin", get(admin).layer(RequireLayer::scope("admin")))
//!         .layer(BearerAuthLayer::new(verifier));
//!
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//!     axum::serve(listener, app).await?;
//!     Ok(())
//! }
//! ```
//!
//! Without a token, a client gets 401 and a challenge; with a bad token, 401 `invalid_token`; without
//! the scope, 403 `insufficient_scope` ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750)). A gRPC
//! client gets the matching status.
//!
//! [`auth`](auth#a-tonic-server) has a Tonic server to copy, and any other Tower service.
//!
//! # Modules
//!
//! - [`auth`]: the layer, with and without Axum; optional tokens, CORS, CSRF.
//! - [`verify`]: what is checked, in which order; several issuers; verification without Tower.
//! - [`keys`]: where keys come from; your own provider. A single key is a [`VerifyingKey`].
//! - [`authorize`]: scopes, roles, and other requirements.
//! - [`extract`]: tokens from cookies, other headers, WebSocket subprotocols.
//! - [`reject`]: what clients learn, and how to change it.
//! - [`jose`]: tokens, headers, claims, algorithms, keys.
#![cfg_attr(
    feature = "config",
    doc = "- [`VerifierConfig`]: a verifier described by data."
)]
#![cfg_attr(
    feature = "test-util",
    doc = "- [`test_util`]: keys, tokens and a clock for your own tests."
)]
#![cfg_attr(
    feature = "tonic",
    doc = "- [`grpc`]: a Tonic server, requirements by method, an interceptor."
)]
//! - [`dangerous`]: every opt-out of a security rule.
//!
//! # Features
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `aws-lc-rs` (default) | cryptography by AWS-LC: the fastest; needs a C compiler |
//! | `rust-crypto` | cryptography in pure Rust |
//! | `jsonwebtoken` (default) | conversions from and to the keys, sets and headers of `jsonwebtoken` 12 |
//! | `axum` | [`VerifiedToken<C>`] as an extractor, [`AuthError`] as a response |
//! | `tonic` | an interceptor, [`AuthError`] as a `Status`, `VerifiedToken::from_request` |
//! | `remote` | keys from a JWKS URL or by discovery; needs Tokio and a C compiler |
//! | `platform-roots` | trusts the platform's root certificates instead of Mozilla's |
//! | `config` | a verifier described by data: TOML, environment variables |
//! | `feed` | [revocations](verify::RevocationList) that several processes share; needs Tokio |
//! | `tracing` | events and a span for each decision |
//! | `metrics` | counters of requests, cache hits and key refreshes; gauges of remote keys and shared revocations |
//! | `test-util` | keys, a token builder and a fixed clock, for tests only |
//!
//! Features only add. If both back ends are enabled, AWS-LC is used. Without one, loading a key is
//! a [`ConfigError`].
//!
//! # Events and metrics
//!
//! With `tracing`, each decision is an event. A [`BearerAuthLayer`] decides inside a span
//! `bearer_auth`. The target is `tower_bearer`:
//!
//! | level | message | fields |
//! | --- | --- | --- |
//! | debug | `token accepted` | none; the span has `iss`, `sub`, `jti` if [asked for](BearerAuthLayer::record_identity) |
//! | debug | `request refused: …` | `reason` |
//! | warn | `request refused: …`: CSRF protection or session missing | `reason` |
//! | error | `request refused: no BearerAuthLayer …` | `reason` |
//! | info | `keys replaced` | `keys`: how many; `url` of remote keys |
//! | warn | `keys not replaced, still using the last good ones: …` | |
//! | warn | `a tenant's tokens are refused, …`: once | |
//! | warn | `key skipped: …` | `file` or `url`, `index` |
//! | error | `key file not watched: …` | `file` |
//! | info | `keys fetched again`: unchanged, after failures | `url`, `keys` |
//! | debug | `keys confirmed`: unchanged | `url`, `keys` |
//! | warn | `cannot fetch keys, …`: the first failure; again if the reason changes or the keys expire | `url` |
//! | debug | `still cannot fetch keys: …` | `url` |
//! | info | `revocations loaded` | `entries`: how many |
//! | info | `revocations followed again`, after failures | |
//! | warn | `cannot follow revocations: …`: the first failure; again if the reason changes | |
//! | debug | `still cannot follow revocations: …` | |
//! | warn | `the revocation feed lost entries: …` | |
//! | warn | `revocations skipped: unknown format` | `entries`: how many |
//!
//! With `metrics`, counters:
//!
//! | counter | labels |
//! | --- | --- |
//! | `tower_bearer_accepted_total` | |
//! | `tower_bearer_rejected_total` | `reason`: see [`AuthError::reason`] |
//! | `tower_bearer_cache_hits_total`, `tower_bearer_cache_misses_total` | |
//! | `tower_bearer_key_refreshes_total` | `outcome`: `ok` or `error` |
//!
//! Gauges of remote keys, set after each fetch, with the label `url`:
//!
//! | gauge | value |
//! | --- | --- |
//! | `tower_bearer_keys` | how many are usable |
//! | `tower_bearer_keys_state` | 0 fresh, 1 stale, 2 unavailable |
//! | `tower_bearer_keys_confirmed_timestamp_seconds` | the last successful fetch, in Unix time |
//!
//! Gauges of shared revocations, set every few seconds:
//!
//! | gauge | value |
//! | --- | --- |
//! | `tower_bearer_revocations` | how many there are |
//! | `tower_bearer_revocations_state` | 0 fresh, 1 stale, 2 unavailable |
//! | `tower_bearer_revocations_confirmed_timestamp_seconds` | up to when the list is complete, in Unix time |
//!
//! No event, error or `Debug` holds a token, a key, or the value of a claim, except `iss`, `sub` and
//! `jti` as above.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod auth;
pub mod authorize;
#[cfg(feature = "axum")]
mod axum;
mod clock;
#[cfg(feature = "config")]
mod config;
pub mod dangerous;
mod error;
pub mod extract;
#[cfg(feature = "tonic")]
pub mod grpc;
#[cfg(any(feature = "feed", feature = "remote"))]
mod jitter;
pub mod jose;
#[cfg(feature = "jsonwebtoken")]
mod jsonwebtoken;
pub mod keys;
mod observe;
pub mod reject;
mod request;
// With `modelled`, which only `tests/models` sets, its threads take turns as a model says.
#[cfg_attr(modelled, path = "../tests/models/sync.rs")]
mod sync;
#[cfg(feature = "test-util")]
pub mod test_util;
pub mod verify;

pub use auth::{BearerAuth, BearerAuthLayer};
pub use authorize::RequireLayer;
#[cfg(feature = "config")]
pub use config::VerifierConfig;
pub use error::{AuthError, ConfigError, CsrfError, KeyError, RequestError, TokenError};
pub use jose::{Algorithm, JwkSet, SigningKey, VerifyingKey};
pub use keys::KeyProvider;
pub use request::RequestHead;
pub use verify::{Validation, VerifiedToken, Verifier};

/// The code of the README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
