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

use super::layer::Config;
use crate::error::AuthError;
use crate::observe;
use crate::reject::RejectionResponse;
use crate::request::RequestHead;
use crate::verify::{Caller, VerifiedToken};

pin_project! {
    /// The response of [`BearerAuth`](super::BearerAuth): that of the inner service, or a refusal.
    pub struct ResponseFuture<S, B, C, R>
    where
        S: Service<Request<B>>,
    {
        #[pin]
        state: State<S, B, C, R>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, B, C, R>
    where
        S: Service<Request<B>>,
    {
        Inner { #[pin] future: S::Future },
        Rejected { response: Option<S::Response> },
        Verifying {
            verification: BoxFuture<'static, Result<VerifiedToken<C>, AuthError>>,
            waiting: Option<Waiting<S, B, C, R>>,
        },
        Done,
    }
}

/// What a request needs to go on once its token is judged.
struct Waiting<S, B, C, R> {
    /// Was polled ready before the request came.
    service: S,
    request: Request<B>,
    config: Arc<Config<C, R>>,
}

impl<S, B, C, R> ResponseFuture<S, B, C, R>
where
    S: Service<Request<B>>,
{
    pub(super) fn inner(future: S::Future) -> Self {
        Self {
            state: State::Inner { future },
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
        verification: BoxFuture<'static, Result<VerifiedToken<C>, AuthError>>,
        service: S,
        request: Request<B>,
        config: Arc<Config<C, R>>,
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

impl<S, B, T, C, R> Future for ResponseFuture<S, B, C, R>
where
    S: Service<Request<B>, Response = Response<T>>,
    C: Send + Sync + 'static,
    R: RejectionResponse<T>,
{
    type Output = Result<S::Response, S::Error>;

    /// After it has completed, it stays pending.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let next = match state.as_mut().project() {
                StateProjection::Inner { future } => {
                    let output = ready!(future.poll(cx));
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
                    // The inner service and the rejection are no part of the judgement.
                    let (waiting, verified) = {
                        let _span = observe::enter_span();
                        let verified = ready!(verification.as_mut().poll(cx));
                        let Some(waiting) = waiting.take() else {
                            return Poll::Pending;
                        };
                        let request = RequestHead::from(&waiting.request);
                        let verified = verified.and_then(|token| {
                            waiting.config.accept(request, &token)?;
                            Ok(token)
                        });
                        if let Err(error) = &verified {
                            observe::rejected(error);
                        }
                        (waiting, verified)
                    };
                    waiting.go_on(verified)
                }
                StateProjection::Done => return Poll::Pending,
            };
            state.set(next);
        }
    }
}

impl<S, B, T, C, R> Waiting<S, B, C, R>
where
    S: Service<Request<B>, Response = Response<T>>,
    C: Send + Sync + 'static,
    R: RejectionResponse<T>,
{
    fn go_on(mut self, verified: Result<VerifiedToken<C>, AuthError>) -> State<S, B, C, R> {
        match verified {
            Ok(token) => {
                Caller::insert_verified(token, self.request.extensions_mut());
                State::Inner {
                    future: self.service.call(self.request),
                }
            }
            Err(error) => {
                let response = self.config.reject(&error, RequestHead::from(&self.request));
                State::Rejected {
                    response: Some(response),
                }
            }
        }
    }
}

impl<S, B, C, R> fmt::Debug for ResponseFuture<S, B, C, R>
where
    S: Service<Request<B>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
