//! Who sends a request, as later layers see it.

use std::sync::Arc;

use http::Extensions;
use serde::de::DeserializeOwned;

use super::VerifiedToken;
use super::verified::AnyClaims;
use crate::error::AuthError;
use crate::jose::RegisteredClaims;

/// Who sends a request: the one extension that a layer adds to it, and that all else reads.
#[derive(Clone)]
pub(crate) enum Caller {
    /// Nobody knows: there was no token, and none is required.
    Anonymous,
    /// A browser asks whether it may send a request from another site.
    Preflight,
    /// The subject of the token.
    Verified(AnyVerifiedToken),
}

impl Caller {
    /// The caller of a request that a layer has let through.
    pub(crate) fn of(extensions: &Extensions) -> Result<&Self, AuthError> {
        extensions.get::<Self>().ok_or(AuthError::MissingLayer)
    }
}

/// A number that no other verifier of this process has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct VerifierId(pub(super) u64);

/// A verified token, whatever its claims type.
#[derive(Clone)]
pub(crate) struct AnyVerifiedToken {
    token: Arc<AnyClaims>,
    verifier: VerifierId,
}

impl AnyVerifiedToken {
    pub(super) fn new<C>(token: VerifiedToken<C>, verifier: VerifierId) -> Self
    where
        C: Send + Sync + 'static,
    {
        Self {
            token: token.erase(),
            verifier,
        }
    }

    /// Who verified it.
    pub(crate) fn verifier(&self) -> VerifierId {
        self.verifier
    }

    pub(crate) fn registered(&self) -> &RegisteredClaims {
        self.token.registered()
    }

    pub(crate) fn has_role(&self, role: &str) -> bool {
        self.token.roles().iter().any(|granted| **granted == *role)
    }

    /// What this makes of the claims, which are decoded again if they are of another type.
    pub(crate) fn with_claims<C, T>(&self, read: impl FnOnce(&C) -> T) -> Result<T, AuthError>
    where
        C: DeserializeOwned + 'static,
    {
        match self.token.claims().downcast_ref() {
            Some(claims) => Ok(read(claims)),
            None => Ok(read(&self.token.decode()?)),
        }
    }
}

impl<C: DeserializeOwned + Send + Sync + 'static> VerifiedToken<C> {
    /// The token of a request, from its extensions, where a
    /// [`BearerAuthLayer`](crate::BearerAuthLayer) has put it.
    ///
    /// If the verifier decodes claims into another type than `C`, they are decoded again: at the
    /// cost of that, each part of an application can have its own claims type.
    ///
    /// ```
    /// use http::Request;
    /// use tower_bearer::{AuthError, VerifiedToken};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct MyClaims {
    ///     name: String,
    /// }
    ///
    /// fn greet<B>(request: &Request<B>) -> Result<String, AuthError> {
    ///     let token = VerifiedToken::<MyClaims>::from_extensions(request.extensions())?;
    ///     Ok(format!("hello {}", token.claims().name))
    /// }
    /// # assert_eq!(greet(&Request::new(())), Err(AuthError::MissingLayer));
    /// ```
    ///
    /// # Errors
    ///
    /// - [`AuthError::MissingToken`]: an [optional](crate::BearerAuthLayer::optional) layer let the
    ///   request through without a token.
    /// - [`AuthError::InvalidToken`]: the claims do not decode into `C`.
    /// - [`AuthError::MissingLayer`]: no layer ran.
    pub fn from_extensions(extensions: &Extensions) -> Result<Self, AuthError> {
        Self::optional_from_extensions(extensions)?.ok_or(AuthError::MissingToken)
    }

    /// The token of a request, if it has one: see [`from_extensions`](Self::from_extensions).
    ///
    /// # Errors
    ///
    /// As [`from_extensions`](Self::from_extensions), but for a missing token, which is `None`.
    pub fn optional_from_extensions(extensions: &Extensions) -> Result<Option<Self>, AuthError> {
        match Caller::of(extensions)? {
            Caller::Verified(token) => Ok(Some(Self::typed(&token.token)?)),
            Caller::Anonymous | Caller::Preflight => Ok(None),
        }
    }
}
