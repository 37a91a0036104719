//! Issuing tokens.
//!
//! A [`TokenIssuer`] signs access tokens by [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068),
//! publishes its keys, and replaces them without a token refused.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use tower_bearer::issue::TokenIssuer;
//! use tower_bearer::{Algorithm, SigningKey, Verifier};
//!
//! let issuer = TokenIssuer::builder()
//!     .issuer("https://auth.example.com")
//!     .audience("my-api")
//!     .key(SigningKey::generate(Algorithm::ES256)?)
//!     .build()?;
//! let token = issuer.access_token("alice").scope("read").roles(["admin"]).issue()?;
//!
//! // The issuer is a source of keys, so that the same process can verify.
//! let verifier = <Verifier>::builder()
//!     .issuer(issuer.name(), issuer.clone())
//!     .audience("my-api")
//!     .build()?;
//! assert_eq!(verifier.verify_now(token.as_str())?.subject(), Some("alice"));
//! # Ok(())
//! # }
//! ```
//!
//! # Which algorithm?
//!
//! ES256 or `EdDSA`, unless a verifier asks for another. An `HS` secret has to be with everybody
//! who verifies, who can then sign as well, and is never published. With the feature
//! `rust-crypto`, do not sign by RSA: that implementation leaks, over many signatures, how long
//! each took ([RUSTSEC-2023-0071](https://rustsec.org/advisories/RUSTSEC-2023-0071)).
//!
//! # Replacing the key
//!
//! [`TokenIssuer::rotate`] makes another key sign, at once. The old one stays published, and still
//! verifies, until the last token that it signed has expired. Those who verify elsewhere
//! learn of the new key when a token names it; where they or a cache between keep the old set for
//! as long as they may, they refuse that token. So publish first, and rotate once every cache
//! has let go of the old set:
//!
//! ```
//! # use tower_bearer::{Algorithm, SigningKey, issue::TokenIssuer};
//! # let issuer = TokenIssuer::builder()
//! #     .issuer("https://auth.example.com")
//! #     .audience("my-api")
//! #     .key(SigningKey::generate(Algorithm::ES256)?)
//! #     .build()?;
//! let next = SigningKey::generate(Algorithm::ES256)?;
//! issuer.publish(next.verifying_key())?;
//! // 5 minutes later, if `WellKnown::max_age` is as it comes:
//! issuer.rotate(next)?;
//! # Ok::<(), tower_bearer::ConfigError>(())
//! ```

mod access_token;
mod builder;
mod claims;
mod error;
mod issuer;
mod signing_keys;
mod well_known;

pub use self::access_token::{AccessToken, AccessTokenBuilder};
pub use self::builder::TokenIssuerBuilder;
pub use self::error::IssueError;
pub use self::issuer::TokenIssuer;
pub use self::well_known::WellKnown;
