//! What a call of the service returns.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Response;
use pin_project_lite::pin_project;

pin_project! {
    /// The response of [`Require`](super::Require): that of the inner service, or a refusal.
    pub struct ResponseFuture<F, T> {
        #[pin]
        state: State<F, T>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F, T> {
        Inner { #[pin] future: F },
        Rejected { response: Option<Response<T>> },
        Done,
    }
}

impl<F, T> ResponseFuture<F, T> {
    pub(super) fn inner(future: F) -> Self {
        Self {
            state: State::Inner { future },
        }
    }

    pub(super) fn rejected(response: Response<T>) -> Self {
        Self {
            state: State::Rejected {
                response: Some(response),
            },
        }
    }
}

impl<F, T, E> Future for ResponseFuture<F, T>
where
    F: Future<Output = Result<Response<T>, E>>,
{
    type Output = Result<Response<T>, E>;

    /// After it has completed, it stays pending.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        match state.as_mut().project() {
            StateProjection::Inner { future } => {
                let output = ready!(future.poll(cx));
                state.set(State::Done);
                Poll::Ready(output)
            }
            StateProjection::Rejected { response } => response
                .take()
                .map_or(Poll::Pending, |response| Poll::Ready(Ok(response))),
            StateProjection::Done => Poll::Pending,
        }
    }
}

impl<F, T> fmt::Debug for ResponseFuture<F, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
