//! Who sends a request, as later layers see it.

use std::sync::Arc;

use http::Extensions;

use super::VerifiedToken;
use super::verified::Grants;

/// Who sends a request, by the last layer that asked.
///
/// A request carries it in its extensions, beside the [`VerifiedToken`] that the application
/// reads, whose claims type authorization need not know.
#[derive(Clone)]
pub(crate) enum Caller {
    /// Nobody knows: there was no token, and none is required.
    Anonymous,
    /// A browser that asks whether it may send a request from another site.
    Preflight,
    /// Whoever the token speaks of.
    Verified(AnyVerifiedToken),
}

impl Caller {
    /// Lets the request carry the token.
    pub(crate) fn insert_verified<C>(token: VerifiedToken<C>, extensions: &mut Extensions)
    where
        C: Send + Sync + 'static,
    {
        extensions.insert(Self::Verified(AnyVerifiedToken(token.erase())));
        extensions.insert(token);
    }

    /// Lets the request carry that there is no token, nor one that an earlier layer verified.
    pub(crate) fn insert_unverified<C>(self, extensions: &mut Extensions)
    where
        C: Send + Sync + 'static,
    {
        extensions.remove::<VerifiedToken<C>>();
        extensions.insert(self);
    }
}

/// A verified token of whatever claims type.
#[derive(Clone)]
pub(crate) struct AnyVerifiedToken(Arc<dyn Grants>);

impl AnyVerifiedToken {
    pub(crate) fn has_scope(&self, scope: &str) -> bool {
        self.0.registered().has_scope(scope)
    }

    pub(crate) fn has_role(&self, role: &str) -> bool {
        self.0.roles().iter().any(|granted| **granted == *role)
    }

    /// The claims, if they are of this type.
    pub(crate) fn claims<C: 'static>(&self) -> Option<&C> {
        self.0.claims().downcast_ref()
    }
}
