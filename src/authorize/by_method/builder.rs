//! Filling the table.

use super::super::requirement::Requirement;
use super::RequireByMethodLayer;
use super::table::{Access, Table};
use crate::authorize::RequireLayer;
use crate::error::ConfigError;

/// Builds a [`RequireByMethodLayer`].
///
/// A path is that of a method, `/package.Service/Method`, or of all methods of a service,
/// `/package.Service/*`.
#[derive(Clone, Debug)]
#[must_use = "nothing is required until the layer is built"]
pub struct RequireByMethodBuilder {
    rows: Vec<(String, Access)>,
    others: Requirement,
}

impl RequireByMethodBuilder {
    pub(super) fn new() -> Self {
        Self {
            rows: Vec::new(),
            others: Requirement::any_of([]),
        }
    }

    /// Requires this of the token of a call. [`any_token`](super::super::any_token) requires nothing
    /// beyond a good token.
    pub fn require(self, path: impl Into<String>, requirement: Requirement) -> Self {
        let required = Access::Required(RequireLayer::new(requirement));
        self.row(path, required)
    }

    /// Lets calls through without a token, as to a method that signs users in.
    pub fn open(self, path: impl Into<String>) -> Self {
        self.row(path, Access::Open)
    }

    /// Opens the [health checks](https://github.com/grpc/grpc/blob/master/doc/health-checking.md),
    /// `grpc.health.v1.Health`.
    pub fn open_health(self) -> Self {
        self.open("/grpc.health.v1.Health/*")
    }

    /// Opens [reflection](https://github.com/grpc/grpc/blob/master/doc/server-reflection.md),
    /// `grpc.reflection.v1.ServerReflection` and its `v1alpha`. Whoever can reach the server then
    /// learns the names of all methods.
    pub fn open_reflection(self) -> Self {
        self.open("/grpc.reflection.v1.ServerReflection/*")
            .open("/grpc.reflection.v1alpha.ServerReflection/*")
    }

    /// Requires this of calls to methods that have no row. By default they are refused, so that a
    /// new method is closed until somebody decides about it.
    pub fn others(mut self, requirement: Requirement) -> Self {
        self.others = requirement;
        self
    }

    /// Makes the layer.
    ///
    /// # Errors
    ///
    /// [`ConfigError::GrpcMethod`]: a path has another form, or two rows.
    pub fn build(self) -> Result<RequireByMethodLayer, ConfigError> {
        let table = Table::new(self.rows, RequireLayer::new(self.others))?;
        Ok(RequireByMethodLayer(table.into()))
    }

    fn row(mut self, path: impl Into<String>, access: Access) -> Self {
        self.rows.push((path.into(), access));
        self
    }
}
