//! The layer that demands something of the verified token, and its service.

use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use tower::Service;
use tower_layer::Layer;

use super::ResponseFuture;
use super::requirement::{self, Requirement};
use crate::error::AuthError;
use crate::observe;
use crate::reject::{DefaultRejection, Rejection, RejectionResponse};
use crate::request::RequestHead;
use crate::verify::Caller;

/// Demands something of the verified token of each request, and answers 403 `insufficient_scope`
/// otherwise.
///
/// It belongs behind a [`BearerAuthLayer`](crate::BearerAuthLayer). Without one it answers 500 and
/// logs what is missing; behind an optional one it answers requests without a token with 401. A
/// CORS preflight that the layer before it let through passes here too.
/// [The module's page](super) shows a whole example.
#[derive(Clone, Debug)]
pub struct RequireLayer<R = DefaultRejection> {
    requirement: Requirement,
    scopes: Option<Arc<str>>,
    rejection: R,
}

impl RequireLayer {
    /// Demands this.
    pub fn new(requirement: Requirement) -> Self {
        let scopes = requirement.scopes();
        Self {
            requirement,
            scopes,
            rejection: DefaultRejection::default(),
        }
    }

    /// Demands this [`scope`](super::scope).
    pub fn scope(scope: impl AsRef<str>) -> Self {
        Self::new(requirement::scope(scope))
    }

    /// Demands this [`role`](super::role).
    pub fn role(role: impl AsRef<str>) -> Self {
        Self::new(requirement::role(role))
    }
}

impl<R> RequireLayer<R> {
    /// Builds the responses to refused requests in another way, as
    /// [`BearerAuthLayer::reject_with`](crate::BearerAuthLayer::reject_with).
    #[must_use]
    pub fn reject_with<T>(self, rejection: T) -> RequireLayer<T> {
        RequireLayer {
            requirement: self.requirement,
            scopes: self.scopes,
            rejection,
        }
    }

    fn check(&self, request: RequestHead<'_>) -> Result<(), AuthError> {
        match request.extensions().get::<Caller>() {
            Some(Caller::Verified(token)) if self.requirement.is_met_by(token)? => Ok(()),
            Some(Caller::Verified(_)) => Err(AuthError::InsufficientScope(self.scopes.clone())),
            Some(Caller::Anonymous) => Err(AuthError::MissingToken),
            Some(Caller::Preflight) => Ok(()),
            None => Err(AuthError::MissingLayer),
        }
    }
}

impl<S, R: Clone> Layer<S> for RequireLayer<R> {
    type Service = Require<S, R>;

    fn layer(&self, inner: S) -> Self::Service {
        Require {
            inner,
            layer: self.clone(),
        }
    }
}

/// Demands something of the verified token before the inner service sees the request.
///
/// Made by [`RequireLayer`].
#[derive(Clone, Debug)]
pub struct Require<S, R = DefaultRejection> {
    inner: S,
    layer: RequireLayer<R>,
}

impl<S, B, T, R> Service<Request<B>> for Require<S, R>
where
    S: Service<Request<B>, Response = Response<T>>,
    R: RejectionResponse<T>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, T>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let head = RequestHead::from(&request);
        match self.layer.check(head) {
            Ok(()) => ResponseFuture::inner(self.inner.call(request)),
            Err(error) => {
                observe::rejected(&error);
                let rejection = Rejection::new(&error, head);
                ResponseFuture::rejected(self.layer.rejection.reject(rejection))
            }
        }
    }
}
