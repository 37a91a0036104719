//! Verifying a token: what is checked, and in which order.
//!
//! A [`Verifier`] needs no Tower: it verifies whatever token you hand it, from a WebSocket message
//! or a queue as well.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let issuer = tower_bearer::test_util::TestIssuer::new("https://issuer.example.com", tower_bearer::Algorithm::ES256);
//! # let keys = issuer.verifying_key();
//! # let token = issuer.token().audience("my-api").claim("name", "Ada").sign();
//! use tower_bearer::{AuthError, TokenError, Verifier};
//!
//! #[derive(serde::Deserialize)]
//! struct MyClaims {
//!     name: String,
//! }
//!
//! let verifier = Verifier::typed::<MyClaims>()
//!     .issuer("https://issuer.example.com", keys)
//!     .audience("my-api")
//!     .build()?;
//!
//! let verified = verifier.verify_now(&token)?;
//! assert_eq!(verified.claims().name, "Ada");
//!
//! let refused = verifier.verify_now(format!("{token}x")).unwrap_err();
//! assert_eq!(refused, AuthError::InvalidToken(TokenError::Malformed));
//! # Ok(())
//! # }
//! ```
//!
//! # The checks, in order
//!
//! The cheapest come first, so that junk, expired and foreign tokens never reach the signature.
//! Nothing of a token leaves this module before its signature was verified.
//!
//! 0. a token that is [remembered](Cache) passes 6, 7, 10 and 11 only, as far as they can have
//!    changed;
//! 1. the length of the token, and its three parts;
//! 2. the header: well-formed, no `crit`, a known algorithm;
//! 3. the registered claims: well-formed;
//! 4. the issuer is trusted; what follows is by its rules;
//! 5. algorithm and type are allowed;
//! 6. `exp`, `nbf`, `iat`, the audience, no sender binding, required claims; with a list of
//!    [revocations](RevocationList), a life for which these are remembered;
//! 7. exactly one key of the issuer fits;
//! 8. **the signature**;
//! 9. the claims decode into `C`;
//! 10. the token is not revoked;
//! 11. the rules of the application hold.

mod builder;
mod cache;
mod caller;
mod headers;
mod issuer;
mod issuers;
mod judge;
mod recall;
mod residents;
mod revocation;
mod status;
mod tenants;
mod times;
mod validation;
mod verified;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures::future::BoxFuture;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

pub use self::builder::VerifierBuilder;
pub use self::cache::Cache;
use self::cache::TokenCache;
pub(crate) use self::caller::{AnyVerifiedToken, Caller, VerifierId};
use self::headers::Headers;
pub use self::issuer::TrustedIssuer;
use self::issuers::Issuers;
use self::judge::{Inquiry, Stop};
#[cfg(feature = "feed")]
pub use self::revocation::Staleness;
pub use self::revocation::{
    Batch, Entry, Feed, FeedError, FeedFuture, Position, Revocation, RevocationError,
    RevocationList, RevocationListBuilder, RevocationState, RevocationStatus,
};
pub use self::status::IssuerStatus;
pub use self::tenants::Tenants;
pub use self::validation::Validation;
pub use self::verified::VerifiedToken;
pub use crate::clock::Clock;
use crate::error::{AuthError, RequestError, TokenError};
use crate::jose::{ClaimPath, NumericDate};
use crate::observe;

/// Verifies tokens. Cloning it shares everything.
///
/// `C` is the type that the claims are decoded into: one of your own, or a JSON map.
///
/// [The module's page](self) shows how it is used.
pub struct Verifier<C = Map<String, Value>>(Arc<Inner<C>>);

struct Inner<C> {
    id: VerifierId,
    max_token_len: usize,
    cache: TokenCache<C>,
    issuers: Issuers,
    headers: Headers,
    revocations: Option<RevocationList>,
    roles: Vec<ClaimPath>,
    rules: Vec<Rule<C>>,
    clock: Option<Box<dyn Clock>>,
}

type Rule<C> = Box<dyn Fn(&VerifiedToken<C>) -> bool + Send + Sync>;

impl Verifier {
    /// Builds a verifier that decodes claims into a JSON map.
    ///
    /// ```
    /// # let keys = tower_bearer::VerifyingKey::from_secret([7; 32])?;
    /// use tower_bearer::Verifier;
    ///
    /// let verifier = Verifier::builder()
    ///     .issuer("https://issuer.example.com", keys)
    ///     .audience("my-api")
    ///     .build()?;
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    pub fn builder() -> VerifierBuilder {
        VerifierBuilder::new()
    }

    /// Builds a verifier that decodes claims into a type of your own. A token whose claims do not
    /// decode is refused.
    ///
    /// ```
    /// # let keys = tower_bearer::VerifyingKey::from_secret([7; 32])?;
    /// use tower_bearer::Verifier;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct MyClaims {
    ///     name: String,
    /// }
    ///
    /// let verifier = Verifier::typed::<MyClaims>()
    ///     .issuer("https://issuer.example.com", keys)
    ///     .audience("my-api")
    ///     .build()?;
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    pub fn typed<C>() -> VerifierBuilder<C> {
        VerifierBuilder::new()
    }
}

impl<C: DeserializeOwned + Send + Sync + 'static> Verifier<C> {
    /// Verifies a token. Waits for keys where the token asks for one that its issuer's provider
    /// must first fetch.
    ///
    /// # Errors
    ///
    /// [`AuthError::InvalidToken`] where the token is not acceptable;
    /// [`AuthError::KeysUnavailable`] or [`AuthError::RevocationsUnavailable`] where that cannot
    /// be told now.
    pub async fn verify(&self, token: impl AsRef<[u8]>) -> Result<VerifiedToken<C>, AuthError> {
        match self.begin(token.as_ref(), &|| Ok(()), |token| token) {
            Verification::Done(result) => result,
            Verification::Pending(verification) => verification.await,
        }
    }

    /// Verifies a token with the keys at hand, without waiting for others.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify). Where keys would have to be fetched first, it is
    /// [`AuthError::KeysUnavailable`].
    pub fn verify_now(&self, token: impl AsRef<[u8]>) -> Result<VerifiedToken<C>, AuthError> {
        match self.begin(token.as_ref(), &|| Ok(()), |token| token) {
            Verification::Done(result) => result,
            Verification::Pending(_) => Err(AuthError::KeysUnavailable(Duration::ZERO)),
        }
    }

    /// Verifies a token at once if the keys are in memory.
    ///
    /// `check` is asked about the text of a token that is not remembered. `finish` makes of the
    /// token what the caller needs.
    fn begin<T: 'static>(
        &self,
        text: &[u8],
        check: &dyn Fn() -> Result<(), RequestError>,
        finish: impl FnOnce(VerifiedToken<C>) -> T + Send + 'static,
    ) -> Verification<T> {
        let id = self.0.cache.id_of(text);
        if let Some(verdict) = id.and_then(|id| self.0.recall(id)) {
            observe::cache_asked(true);
            return Verification::Done(verdict.map(finish));
        }
        if let Err(reason) = check() {
            return Verification::Done(Err(reason.into()));
        }
        if id.is_some() {
            observe::cache_asked(false);
        }
        match self.0.judge(text, id, Inquiry::First) {
            Ok(verified) => Verification::Done(Ok(finish(verified))),
            Err(Stop::Refused(error)) => Verification::Done(Err(error)),
            Err(Stop::Refreshing(issuer, refresh)) => {
                let verifier = self.clone();
                let text = text.to_vec();
                Verification::Pending(Box::pin(async move {
                    refresh.await?;
                    match verifier.0.judge(&text, id, Inquiry::Last(issuer)) {
                        Ok(token) => Ok(finish(token)),
                        Err(Stop::Refused(error)) => Err(error),
                        Err(Stop::Refreshing(..)) => Err(TokenError::UnknownKey.into()),
                    }
                }))
            }
        }
    }
}

/// What comes of beginning to verify a token.
pub(crate) enum Verification<T> {
    Done(Result<T, AuthError>),
    Pending(BoxFuture<'static, Result<T, AuthError>>),
}

/// A verifier, whatever its claims type.
pub(crate) trait AnyVerifier: fmt::Debug + Send + Sync {
    fn id(&self) -> VerifierId;

    /// As [`Verifier::begin`].
    fn begin(
        &self,
        text: &[u8],
        check: &dyn Fn() -> Result<(), RequestError>,
    ) -> Verification<AnyVerifiedToken>;
}

impl<C: DeserializeOwned + Send + Sync + 'static> AnyVerifier for Verifier<C> {
    fn id(&self) -> VerifierId {
        self.0.id
    }

    fn begin(
        &self,
        text: &[u8],
        check: &dyn Fn() -> Result<(), RequestError>,
    ) -> Verification<AnyVerifiedToken> {
        let id = self.0.id;
        self.begin(text, check, move |token| AnyVerifiedToken::new(token, id))
    }
}

impl<C> Inner<C> {
    fn now(&self) -> NumericDate {
        self.clock
            .as_ref()
            .map_or_else(SystemTime::now, |clock| clock.now())
            .into()
    }
}

impl<C> Clone for Verifier<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C> fmt::Debug for Verifier<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("issuers", &self.0.issuers)
            .finish_non_exhaustive()
    }
}
