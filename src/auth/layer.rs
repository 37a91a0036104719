//! The layer and its settings.

use std::fmt;
use std::sync::Arc;

use http::Response;
use serde::de::DeserializeOwned;
use tower_layer::Layer;

use super::BearerAuth;
use super::csrf::{Csrf, Protection};
use super::source::Source;
use crate::extract::TokenSource;
use crate::reject::{DefaultRejection, ProblemJson, Realm, Rejection};
use crate::verify::{AnyVerifier, Verifier};

/// Verifies the token of each request before the inner service: see [`BearerAuth`].
///
/// The token is in `Authorization: Bearer …`; [`source`](Self::source) changes that.
/// [The module's page](super) has examples.
///
/// `R` makes the responses of refusals. It is the default unless [`reject_with`](Self::reject_with)
/// or [`problem_json`](Self::problem_json) changes it.
///
/// If two layers on one route have the same verifier or clones of it, the inner one accepts what the
/// outer one has verified. Otherwise it verifies again, and its token counts.
#[derive(Clone)]
pub struct BearerAuthLayer<R = DefaultRejection> {
    pub(super) config: Config<R>,
}

#[derive(Clone)]
pub(super) struct Config<R> {
    pub(super) verifier: Arc<dyn AnyVerifier>,
    pub(super) source: Source,
    pub(super) protection: Protection,
    pub(super) rejection: R,
    pub(super) realm: Option<Realm>,
    pub(super) is_optional: bool,
    pub(super) passes_preflight: bool,
    pub(super) records_identity: bool,
}

impl BearerAuthLayer {
    /// Requires a token that this verifier accepts.
    pub fn new<C>(verifier: Verifier<C>) -> Self
    where
        C: DeserializeOwned + Send + Sync + 'static,
    {
        Self {
            config: Config {
                verifier: Arc::new(verifier),
                source: Source::Bearer,
                protection: Protection::Missing,
                rejection: DefaultRejection,
                realm: None,
                is_optional: false,
                passes_preflight: false,
                records_identity: false,
            },
        }
    }
}

impl<R> BearerAuthLayer<R> {
    /// Takes the token from another place than the `Authorization` header.
    ///
    /// ```
    /// # let keys = tower_bearer::VerifyingKey::from_secret([7; 32])?;
    /// # let verifier = tower_bearer::Verifier::builder().any_issuer(keys).any_audience().build()?;
    /// use tower_bearer::BearerAuthLayer;
    /// use tower_bearer::auth::Csrf;
    /// use tower_bearer::extract::{Bearer, Cookie, TokenSource};
    ///
    /// let layer = BearerAuthLayer::new(verifier)
    ///     .source(Bearer.or(Cookie::new("__Host-access")?))
    ///     .csrf(Csrf::generate()?);
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    #[must_use]
    pub fn source(mut self, source: impl TokenSource + 'static) -> Self {
        self.config.source = Source::Other(Arc::new(source));
        self
    }

    /// Protects requests with a token from a cookie against forgery: see [`Csrf`].
    ///
    /// Without it, such requests are refused with 403, except `GET`, `HEAD`, `OPTIONS` and `TRACE`.
    /// Requests with a token in `Authorization` need no protection.
    #[must_use]
    pub fn csrf(mut self, csrf: Csrf) -> Self {
        self.config.protection = Protection::Csrf(csrf);
        self
    }

    /// For [`dangerous`](crate::dangerous).
    pub(crate) fn unprotected(mut self) -> Self {
        self.config.protection = Protection::Off;
        self
    }

    /// Lets requests without a token through, without a
    /// [`VerifiedToken`](crate::VerifiedToken). A request with a bad token is still refused.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.config.is_optional = true;
        self
    }

    /// Lets CORS preflight requests through: browsers send them without credentials
    /// ([Fetch standard](https://fetch.spec.whatwg.org/#cors-preflight-fetch)).
    ///
    /// A preflight is an `OPTIONS` request with `Origin` and `Access-Control-Request-Method`. Services
    /// behind this layer must do nothing on `OPTIONS` that needs a token. With a CORS layer outside
    /// this one, preflights never get here.
    #[must_use]
    pub fn allow_cors_preflight(mut self) -> Self {
        self.config.passes_preflight = true;
        self
    }

    /// Records issuer, subject and token id (`iss`, `sub`, `jti`) in the span `bearer_auth`, which is
    /// then at level `INFO` and stays open until the inner service has answered. So all events of a
    /// handler have them, and refusals of a verified token (403).
    ///
    /// Off by default, since these are personal data.
    #[must_use]
    pub fn record_identity(mut self) -> Self {
        self.config.records_identity = true;
        self
    }

    /// Names the realm in each challenge.
    #[must_use]
    pub fn realm(mut self, realm: Realm) -> Self {
        self.config.realm = Some(realm);
        self
    }

    /// Answers refusals with problem JSON: see [`Rejection::problem_json`].
    #[must_use]
    pub fn problem_json(self) -> BearerAuthLayer<ProblemJson> {
        self.with_rejection(ProblemJson)
    }

    /// Answers refusals with this closure: refusals by this layer and by everything behind it, such
    /// as a [`RequireLayer`](crate::RequireLayer), an extractor, or a handler that returns an
    /// [`AuthError`](crate::AuthError).
    ///
    /// ```
    /// # let keys = tower_bearer::VerifyingKey::from_secret([7; 32])?;
    /// # let verifier = tower_bearer::Verifier::builder().any_issuer(keys).any_audience().build()?;
    /// use tower_bearer::BearerAuthLayer;
    ///
    /// let layer = BearerAuthLayer::new(verifier)
    ///     .reject_with(|rejection| rejection.response(String::from("who are you?")));
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    #[must_use]
    pub fn reject_with<F, B>(self, answer: F) -> BearerAuthLayer<F>
    where
        F: Fn(Rejection<'_>) -> Response<B>,
    {
        self.with_rejection(answer)
    }

    fn with_rejection<T>(self, rejection: T) -> BearerAuthLayer<T> {
        BearerAuthLayer {
            config: Config {
                verifier: self.config.verifier,
                source: self.config.source,
                protection: self.config.protection,
                rejection,
                realm: self.config.realm,
                is_optional: self.config.is_optional,
                passes_preflight: self.config.passes_preflight,
                records_identity: self.config.records_identity,
            },
        }
    }
}

impl<S, R: Clone> Layer<S> for BearerAuthLayer<R> {
    type Service = BearerAuth<S, R>;

    fn layer(&self, inner: S) -> Self::Service {
        BearerAuth::new(inner, Arc::new(self.config.clone()))
    }
}

impl<R> fmt::Debug for BearerAuthLayer<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BearerAuthLayer")
            .field("verifier", &self.config.verifier)
            .field("is_optional", &self.config.is_optional)
            .finish_non_exhaustive()
    }
}
