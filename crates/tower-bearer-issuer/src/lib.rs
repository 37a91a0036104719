//! Issuing tokens.
//!
//! A [`TokenIssuer`] signs access tokens by [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068),
//! publishes its keys, and replaces them without a token refused. [`RefreshTokens`] keep somebody
//! signed in. Both together answer a client with a [`TokenPair`].
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use tower_bearer_issuer::{Grant, RefreshTokens, TokenIssuer, TokenPair};
//! use tower_bearer_issuer::store::MemoryStore;
//! use tower_bearer::{Algorithm, SigningKey, Verifier};
//!
//! let issuer = TokenIssuer::builder()
//!     .issuer("https://auth.example.com")
//!     .audience("my-api")
//!     .key(SigningKey::generate(Algorithm::ES256)?)
//!     .build()?;
//! let refresh_tokens = <RefreshTokens>::builder(MemoryStore::new()).build()?;
//!
//! // Alice has signed in.
//! let refresh_token = refresh_tokens.begin(Grant::new("alice").scope("read")).await?;
//! let access_token = issuer.access_token("alice").scope("read").roles(["admin"]).issue()?;
//! let answer = serde_json::to_string(&TokenPair::new(access_token, refresh_token))?;
//! # let answer: serde_json::Value = serde_json::from_str(&answer)?;
//! # let refresh_token = answer["refresh_token"].as_str().unwrap();
//!
//! // Some minutes later, her client comes with its refresh token.
//! let used = refresh_tokens.use_token(refresh_token).await?;
//! let grant = used.grant();
//! let access_token = issuer.access_token(grant.subject()).scope(grant.scopes()).issue()?;
//!
//! // The issuer is a source of keys, so that the same process can verify.
//! let verifier = Verifier::builder()
//!     .issuer(issuer.name(), issuer.clone())
//!     .audience("my-api")
//!     .build()?;
//! assert_eq!(verifier.verify_now(access_token.as_str())?.subject(), Some("alice"));
//! # Ok(())
//! # }
//! ```
//!
//! An answer that holds tokens must not be stored on its way: send it with `Cache-Control:
//! no-store` ([RFC 6749 §5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1)). A web page is
//! better answered with [`SessionCookies`].
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
//! # use tower_bearer::{Algorithm, SigningKey};
//! # use tower_bearer_issuer::TokenIssuer;
//! # let issuer = TokenIssuer::builder()
//! #     .issuer("https://auth.example.com")
//! #     .audience("my-api")
//! #     .key(SigningKey::generate(Algorithm::ES256)?)
//! #     .build()?;
//! let next = SigningKey::generate(Algorithm::ES256)?;
//! issuer.publish(next.verifying_key())?;
//! // 5 minutes later, if `WellKnown::max_age` is as it comes:
//! issuer.rotate(next)?;
//! # Ok::<(), tower_bearer_issuer::SetupError>(())
//! ```
//!
//! Several processes of one name each publish the keys of all, with
//! [`publish`](TokenIssuerBuilder::publish).

mod access_token;
mod builder;
mod claims;
mod cookies;
mod crypto;
mod document;
mod error;
mod issuer;
mod observe;
mod pair;
mod refresh;
mod sessions;
mod signing_keys;
pub mod store;
// With `modelled`, which only `tests/models` sets, its threads take turns as a model says.
#[cfg_attr(modelled, path = "../../../tests/models/issuer_sync.rs")]
mod sync;
mod well_known;

pub use self::access_token::{AccessToken, AccessTokenBuilder};
pub use self::builder::TokenIssuerBuilder;
pub use self::cookies::SessionCookies;
pub use self::error::{IssueError, SetupError};
pub use self::issuer::TokenIssuer;
pub use self::pair::TokenPair;
pub use self::refresh::{
    Grant, RefreshError, RefreshToken, RefreshTokens, RefreshTokensBuilder, Reuse, UsedToken,
};
pub use self::sessions::{Renewal, SessionError, Sessions};
pub use self::well_known::WellKnown;
