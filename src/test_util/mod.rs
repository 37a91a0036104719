//! What the tests of an application need: an issuer whose tokens verify, tokens of every kind,
//! good and bad, and a clock that moves by hand.
//!
//! The keys are in this crate's source, for everyone to read. That makes tests quick and
//! repeatable, and means that **a server must never trust them**: this module is behind the
//! feature `test-util`, which belongs under `[dev-dependencies]`.
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
