//! The service that the layer makes.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use http::{Method, Request, Response};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tower::Service;

use super::ResponseFuture;
use super::layer::Config;
use crate::error::AuthError;
use crate::observe;
use crate::reject::{DefaultRejection, Rejection, RejectionResponse};
use crate::request::RequestHead;
use crate::verify::{Caller, Verification, VerifiedToken};

/// Verifies the token of each request before the inner service sees it.
///
/// Made by [`BearerAuthLayer`](crate::BearerAuthLayer). Where the keys are at hand, a request is
/// judged at once: no task, no boxed future, no clone of the inner service.
pub struct BearerAuth<S, C = Map<String, Value>, R = DefaultRejection> {
    inner: S,
    config: Arc<Config<C, R>>,
}

impl<S, C, R> BearerAuth<S, C, R> {
    pub(super) fn new(inner: S, config: Arc<Config<C, R>>) -> Self {
        Self { inner, config }
    }

    /// The inner service.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// The inner service.
    pub fn inner_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The inner service, without the verification.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, B, T, C, R> Service<Request<B>> for BearerAuth<S, C, R>
where
    S: Service<Request<B>, Response = Response<T>> + Clone,
    C: DeserializeOwned + Send + Sync + 'static,
    R: RejectionResponse<T>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S, B, C, R>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        match self.config.decide(RequestHead::from(&request)) {
            Decision::Accept(token) => {
                Caller::insert_verified(token, request.extensions_mut());
                ResponseFuture::inner(self.inner.call(request))
            }
            Decision::Pass(caller) => {
                caller.insert_unverified::<C>(request.extensions_mut());
                ResponseFuture::inner(self.inner.call(request))
            }
            Decision::Reject(error) => {
                ResponseFuture::rejected(self.config.reject(&error, RequestHead::from(&request)))
            }
            Decision::Wait(verification) => {
                // It was this service that was polled ready, so it must be the one called.
                let unready = self.inner.clone();
                let ready = mem::replace(&mut self.inner, unready);
                ResponseFuture::verifying(verification, ready, request, Arc::clone(&self.config))
            }
        }
    }
}

/// What to do with a request.
enum Decision<C> {
    Accept(VerifiedToken<C>),
    /// Without a token.
    Pass(Caller),
    Reject(AuthError),
    Wait(BoxFuture<'static, Result<VerifiedToken<C>, AuthError>>),
}

impl<C> Decision<C> {
    fn refuse(error: AuthError) -> Self {
        observe::rejected(&error);
        Self::Reject(error)
    }
}

impl<C, R> Config<C, R>
where
    C: DeserializeOwned + Send + Sync + 'static,
{
    fn decide(&self, request: RequestHead<'_>) -> Decision<C> {
        if self.passes_preflight && is_preflight(request) {
            return Decision::Pass(Caller::Preflight);
        }
        let _span = observe::enter_span();
        let token = match self.source.find(request) {
            Ok(Some(token)) => token,
            Ok(None) if self.is_optional => return Decision::Pass(Caller::Anonymous),
            Ok(None) => return Decision::refuse(AuthError::MissingToken),
            Err(reason) => return Decision::refuse(reason.into()),
        };
        let check = || self.source.check(&token);
        match self.verifier.begin(&token, check) {
            Verification::Done(Ok(verified)) => match self.accept(request, &verified) {
                Ok(()) => Decision::Accept(verified),
                Err(error) => Decision::refuse(error),
            },
            Verification::Done(Err(error)) => Decision::refuse(error),
            Verification::Pending(verification) => Decision::Wait(verification),
        }
    }
}

impl<C, R> Config<C, R> {
    /// What becomes of a request whose token is good. Only that tells which session the request
    /// must belong to, so it is not looked at before.
    pub(super) fn accept(
        &self,
        request: RequestHead<'_>,
        token: &VerifiedToken<C>,
    ) -> Result<(), AuthError> {
        if !request.method().is_safe() && self.source.is_ambient(request) {
            self.protection.check(request, token.registered())?;
        }
        observe::accepted(token.registered(), self.records_identity);
        Ok(())
    }

    pub(super) fn reject<T>(&self, error: &AuthError, request: RequestHead<'_>) -> Response<T>
    where
        R: RejectionResponse<T>,
    {
        self.rejection.reject(Rejection::new(error, request))
    }
}

fn is_preflight(request: RequestHead<'_>) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(ORIGIN)
        && request
            .headers()
            .contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

impl<S: Clone, C, R> Clone for BearerAuth<S, C, R> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            config: Arc::clone(&self.config),
        }
    }
}

impl<S: fmt::Debug, C, R> fmt::Debug for BearerAuth<S, C, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BearerAuth")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}
