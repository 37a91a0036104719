//! Requirements of a token, and how they combine.

use std::any::type_name;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::{BitAnd, BitOr, Not};
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::error::AuthError;
use crate::verify::AnyVerifiedToken;

/// What a token must grant. Cheap to clone. [The module's page](super) has an example.
#[derive(Clone)]
#[must_use = "a requirement does nothing until a `RequireLayer` checks it"]
pub struct Requirement(Kind);

#[derive(Clone)]
enum Kind {
    Scope(Arc<str>),
    Role(Arc<str>),
    Claims(Predicate),
    All(Arc<[Requirement]>),
    Any(Arc<[Requirement]>),
    Not(Arc<Requirement>),
}

#[derive(Clone)]
struct Predicate {
    claims_type: &'static str,
    holds: Arc<Holds>,
}

/// Fails if the claims do not decode into the predicate's type.
type Holds = dyn Fn(&AnyVerifiedToken) -> Result<bool, AuthError> + Send + Sync;

/// Requires this scope, in the claim `scope` or `scp`. Case-sensitive.
///
/// A scope has no spaces ([RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)), so a
/// text with a space is never granted: for several, use `&` or [`Requirement::all_of`].
pub fn scope(scope: impl AsRef<str>) -> Requirement {
    Requirement(Kind::Scope(scope.as_ref().into()))
}

/// Requires this role, in a claim named by
/// [`roles_claim`](crate::verify::VerifierBuilder::roles_claim). Case-sensitive.
pub fn role(role: impl AsRef<str>) -> Requirement {
    Requirement(Kind::Role(role.as_ref().into()))
}

/// Requires that the claims meet a predicate: `claims::<MyClaims>(|claims| claims.level > 8)`.
///
/// If `C` is not the verifier's claims type, the claims are decoded again; if that fails, the token
/// is refused with 401.
pub fn claims<C>(predicate: impl Fn(&C) -> bool + Send + Sync + 'static) -> Requirement
where
    C: DeserializeOwned + 'static,
{
    Requirement(Kind::Claims(Predicate {
        claims_type: type_name::<C>(),
        holds: Arc::new(move |token| token.with_claims(&predicate)),
    }))
}

/// Accepts every verified token.
pub fn any_token() -> Requirement {
    Requirement::all_of([])
}

impl Requirement {
    /// Requires all of these. An empty list is always met.
    pub fn all_of(requirements: impl IntoIterator<Item = Self>) -> Self {
        Self(Kind::All(requirements.into_iter().collect()))
    }

    /// Requires at least one of these. An empty list is never met.
    pub fn any_of(requirements: impl IntoIterator<Item = Self>) -> Self {
        Self(Kind::Any(requirements.into_iter().collect()))
    }

    /// Whether the token meets the requirement. Fails if the claims do not decode into the type of
    /// a predicate.
    pub(super) fn is_met_by(&self, token: &AnyVerifiedToken) -> Result<bool, AuthError> {
        match &self.0 {
            Kind::Scope(scope) => Ok(is_one_word(scope) && token.registered().has_scope(scope)),
            Kind::Role(role) => Ok(token.has_role(role)),
            Kind::Claims(predicate) => (predicate.holds)(token),
            Kind::Not(requirement) => requirement.is_met_by(token).map(|met| !met),
            Kind::All(requirements) => {
                for requirement in &**requirements {
                    if !requirement.is_met_by(token)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Kind::Any(requirements) => {
                for requirement in &**requirements {
                    if requirement.is_met_by(token)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }

    /// The scopes to name in the challenge
    /// ([RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3)).
    pub(super) fn scopes(&self) -> Option<Arc<str>> {
        let mut scopes = BTreeSet::new();
        self.collect_scopes(&mut scopes);
        let scopes: Vec<_> = scopes.into_iter().collect();
        (!scopes.is_empty()).then(|| scopes.join(" ").into())
    }

    fn collect_scopes<'r>(&'r self, scopes: &mut BTreeSet<&'r str>) {
        match &self.0 {
            Kind::Scope(scope) => {
                scopes.insert(scope);
            }
            Kind::All(requirements) | Kind::Any(requirements) => {
                for requirement in &**requirements {
                    requirement.collect_scopes(scopes);
                }
            }
            // A client must not ask for a scope that is forbidden.
            Kind::Not(_) | Kind::Role(_) | Kind::Claims(_) => {}
        }
    }
}

/// An element of the array `scp` can be any text, even one that is not a scope.
fn is_one_word(scope: &str) -> bool {
    !scope.is_empty() && !scope.contains(' ')
}

/// Requires both.
impl BitAnd for Requirement {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self::all_of([self, other])
    }
}

/// Requires at least one of the two.
impl BitOr for Requirement {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self::any_of([self, other])
    }
}

/// Requires that this is not met.
impl Not for Requirement {
    type Output = Self;

    fn not(self) -> Self {
        Self(Kind::Not(Arc::new(self)))
    }
}

impl fmt::Debug for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Scope(scope) => f.debug_tuple("scope").field(scope).finish(),
            Kind::Role(role) => f.debug_tuple("role").field(role).finish(),
            Kind::Claims(predicate) => write!(f, "claims({})", predicate.claims_type),
            Kind::All(requirements) => f.debug_tuple("all_of").field(requirements).finish(),
            Kind::Any(requirements) => f.debug_tuple("any_of").field(requirements).finish(),
            Kind::Not(requirement) => f.debug_tuple("not").field(requirement).finish(),
        }
    }
}
