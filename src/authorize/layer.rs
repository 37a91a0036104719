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
use crate::reject::refuse;
use crate::verify::Caller;

/// Demands something of the verified token of each request, and answers 403 `insufficient_scope`
/// otherwise.
///
/// It belongs behind a [`BearerAuthLayer`](crate::BearerAuthLayer), which says how refusals look.
/// Without one it answers 500 and logs what is missing. Behind an optional one it answers requests
/// without a token with 401. A CORS preflight that the layer let through passes here too.
/// [The module's page](super) shows a whole example.
#[derive(Clone, Debug)]
pub struct RequireLayer {
    requirement: Requirement,
    scopes: Option<Arc<str>>,
}

impl RequireLayer {
    /// Demands this.
    pub fn new(requirement: Requirement) -> Self {
        let scopes = requirement.scopes();
        Self {
            requirement,
            scopes,
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

    pub(super) fn check<B>(&self, request: &Request<B>) -> Result<(), AuthError> {
        match Caller::of(request.extensions())? {
            Caller::Verified(token) if self.requirement.is_met_by(token)? => Ok(()),
            Caller::Verified(_) => Err(AuthError::InsufficientScope(self.scopes.clone())),
            Caller::Anonymous => Err(AuthError::MissingToken),
            Caller::Preflight => Ok(()),
        }
    }
}

impl<S> Layer<S> for RequireLayer {
    type Service = Require<S>;

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
pub struct Require<S> {
    inner: S,
    layer: RequireLayer,
}

impl<S, B, T> Service<Request<B>> for Require<S>
where
    S: Service<Request<B>, Response = Response<T>>,
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
