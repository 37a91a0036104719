//! Bearer tokens for Tower: a layer that takes the token of each request, verifies it with keys
//! from any provider, and puts the decoded claims into the request's extensions. What it does not
//! let through, it answers itself, in HTTP or in gRPC.
//!
//! # In a minute
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let issuer = tower_bearer::test_util::TestIssuer::new("https://issuer.example.com", tower_bearer::Algorithm::ES256);
//! # let keys = issuer.verifying_key();
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
//! let verifier = Verifier::typed::<MyClaims>()
//!     .issuer("https://issuer.example.com", keys)
//!     .audience("my-api")
//!     .build()?;
//!
//! let app: Router = Router::new()
//!     .route("/me", get(me))
//!     .route("/admin", get(admin).layer(RequireLayer::scope("admin")))
//!     .layer(BearerAuthLayer::new(verifier));
//! # Ok(())
//! # }
//! ```
//!
//! # Where to go on
//!
//! - [`auth`]: the layer, by an example without a framework; optional tokens, CORS, CSRF.
//! - [`verify`]: what is checked, and in which order; several issuers; use without Tower.
//! - [`keys`]: where keys come from; a provider of your own. A single key is a [`VerifyingKey`].
//! - [`authorize`]: scopes, roles, and any other requirement.
//! - [`extract`]: tokens from cookies, other headers, WebSocket subprotocols.
//! - [`reject`]: what clients are told, and how to tell them otherwise.
//! - [`jose`]: tokens, headers, claims, algorithms and keys as such.
#![cfg_attr(
    feature = "config",
    doc = "- [`config`]: a verifier described by data."
)]
#![cfg_attr(
    feature = "test-util",
    doc = "- [`test_util`]: keys, tokens and a clock for your own tests."
)]
//! - [`dangerous`]: what weakens verification.
//!
//! # Features
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `aws-lc-rs` (default) | cryptography by AWS-LC: the fastest; needs a C compiler |
//! | `rust-crypto` | cryptography in pure Rust |
//! | `jsonwebtoken` (default) | conversions from and to the keys, sets and headers of `jsonwebtoken` 12 |
//! | `axum` | [`VerifiedToken<C>`] as an extractor, [`AuthError`] as a response |
//! | `remote` | keys from a JWKS URL or by discovery; needs Tokio and a C compiler |
//! | `platform-roots` | trusts the platform's root certificates, in place of Mozilla's |
//! | `config` | a verifier described by data: TOML, environment variables |
//! | `feed` | [revocations](verify::RevocationList) that several processes share; needs Tokio |
//! | `tracing` | events and a span for each decision |
//! | `metrics` | counters of requests, cache hits and key refreshes; gauges of remote keys and shared revocations |
//! | `test-util` | keys, a token builder and a fixed clock, for tests only |
//!
//! Features only add. With both back ends, AWS-LC serves; with none, loading a key is a
//! [`ConfigError`].
//!
//! # What operators see
//!
//! With `tracing`, each decision is an event, that of a [`BearerAuthLayer`] inside a span `bearer_auth`. The target is `tower_bearer`:
//!
//! | level | message | fields |
//! | --- | --- | --- |
//! | debug | `token accepted` | none; the span has `iss`, `sub`, `jti` if [asked for](BearerAuthLayer::record_identity) |
//! | debug | `request refused: …` | `reason` |
//! | warn | `request refused: …`, for want of CSRF protection or of a session | `reason` |
//! | error | `request refused: no BearerAuthLayer …` | `reason` |
//! | info | `keys replaced` | `keys`: how many; `url`, if from one |
//! | warn | `keys not replaced, the last good ones stay: …` | |
//! | warn | `a tenant's tokens are refused, …`: the first time | |
//! | warn | `key skipped: …` | `file` or `url`, `index` |
//! | error | `key file not watched: …` | `file` |
//! | info | `keys fetched again`: the same, after failures | `url`, `keys` |
//! | debug | `keys confirmed`: the same | `url`, `keys` |
//! | warn | `keys not fetched, …`: the first time, then if the reason is another or the keys have come to their end | `url` |
//! | debug | `keys still not fetched: …` | `url` |
//! | info | `revocations loaded` | `entries`: how many |
//! | info | `revocations followed again`, after failures | |
//! | warn | `revocations not followed: …`: the first time, then if the reason is another | |
//! | debug | `revocations still not followed: …` | |
//! | warn | `the feed of revocations has lost entries, …` | |
//! | warn | `revocations skipped: …` | `entries`: how many |
//!
//! With `metrics`, these are counted:
//!
//! | counter | labels |
//! | --- | --- |
//! | `tower_bearer_accepted_total` | |
//! | `tower_bearer_rejected_total` | `reason`: that of [`AuthError::reason`] |
//! | `tower_bearer_cache_hits_total`, `tower_bearer_cache_misses_total` | |
//! | `tower_bearer_key_refreshes_total` | `outcome`: `ok` or `error` |
//!
//! and of remote keys, these are set after each fetch, with the label `url`:
//!
//! | gauge | value |
//! | --- | --- |
//! | `tower_bearer_keys` | how many can be used |
//! | `tower_bearer_keys_state` | 0 fresh, 1 stale, 2 unavailable |
//! | `tower_bearer_keys_confirmed_timestamp_seconds` | when they were fetched last, in Unix time |
//!
//! Of revocations that are shared, these are set each few seconds:
//!
//! | gauge | value |
//! | --- | --- |
//! | `tower_bearer_revocations` | how many there are |
//! | `tower_bearer_revocations_state` | 0 fresh, 1 stale, 2 unavailable |
//! | `tower_bearer_revocations_confirmed_timestamp_seconds` | up to when nothing was missing, in Unix time |
//!
//! No event, error or `Debug` holds a token, a key, or the value of a claim but these three.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod auth;
pub mod authorize;
#[cfg(feature = "axum")]
mod axum;
mod clock;
#[cfg(feature = "config")]
pub mod config;
pub mod dangerous;
mod error;
pub mod extract;
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
pub use error::{AuthError, ConfigError, CsrfError, KeyError, RequestError, TokenError};
pub use jose::{Algorithm, JwkSet, SigningKey, VerifyingKey};
pub use keys::KeyProvider;
pub use request::RequestHead;
pub use verify::{Validation, VerifiedToken, Verifier};

/// The code of the README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
