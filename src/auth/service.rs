//! The service of the layer.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use http::{Method, Request, Response};
use tower::Service;

use super::answer::Answer;
use super::future::{ResponseFuture, Waiting};
use super::layer::Config;
use crate::error::AuthError;
use crate::observe::{self, RequestSpan};
use crate::reject::{DefaultRejection, Respond};
use crate::request::RequestHead;
use crate::verify::{AnyVerifiedToken, Caller, Verification};

/// Verifies the token of each request before the inner service sees it.
///
/// Made by [`BearerAuthLayer`](crate::BearerAuthLayer). With keys in memory, a request is decided
/// without a task, a boxed future or a clone of the inner service.
pub struct BearerAuth<S, R = DefaultRejection> {
    inner: S,
    config: Arc<Config<R>>,
}

impl<S, R> BearerAuth<S, R> {
    pub(super) fn new(inner: S, config: Arc<Config<R>>) -> Self {
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

impl<S, B, T, R> Service<Request<B>> for BearerAuth<S, R>
where
    S: Service<Request<B>, Response = Response<T>> + Clone,
    R: Respond<T>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S, B, R>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let head = RequestHead::from(&request);
        let (decision, span) = self.config.observed(|span| self.config.decide(head, span));
        match decision {
            Decision::Pass(caller) => {
                let answer = Answer::new(&self.config, head, span);
                if let Some(caller) = caller {
                    request.extensions_mut().insert(caller);
                }
                ResponseFuture::call(&mut self.inner, request, answer)
            }
            Decision::Reject(error) => ResponseFuture::rejected(self.config.reject(&error, head)),
            Decision::Wait(verification) => {
                // Call the instance that was polled ready, not its clone.
                let unready = self.inner.clone();
                let waiting = Waiting {
                    service: mem::replace(&mut self.inner, unready),
                    request,
                    config: Arc::clone(&self.config),
                };
                ResponseFuture::verifying(verification, waiting)
            }
        }
    }
}

/// What to do with a request.
pub(super) enum Decision {
    /// Call the inner service, with this caller unless an outer layer has added one already.
    Pass(Option<Caller>),
    Reject(AuthError),
    Wait(BoxFuture<'static, Result<AnyVerifiedToken, AuthError>>),
}

impl Decision {
    fn refuse(error: AuthError) -> Self {
        observe::rejected(&error);
        Self::Reject(error)
    }
}

impl<R> Config<R> {
    /// Runs a step of the decision in a new span. Also returns the span for the inner service.
    pub(super) fn observed<T>(&self, step: impl FnOnce(&RequestSpan) -> T) -> (T, RequestSpan) {
        let span = RequestSpan::new(self.records_identity);
        let output = {
            let _entered = span.enter();
            step(&span)
        };
        let kept = if self.records_identity {
            span
        } else {
            RequestSpan::none()
        };
        (output, kept)
    }

    pub(super) fn decide(&self, request: RequestHead<'_>, span: &RequestSpan) -> Decision {
        if self.passes_preflight && is_preflight(request) {
            return Decision::Pass(Some(Caller::Preflight));
        }
        if let Some(Caller::Verified(token)) = request.extensions().get()
            && token.verifier() == self.verifier.id()
        {
            return match self.protect(request, token) {
                Ok(()) => Decision::Pass(None),
                Err(error) => Decision::refuse(error),
            };
        }
        let token = match self.source.find(request) {
            Ok(Some(token)) => token,
            Ok(None) if self.is_optional => {
                return Decision::Pass(Some(Caller::Anonymous));
            }
            Ok(None) => return Decision::refuse(AuthError::MissingToken),
            Err(reason) => return Decision::refuse(reason.into()),
        };
        match self.verifier.begin(&token, &|| self.source.check(&token)) {
            Verification::Done(Ok(verified)) => match self.accept(request, &verified, span) {
                Ok(()) => Decision::Pass(Some(Caller::Verified(verified))),
                Err(error) => Decision::Reject(error),
            },
            Verification::Done(Err(error)) => Decision::refuse(error),
            Verification::Pending(verification) => Decision::Wait(verification),
        }
    }

    /// Decides about a request once its token's verification has ended.
    pub(super) fn conclude(
        &self,
        request: RequestHead<'_>,
        verified: Result<AnyVerifiedToken, AuthError>,
        span: &RequestSpan,
    ) -> Result<AnyVerifiedToken, AuthError> {
        let token = verified.inspect_err(observe::rejected)?;
        self.accept(request, &token, span)?;
        Ok(token)
    }

    /// Decides about a request with a verified token.
    fn accept(
        &self,
        request: RequestHead<'_>,
        token: &AnyVerifiedToken,
        span: &RequestSpan,
    ) -> Result<(), AuthError> {
        if self.records_identity {
            let claims = token.registered();
            span.identify(claims.issuer(), claims.subject(), claims.token_id());
        }
        let accepted = self.protect(request, token);
        match &accepted {
            Ok(()) => observe::accepted(),
            Err(error) => observe::rejected(error),
        }
        accepted
    }

    /// Refuses forged requests. This comes last, because only a verified token names the session.
    fn protect(&self, request: RequestHead<'_>, token: &AnyVerifiedToken) -> Result<(), AuthError> {
        if !request.method().is_safe() && self.source.is_ambient(request) {
            self.protection.check(request, token.registered())?;
        }
        Ok(())
    }
}

fn is_preflight(request: RequestHead<'_>) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(ORIGIN)
        && request
            .headers()
            .contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

impl<S: Clone, R> Clone for BearerAuth<S, R> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            config: Arc::clone(&self.config),
        }
    }
}

impl<S: fmt::Debug, R> fmt::Debug for BearerAuth<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BearerAuth")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}
