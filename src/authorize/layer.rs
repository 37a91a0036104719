//! The layer that requires the same of each request.

use std::sync::Arc;

use http::Request;
use tower_layer::Layer;

use super::requirement::{self, Requirement};
use super::service::{Check, Require};
use crate::error::AuthError;
use crate::verify::Caller;

/// Checks the verified token of each request against a [`Requirement`], and answers 403
/// `insufficient_scope` if it is not met.
///
/// Put it behind a [`BearerAuthLayer`](crate::BearerAuthLayer), which also decides the form of the
/// refusals. Without one, it answers 500 and logs what is missing. Behind an optional one, it answers
/// requests without a token with 401. CORS preflights that the outer layer allows pass.
/// [The module's page](super) has an example.
#[derive(Clone, Debug)]
pub struct RequireLayer {
    requirement: Requirement,
    /// For the challenge, joined once.
    scopes: Option<Arc<str>>,
}

impl RequireLayer {
    /// Requires this.
    pub fn new(requirement: Requirement) -> Self {
        let scopes = requirement.scopes();
        Self {
            requirement,
            scopes,
        }
    }

    /// Requires this [`scope`](super::scope).
    pub fn scope(scope: impl AsRef<str>) -> Self {
        Self::new(requirement::scope(scope))
    }

    /// Requires this [`role`](super::role).
    pub fn role(role: impl AsRef<str>) -> Self {
        Self::new(requirement::role(role))
    }
}

impl<S> Layer<S> for RequireLayer {
    type Service = Require<S, Self>;

    fn layer(&self, inner: S) -> Self::Service {
        Require::new(inner, self.clone())
    }
}

impl Check for RequireLayer {
    fn check<B>(&self, request: &Request<B>) -> Result<(), AuthError> {
        match Caller::of(request.extensions())? {
            Caller::Verified(token) if self.requirement.is_met_by(token)? => Ok(()),
            Caller::Verified(_) => Err(AuthError::InsufficientScope(self.scopes.clone())),
            Caller::Anonymous => Err(AuthError::MissingToken),
            Caller::Preflight => Ok(()),
        }
    }
}
