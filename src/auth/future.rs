//! The response future of [`BearerAuth`](super::BearerAuth).

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures::future::BoxFuture;
use http::{Request, Response};
use pin_project_lite::pin_project;
use tower::Service;

use super::answer::Answer;
use super::layer::Config;
use crate::error::AuthError;
use crate::reject::Respond;
use crate::request::RequestHead;
use crate::verify::{AnyVerifiedToken, Caller};

pin_project! {
    /// The response of the inner service, or a refusal.
    #[project = Projection]
    pub enum ResponseFuture<S, B, R>
    where
        S: Service<Request<B>>,
    {
        Inner { #[pin] future: S::Future, answer: Answer<R> },
        Rejected { response: Option<S::Response> },
        Verifying {
            verification: BoxFuture<'static, Result<AnyVerifiedToken, AuthError>>,
            waiting: Option<Waiting<S, B, R>>,
        },
        Done,
    }
}

/// A request whose token is being verified.
pub(super) struct Waiting<S, B, R> {
    /// The instance that was polled ready.
    pub(super) service: S,
    pub(super) request: Request<B>,
    pub(super) config: Arc<Config<R>>,
}

impl<S, B, R> ResponseFuture<S, B, R>
where
    S: Service<Request<B>>,
{
    pub(super) fn call(service: &mut S, request: Request<B>, answer: Answer<R>) -> Self {
        let future = {
            let _span = answer.span.enter();
            service.call(request)
        };
        Self::Inner { future, answer }
    }

    pub(super) fn rejected(response: S::Response) -> Self {
        let response = Some(response);
        Self::Rejected { response }
    }

    pub(super) fn verifying(
        verification: BoxFuture<'static, Result<AnyVerifiedToken, AuthError>>,
        waiting: Waiting<S, B, R>,
    ) -> Self {
        let waiting = Some(waiting);
        Self::Verifying {
            verification,
            waiting,
        }
    }
}

impl<S, B, T, R> Future for ResponseFuture<S, B, R>
where
    S: Service<Request<B>, Response = Response<T>>,
    R: Respond<T>,
{
    type Output = Result<S::Response, S::Error>;

    /// After completion it stays pending.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let next = match self.as_mut().project() {
                Projection::Inner { future, answer } => {
                    let output = {
                        let _span = answer.span.enter();
                        let output = ready!(future.poll(cx));
                        output.map(|response| answer.finish(response))
                    };
                    self.set(Self::Done);
                    return Poll::Ready(output);
                }
                Projection::Rejected { response } => {
                    return response
                        .take()
                        .map_or(Poll::Pending, |response| Poll::Ready(Ok(response)));
                }
                Projection::Verifying {
                    verification,
                    waiting,
                } => {
                    let Some(config) = waiting.as_ref().map(|waiting| &waiting.config) else {
                        return Poll::Pending;
                    };
                    let (verified, _) = config.observed(|_| verification.as_mut().poll(cx));
                    let verified = ready!(verified);
                    let Some(waiting) = waiting.take() else {
                        return Poll::Pending;
                    };
                    waiting.go_on(verified)
                }
                Projection::Done => return Poll::Pending,
            };
            self.set(next);
        }
    }
}

impl<S, B, T, R> Waiting<S, B, R>
where
    S: Service<Request<B>, Response = Response<T>>,
    R: Respond<T>,
{
    fn go_on(mut self, verified: Result<AnyVerifiedToken, AuthError>) -> ResponseFuture<S, B, R> {
        let head = RequestHead::from(&self.request);
        let (accepted, span) = self
            .config
            .observed(|span| self.config.conclude(head, verified, span));
        match accepted {
            Ok(token) => {
                let answer = Answer::new(&self.config, head, span);
                let extensions = self.request.extensions_mut();
                extensions.insert(Caller::Verified(token));
                ResponseFuture::call(&mut self.service, self.request, answer)
            }
            Err(error) => ResponseFuture::rejected(self.config.reject(&error, head)),
        }
    }
}

impl<S, B, R> fmt::Debug for ResponseFuture<S, B, R>
where
    S: Service<Request<B>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
