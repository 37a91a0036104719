//! A token that was verified.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::issuers::IssuerId;
use super::revocation::Revocable;
use crate::error::{AuthError, TokenError};
use crate::jose::{Header, RegisteredClaims};
use crate::keys::KeySet;

/// A token whose signature and claims were verified: the only way to one is a
/// [`Verifier`](crate::Verifier).
///
/// `C` is the type of the claims: one of your own, or a JSON map. Cloning shares the claims and
/// never copies them. `Debug` shows no claim.
///
/// ```
/// use tower_bearer::VerifiedToken;
///
/// #[derive(serde::Deserialize)]
/// struct MyClaims {
///     name: String,
/// }
///
/// fn greet(token: &VerifiedToken<MyClaims>) -> String {
///     format!("hello {}", token.claims().name)
/// }
/// ```
pub struct VerifiedToken<C = Map<String, Value>>(Arc<Counted<C>>);

/// What the holders of a token share. Processors that share a count wait for one another.
enum Counted<C> {
    Token(Verified<C>),
    /// A count of its own for the same token.
    Again(Arc<Self>),
}

impl<C> Counted<C> {
    fn verified(&self) -> &Verified<C> {
        let mut counted = self;
        loop {
            match counted {
                Self::Token(verified) => return verified,
                Self::Again(other) => counted = other,
            }
        }
    }
}

pub(super) struct Verified<C> {
    pub(super) trust: Arc<Trust>,
    /// None where no list of revocations is gone by.
    pub(super) revocable: Option<Box<Revocable>>,
    pub(super) registered: RegisteredClaims,
    pub(super) roles: Box<[Box<str>]>,
    /// The length of the payload, from which the size of the claims is guessed.
    pub(super) payload_len: u32,
    /// What claims of another type are decoded from, unless the claims are a JSON map, which will
    /// do. Without the signature, it is no token.
    pub(super) payload: Option<Box<str>>,
    pub(super) claims: C,
}

/// By what a token was accepted: much the same for all of an issuer, so that they share it. The
/// key is the one that fits the header of these.
pub(super) struct Trust {
    pub(super) header: Arc<Header>,
    pub(super) issuer: IssuerId,
    pub(super) keys: KeySet,
}

impl<C> VerifiedToken<C> {
    pub(super) fn new(verified: Verified<C>) -> Self {
        Self(Arc::new(Counted::Token(verified)))
    }

    /// The same token, with a count of holders of its own.
    pub(super) fn with_own_count(&self) -> Self {
        Self(Arc::new(Counted::Again(Arc::clone(&self.0))))
    }

    fn verified(&self) -> &Verified<C> {
        self.0.verified()
    }

    pub(super) fn trust(&self) -> &Trust {
        &self.verified().trust
    }

    pub(super) fn revocable(&self) -> Option<&Revocable> {
        self.verified().revocable.as_deref()
    }

    pub(super) fn payload_len(&self) -> u32 {
        self.verified().payload_len
    }

    /// The claims.
    pub fn claims(&self) -> &C {
        &self.verified().claims
    }

    /// The registered claims, such as issuer and subject, whatever `C` is.
    pub fn registered(&self) -> &RegisteredClaims {
        &self.verified().registered
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.verified().trust.header
    }

    /// Whom the token speaks of (`sub`).
    pub fn subject(&self) -> Option<&str> {
        self.verified().registered.subject()
    }

    /// Whether the token grants this scope.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.verified().registered.has_scope(scope)
    }

    /// The roles, from the claims that [`roles_claim`](crate::verify::VerifierBuilder::roles_claim)
    /// named.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.verified().roles.iter().map(|role| &**role)
    }

    /// Whether the token grants this role: compared to the letter.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles().any(|granted| granted == role)
    }

    /// Demands a scope, in a handler: `token.require_scope("orders:write")?`.
    ///
    /// # Errors
    ///
    /// [`AuthError::InsufficientScope`] if the token does not grant it: 403, with the scope in the
    /// challenge. Return it from an Axum handler, and the layer answers as for its own refusals.
    pub fn require_scope(&self, scope: &str) -> Result<(), AuthError> {
        if self.has_scope(scope) {
            Ok(())
        } else {
            Err(AuthError::InsufficientScope(Some(scope.into())))
        }
    }

    /// Demands a role, in a handler: `token.require_role("editor")?`.
    ///
    /// # Errors
    ///
    /// [`AuthError::InsufficientScope`] if the token does not grant it: 403.
    pub fn require_role(&self, role: &str) -> Result<(), AuthError> {
        if self.has_role(role) {
            Ok(())
        } else {
            Err(AuthError::InsufficientScope(None))
        }
    }
}

impl<C: Send + Sync + 'static> VerifiedToken<C> {
    /// The same token, whatever its claims type.
    pub(super) fn erase(self) -> Arc<AnyClaims> {
        self.0
    }
}

impl<C: DeserializeOwned + Send + Sync + 'static> VerifiedToken<C> {
    /// The same token with claims of this type, which are decoded again if they are of another.
    pub(super) fn typed(token: &Arc<AnyClaims>) -> Result<Self, TokenError> {
        let any: Arc<dyn Any + Send + Sync> = Arc::clone(token) as _;
        match any.downcast::<Counted<C>>() {
            Ok(counted) => Ok(Self(counted)),
            Err(_) => Ok(Self::new(token.with_claims(token.decode()?))),
        }
    }
}

impl<C> Clone for VerifiedToken<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C> fmt::Debug for VerifiedToken<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedToken")
            .field("header", &self.verified().trust.header)
            .finish_non_exhaustive()
    }
}

/// A verified token, whatever its claims type.
pub(super) type AnyClaims = dyn Grants + Send + Sync;

/// What can be read of a verified token without its claims type.
pub(super) trait Grants: Any {
    fn registered(&self) -> &RegisteredClaims;
    fn roles(&self) -> &[Box<str>];
    fn claims(&self) -> &dyn Any;
    fn payload(&self) -> Option<&str>;
    /// The same token without claims, which no verifier sees again.
    fn without_claims(&self) -> Verified<()>;
}

impl AnyClaims {
    /// The claims, decoded into a type of the application.
    pub(super) fn decode<C: DeserializeOwned>(&self) -> Result<C, TokenError> {
        let decoded = match (self.payload(), self.claims().downcast_ref()) {
            (Some(payload), _) => serde_json::from_str(payload),
            (None, Some(map)) => C::deserialize::<&Map<String, Value>>(map),
            // No token is without both.
            (None, None) => return Err(TokenError::UndecodableClaims),
        };
        decoded.map_err(|_| TokenError::UndecodableClaims)
    }

    fn with_claims<C>(&self, claims: C) -> Verified<C> {
        let Verified {
            trust,
            revocable,
            registered,
            roles,
            payload_len,
            payload,
            claims: (),
        } = self.without_claims();
        Verified {
            trust,
            revocable,
            registered,
            roles,
            payload_len,
            payload,
            claims,
        }
    }
}

impl<C: Send + Sync + 'static> Grants for Counted<C> {
    fn registered(&self) -> &RegisteredClaims {
        &self.verified().registered
    }

    fn roles(&self) -> &[Box<str>] {
        &self.verified().roles
    }

    fn claims(&self) -> &dyn Any {
        &self.verified().claims
    }

    fn payload(&self) -> Option<&str> {
        self.verified().payload.as_deref()
    }

    fn without_claims(&self) -> Verified<()> {
        let verified = self.verified();
        Verified {
            trust: Arc::clone(&verified.trust),
            revocable: None,
            registered: verified.registered.clone(),
            roles: verified.roles.clone(),
            payload_len: verified.payload_len,
            payload: None,
            claims: (),
        }
    }
}
