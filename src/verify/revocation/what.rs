//! What can be revoked.

use std::fmt;

use super::record::{Kind, Name};
use crate::jose::NumericDate;
use crate::verify::VerifiedToken;

/// What to revoke: one token, a session, or all that a subject has.
///
/// Each is one issuer's (`iss`): the session `1` of one is not that of another. The issuer is
/// `None` for tokens that name none, which only a verifier with
/// [`any_issuer`](crate::verify::VerifierBuilder::any_issuer) accepts. Ids are compared to the
/// letter, and may be as long as they like: what is kept is a hash.
///
/// `Debug` shows no id.
#[derive(Clone)]
#[must_use = "it does nothing until it is given to a `RevocationList`"]
pub struct Revocation {
    pub(super) name: Name,
    pub(super) reach: Reach,
}

/// Which tokens of a name are meant.
#[derive(Clone, Copy)]
pub(super) enum Reach {
    /// The one that ends then.
    Until(NumericDate),
    /// All that there are or will be.
    All,
    /// All that were issued until now.
    IssuedUntilNow,
}

impl Revocation {
    /// This token, by its id (`jti`), until it expires. For a sign-out where tokens have no
    /// session, or for a token that was lost.
    ///
    /// `None` where the token has no id: then it cannot be told from others of its kind, and what
    /// is left is to revoke its session or its subject. To accept only tokens that have one,
    /// [require it](crate::Validation::require_claim).
    pub fn token<C>(token: &VerifiedToken<C>) -> Option<Self> {
        let claims = token.registered();
        Some(Self {
            name: Name::new(Kind::Token, claims.issuer(), claims.token_id()?),
            reach: Reach::Until(claims.expires_at()?),
        })
    }

    /// All tokens of this session (`sid`), those included that are issued later: for a sign-out.
    pub fn session<'a>(issuer: impl Into<Option<&'a str>>, session_id: &str) -> Self {
        Self {
            name: Name::new(Kind::Session, issuer.into(), session_id),
            reach: Reach::All,
        }
    }

    /// All tokens of this subject (`sub`) that were issued before now, by `iat`: for "sign out
    /// everywhere", or for an account that was taken over.
    ///
    /// Tokens tell whole seconds, so those of the current second are revoked as well, also if they
    /// are issued after this: see [`until_issuable`](super::RevocationList::until_issuable).
    ///
    /// "Now" is by the clock of the list. If that of the issuer is ahead of it, tokens that were
    /// issued within the difference are missed.
    pub fn subject<'a>(issuer: impl Into<Option<&'a str>>, subject: &str) -> Self {
        Self {
            name: Name::new(Kind::Subject, issuer.into(), subject),
            reach: Reach::IssuedUntilNow,
        }
    }
}

impl fmt::Debug for Revocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Revocation").finish_non_exhaustive()
    }
}
