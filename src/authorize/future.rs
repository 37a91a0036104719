//! The response future of [`Require`](super::Require).

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Response;
use pin_project_lite::pin_project;

pin_project! {
    /// The response of the inner service, or a refusal.
    #[project = Projection]
    pub enum ResponseFuture<F, T> {
        Inner { #[pin] future: F },
        Rejected { response: Option<Response<T>> },
        Done,
    }
}

impl<F, T> ResponseFuture<F, T> {
    pub(super) fn inner(future: F) -> Self {
        Self::Inner { future }
    }

    pub(super) fn rejected(response: Response<T>) -> Self {
        let response = Some(response);
        Self::Rejected { response }
    }
}

impl<F, T, E> Future for ResponseFuture<F, T>
where
    F: Future<Output = Result<Response<T>, E>>,
{
    type Output = Result<Response<T>, E>;

    /// After completion it stays pending.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.as_mut().project() {
            Projection::Inner { future } => {
                let output = ready!(future.poll(cx));
                self.set(Self::Done);
                Poll::Ready(output)
            }
            Projection::Rejected { response } => response
                .take()
                .map_or(Poll::Pending, |response| Poll::Ready(Ok(response))),
            Projection::Done => Poll::Pending,
        }
    }
}

impl<F, T> fmt::Debug for ResponseFuture<F, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
