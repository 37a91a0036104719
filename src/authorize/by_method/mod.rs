//! The layer that requires something else of each gRPC method.

mod builder;
mod table;

use std::sync::Arc;

use http::Request;
use tower_layer::Layer;

pub use self::builder::RequireByMethodBuilder;
use self::table::Table;
use super::service::{Check, Require};
use crate::error::AuthError;

/// Checks the verified token against the [`Requirement`](super::Requirement) of the gRPC method, by a
/// table. A lookup takes at most two hashes of the path.
///
/// Put it behind a [`BearerAuthLayer`](crate::BearerAuthLayer). If a row is open to calls without a
/// token, make that layer [`optional`](crate::BearerAuthLayer::optional): all other rows still refuse
/// such calls. A call with a bad token is refused on every row.
///
/// ```
/// # let keys = tower_bearer::VerifyingKey::from_secret([7; 32])?;
/// # let verifier = tower_bearer::Verifier::builder().any_issuer(keys).any_audience().build()?;
/// use tower::ServiceBuilder;
/// use tower_bearer::BearerAuthLayer;
/// use tower_bearer::authorize::{RequireByMethodLayer, any_token, role, scope};
///
/// let methods = RequireByMethodLayer::builder()
///     .require("/library.v1.Library/Find", any_token())
///     .require("/library.v1.Library/Borrow", scope("loans"))
///     .require("/library.v1.Staff/*", role("librarian"))
///     .open_health()
///     .open_reflection()
///     .build()?;
/// let layers = ServiceBuilder::new()
///     .layer(BearerAuthLayer::new(verifier).optional()) // for the open rows
///     .layer(methods);
/// # Ok::<(), tower_bearer::ConfigError>(())
/// ```
///
/// # Paths
///
/// The path is compared byte for byte, undecoded. The row of a method wins over the row of its
/// service. A path that is not `/package.Service/Method` (letters, digits and `_`; dots in the
/// service only) is always refused.
///
/// # Refusals
///
/// `UNAUTHENTICATED` without a token, `PERMISSION_DENIED` if the requirement is not met, `INTERNAL`
/// without a [`BearerAuthLayer`](crate::BearerAuthLayer). A method without a row is refused even with a
/// token.
#[derive(Clone, Debug)]
pub struct RequireByMethodLayer(Arc<Table>);

impl RequireByMethodLayer {
    /// Starts with an empty table, which refuses every call.
    pub fn builder() -> RequireByMethodBuilder {
        RequireByMethodBuilder::new()
    }
}

impl<S> Layer<S> for RequireByMethodLayer {
    type Service = Require<S, Self>;

    fn layer(&self, inner: S) -> Self::Service {
        Require::new(inner, self.clone())
    }
}

impl Check for RequireByMethodLayer {
    fn check<B>(&self, request: &Request<B>) -> Result<(), AuthError> {
        self.0.check(request)
    }
}
