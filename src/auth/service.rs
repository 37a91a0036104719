//! The service that the layer makes.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use http::{Method, Request, Response};
use tower::Service;

use super::ResponseFuture;
use super::answer::Answer;
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
                // It was this service that was polled ready, so it must be the one called.
                let unready = self.inner.clone();
                let ready = mem::replace(&mut self.inner, unready);
                ResponseFuture::verifying(verification, ready, request, Arc::clone(&self.config))
            }
        }
    }
}

/// What to do with a request.
pub(super) enum Decision {
    /// On to the inner service, with this caller unless an outer layer has named it already.
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
    /// Runs a step of the judgement in its span, and tells in which span the inner service runs.
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

    /// What becomes of a request whose token is good.
    pub(super) fn accept(
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

    /// Refuses forged requests. Only a good token tells which session a request must belong to, so
    /// this comes last.
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
