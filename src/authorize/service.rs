//! The service behind both layers.

use std::task::{Context, Poll};

use http::{Request, Response};
use tower::Service;

use super::future::ResponseFuture;
use crate::error::AuthError;
use crate::observe;
use crate::reject::refuse;

/// Checks the verified token before the inner service gets the request.
///
/// Made by [`RequireLayer`](super::RequireLayer) and
/// [`RequireByMethodLayer`](super::RequireByMethodLayer); `L` is the layer.
#[derive(Clone, Debug)]
pub struct Require<S, L> {
    inner: S,
    layer: L,
}

/// What a layer requires of a request.
pub trait Check {
    fn check<B>(&self, request: &Request<B>) -> Result<(), AuthError>;
}

impl<S, L> Require<S, L> {
    pub(super) fn new(inner: S, layer: L) -> Self {
        Self { inner, layer }
    }
}

impl<S, L, B, T> Service<Request<B>> for Require<S, L>
where
    S: Service<Request<B>, Response = Response<T>>,
    L: Check,
    T: Default,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, T>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        match self.layer.check(&request) {
            Ok(()) => ResponseFuture::inner(self.inner.call(request)),
            Err(error) => {
                observe::rejected_without_layer(&error);
                ResponseFuture::rejected(refuse(error, request))
            }
        }
    }
}
