//! What a call of the service returns.

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
use crate::observe;
use crate::reject::Respond;
use crate::request::RequestHead;
use crate::verify::{AnyVerifiedToken, Caller};

pin_project! {
    /// The response of [`BearerAuth`](super::BearerAuth): that of the inner service, or a refusal.
    pub struct ResponseFuture<S, B, R>
    where
        S: Service<Request<B>>,
    {
        #[pin]
        state: State<S, B, R>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, B, R>
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

/// What a request needs to go on once its token is judged.
struct Waiting<S, B, R> {
    /// Was polled ready before the request came.
    service: S,
    request: Request<B>,
    config: Arc<Config<R>>,
}

impl<S, B, R> State<S, B, R>
where
    S: Service<Request<B>>,
{
    fn call(service: &mut S, request: Request<B>, answer: Answer<R>) -> Self {
        let future = {
            let _span = answer.span.enter();
            service.call(request)
        };
        Self::Inner { future, answer }
    }
}

impl<S, B, R> ResponseFuture<S, B, R>
where
    S: Service<Request<B>>,
{
    pub(super) fn call(service: &mut S, request: Request<B>, answer: Answer<R>) -> Self {
        Self {
            state: State::call(service, request, answer),
        }
    }

    pub(super) fn rejected(response: S::Response) -> Self {
        Self {
            state: State::Rejected {
                response: Some(response),
            },
        }
    }

    pub(super) fn verifying(
        verification: BoxFuture<'static, Result<AnyVerifiedToken, AuthError>>,
        service: S,
        request: Request<B>,
        config: Arc<Config<R>>,
    ) -> Self {
        let waiting = Some(Waiting {
            service,
            request,
            config,
        });
        Self {
            state: State::Verifying {
                verification,
                waiting,
            },
        }
    }
}

impl<S, B, T, R> Future for ResponseFuture<S, B, R>
where
    S: Service<Request<B>, Response = Response<T>>,
    R: Respond<T>,
{
    type Output = Result<S::Response, S::Error>;

    /// After it has completed, it stays pending.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let next = match state.as_mut().project() {
                StateProjection::Inner { future, answer } => {
                    let output = {
                        let _span = answer.span.enter();
                        let output = ready!(future.poll(cx));
                        output.map(|response| answer.finish(response))
                    };
                    state.set(State::Done);
                    return Poll::Ready(output);
                }
                StateProjection::Rejected { response } => {
                    return response
                        .take()
                        .map_or(Poll::Pending, |response| Poll::Ready(Ok(response)));
                }
                StateProjection::Verifying {
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
                StateProjection::Done => return Poll::Pending,
            };
            state.set(next);
        }
    }
}

impl<S, B, T, R> Waiting<S, B, R>
where
    S: Service<Request<B>, Response = Response<T>>,
    R: Respond<T>,
{
    fn go_on(mut self, verified: Result<AnyVerifiedToken, AuthError>) -> State<S, B, R> {
        let head = RequestHead::from(&self.request);
        let (accepted, span) = self.config.observed(|span| match verified {
            Ok(token) => self.config.accept(head, &token, span).map(|()| token),
            Err(error) => {
                observe::rejected(&error);
                Err(error)
            }
        });
        match accepted {
            Ok(token) => {
                let answer = Answer::new(&self.config, head, span);
                let extensions = self.request.extensions_mut();
                extensions.insert(Caller::Verified(token));
                State::call(&mut self.service, self.request, answer)
            }
            Err(error) => State::Rejected {
                response: Some(self.config.reject(&error, head)),
            },
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
