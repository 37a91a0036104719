//! The layer, and what it was set up with.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};
use tower_layer::Layer;

use super::BearerAuth;
use super::csrf::{Csrf, Protection};
use super::source::Source;
use crate::extract::TokenSource;
use crate::reject::DefaultRejection;
use crate::verify::Verifier;

/// Puts [`BearerAuth`] in front of a service.
///
/// Each request must carry one acceptable token, in `Authorization: Bearer …` unless
/// [`source`](Self::source) says otherwise. [The module's page](super) shows a whole example.
///
/// `R` builds the responses to requests that are refused.
pub struct BearerAuthLayer<C = Map<String, Value>, R = DefaultRejection> {
    config: Config<C, R>,
}

pub(super) struct Config<C, R> {
    pub(super) verifier: Verifier<C>,
    pub(super) source: Source,
    pub(super) protection: Protection,
    pub(super) rejection: R,
    pub(super) is_optional: bool,
    pub(super) passes_preflight: bool,
    pub(super) records_identity: bool,
}

impl<C> BearerAuthLayer<C> {
    /// Demands a token that this verifier accepts.
    pub fn new(verifier: Verifier<C>) -> Self {
        Self {
            config: Config {
                verifier,
                source: Source::Bearer,
                protection: Protection::Missing,
                rejection: DefaultRejection::default(),
                is_optional: false,
                passes_preflight: false,
                records_identity: false,
            },
        }
    }
}

impl<C, R> BearerAuthLayer<C, R> {
    /// Takes the token from elsewhere than the `Authorization` header.
    ///
    /// ```
    /// # let keys = tower_bearer::VerifyingKey::from_secret([7; 32])?;
    /// # let verifier = <tower_bearer::Verifier>::builder().any_issuer(keys).any_audience().build()?;
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

    /// Protects requests whose token comes from a cookie against forgery: see [`Csrf`].
    ///
    /// Without it, such requests are refused with 403, but for those with `GET`, `HEAD`, `OPTIONS`
    /// or `TRACE`. Requests whose token is in `Authorization` need none, and are not held to it.
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
    /// A preflight is an `OPTIONS` request with `Origin` and `Access-Control-Request-Method`.
    /// Whatever is behind this layer must do nothing on `OPTIONS` that needs a token. It is not
    /// needed where a CORS layer stands in front of this one and answers preflights itself.
    #[must_use]
    pub fn allow_cors_preflight(mut self) -> Self {
        self.config.passes_preflight = true;
        self
    }

    /// Puts issuer and subject into the events of `tracing` for accepted tokens. They tell who
    /// did what, which is personal data: hence by request only.
    #[must_use]
    pub fn record_identity(mut self) -> Self {
        self.config.records_identity = true;
        self
    }

    /// Builds the responses to refused requests in another way: with
    /// [`ProblemJson`](crate::reject::ProblemJson), a closure, or a type of your own.
    ///
    /// It holds for this layer only. A [`RequireLayer`](crate::RequireLayer) has its own, and
    /// extractors answer as [`DefaultRejection`] does.
    ///
    /// ```
    /// # let keys = tower_bearer::VerifyingKey::from_secret([7; 32])?;
    /// # let verifier = <tower_bearer::Verifier>::builder().any_issuer(keys).any_audience().build()?;
    /// use tower_bearer::BearerAuthLayer;
    /// use tower_bearer::reject::Rejection;
    ///
    /// let layer = BearerAuthLayer::new(verifier).reject_with(|rejection: Rejection<'_>| {
    ///     rejection.response(String::from("who are you?"))
    /// });
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    #[must_use]
    pub fn reject_with<T>(self, rejection: T) -> BearerAuthLayer<C, T> {
        BearerAuthLayer {
            config: Config {
                verifier: self.config.verifier,
                source: self.config.source,
                protection: self.config.protection,
                rejection,
                is_optional: self.config.is_optional,
                passes_preflight: self.config.passes_preflight,
                records_identity: self.config.records_identity,
            },
        }
    }
}

impl<S, C, R: Clone> Layer<S> for BearerAuthLayer<C, R> {
    type Service = BearerAuth<S, C, R>;

    fn layer(&self, inner: S) -> Self::Service {
        BearerAuth::new(inner, Arc::new(self.config.clone()))
    }
}

impl<C, R: Clone> Clone for BearerAuthLayer<C, R> {
    fn clone(&self) -> Self {
        Self {
            config: self.config.clone(),
        }
    }
}

impl<C, R: Clone> Clone for Config<C, R> {
    fn clone(&self) -> Self {
        Self {
            verifier: self.verifier.clone(),
            source: self.source.clone(),
            protection: self.protection.clone(),
            rejection: self.rejection.clone(),
            is_optional: self.is_optional,
            passes_preflight: self.passes_preflight,
            records_identity: self.records_identity,
        }
    }
}

impl<C, R> fmt::Debug for BearerAuthLayer<C, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BearerAuthLayer")
            .field("verifier", &self.config.verifier)
            .field("is_optional", &self.config.is_optional)
            .finish_non_exhaustive()
    }
}
