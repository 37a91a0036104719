//! What was revoked.

use arbitrary::Arbitrary;
use tokio::time::Instant;

use super::case::LONGEST_LIFE;
use super::{Which, World};
use crate::judge::{self, NANOS};

pub(super) struct Revoked {
    pub(super) which: Which,
    pub(super) name: Name,
    pub(super) at: Instant,
}

#[derive(Arbitrary, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Token,
    Session,
    Subject,
}

impl World {
    /// Whether a token is revoked, if that can be told.
    pub(super) fn is_revoked(&self, which: Which) -> Option<bool> {
        let claims = self.tokens[which as usize].claims();
        let issued_at = claims
            .as_ref()
            .and_then(|claims| judge::nanos(claims.member("iat")?));
        let mut is_known = true;
        for revoked in self
            .revoked
            .iter()
            .filter(|revoked| self.is_meant(which, revoked))
        {
            // What is revoked is remembered for as long as a token may live. One that was issued
            // after that ends later.
            let is_remembered = revoked.name == Name::Token || revoked.at.elapsed() <= LONGEST_LIFE;
            let at = self.nanos_at(revoked.at);
            let is_before = match (revoked.name, issued_at) {
                (Name::Subject, Some(issued_at)) if issued_at > at + 2 * NANOS => Some(false),
                (Name::Subject, Some(issued_at)) if issued_at > at => None,
                _ => Some(true),
            };
            match is_before {
                Some(true) if is_remembered => return Some(true),
                Some(false) => {}
                _ => is_known = false,
            }
        }
        is_known.then_some(false)
    }

    /// Whether a token has the name that was revoked.
    fn is_meant(&self, which: Which, revoked: &Revoked) -> bool {
        let [ours, other] =
            [which, revoked.which].map(|which| self.tokens[which as usize].claims());
        let (Some(ours), Some(other)) = (ours, other) else {
            return false;
        };
        let name = match revoked.name {
            Name::Token => "jti",
            Name::Session => "sid",
            Name::Subject => "sub",
        };
        ours.has(name)
            && [name, "iss"]
                .iter()
                .all(|name| ours.member(name) == other.member(name))
    }
}
