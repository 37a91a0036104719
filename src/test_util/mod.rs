//! For your tests: an issuer, good and bad tokens, verified tokens, and a clock that you move.
//!
//! **A server must never trust these keys**: they are in this crate's source. So enable the feature
//! `test-util` under `[dev-dependencies]` only.
//!
//! # Test a handler
//!
//! [`TokenBuilder::verified`] makes the value that a layer would pass to the handler:
//!
//! ```
//! use tower_bearer::test_util::TestIssuer;
//! use tower_bearer::{Algorithm, VerifiedToken};
//!
//! #[derive(serde::Deserialize)]
//! struct MyClaims {
//!     name: String,
//! }
//!
//! /// A handler of Axum.
//! async fn hello(token: VerifiedToken<MyClaims>) -> String {
//!     format!("hello {}", token.claims().name)
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let issuer = TestIssuer::new("https://issuer.example.com", Algorithm::ES256);
//! let token = issuer.token().claim("name", "Ada").verified();
//! assert_eq!(hello(token).await, "hello Ada");
//! # }
//! ```
//!
//! # Test a verifier
//!
//! ```
//! use std::time::Duration;
//! use tower_bearer::test_util::{FixedClock, TestIssuer};
//! use tower_bearer::{Algorithm, AuthError, TokenError, Verifier};
//!
//! let clock = FixedClock::new();
//! let issuer = TestIssuer::new("https://issuer.example.com", Algorithm::ES256)
//!     .clock(clock.clone());
//! let verifier = Verifier::builder()
//!     .issuer("https://issuer.example.com", issuer.verifying_key())
//!     .audience("my-api")
//!     .clock(clock.clone())
//!     .build()?;
//!
//! let token = issuer.token().subject("alice").audience("my-api").sign();
//! assert_eq!(verifier.verify_now(&token).unwrap().subject(), Some("alice"));
//!
//! clock.advance(Duration::from_secs(2 * 3600));
//! let error = verifier.verify_now(&token).unwrap_err();
//! assert_eq!(error, AuthError::InvalidToken(TokenError::Expired));
//! # Ok::<(), tower_bearer::ConfigError>(())
//! ```

mod clock;
#[cfg(feature = "feed")]
mod feed;
mod issuer;
mod key_server;
mod token;

pub use self::clock::FixedClock;
#[cfg(feature = "feed")]
pub use self::feed::TestFeed;
pub use self::issuer::{TestIssuer, signing_key};
pub use self::key_server::KeyServer;
pub use self::token::{TokenBuilder, sign};
