//! A token that was verified.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::issuers::IssuerId;
use super::revocation::Revocable;
use super::times::SureTimes;
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
    pub(super) sure_times: SureTimes,
    /// The length of the payload, from which the size of the claims is guessed.
    pub(super) payload_len: u32,
    /// None where no list of revocations is gone by.
    pub(super) revocable: Option<Box<Revocable>>,
    pub(super) registered: RegisteredClaims,
    pub(super) roles: Box<[Box<str>]>,
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

    pub(super) fn sure_times(&self) -> SureTimes {
        self.verified().sure_times
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
}

impl<C: Send + Sync + 'static> VerifiedToken<C> {
    /// The same token, whatever its claims type.
    pub(super) fn erase(&self) -> Arc<dyn Grants> {
        Arc::clone(&self.0) as Arc<dyn Grants>
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

/// What authorization sees of a verified token, so that it need not be told the claims type.
pub(super) trait Grants: Send + Sync {
    fn registered(&self) -> &RegisteredClaims;
    fn roles(&self) -> &[Box<str>];
    fn claims(&self) -> &dyn Any;
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
}
