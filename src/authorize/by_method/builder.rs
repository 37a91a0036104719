//! The rows of the table.

use super::RequireByMethodLayer;
use super::table::{Access, Table};
use crate::authorize::layer::RequireLayer;
use crate::authorize::requirement::Requirement;
use crate::error::ConfigError;

/// Builds a [`RequireByMethodLayer`].
///
/// A path names a method, `/package.Service/Method`, or all methods of a service,
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

    /// Requires this of the call's token. [`any_token`](crate::authorize::any_token) accepts every
    /// verified token.
    pub fn require(self, path: impl Into<String>, requirement: Requirement) -> Self {
        self.row(path, Access::Required(RequireLayer::new(requirement)))
    }

    /// Lets calls through without a token, for example to sign in.
    pub fn open(self, path: impl Into<String>) -> Self {
        self.row(path, Access::Open)
    }

    /// Opens the [health checks](https://github.com/grpc/grpc/blob/master/doc/health-checking.md),
    /// `grpc.health.v1.Health`.
    pub fn open_health(self) -> Self {
        self.open("/grpc.health.v1.Health/*")
    }

    /// Opens [reflection](https://github.com/grpc/grpc/blob/master/doc/server-reflection.md),
    /// `grpc.reflection.v1.ServerReflection` and its `v1alpha`: every client can then list all
    /// methods.
    pub fn open_reflection(self) -> Self {
        self.open("/grpc.reflection.v1.ServerReflection/*")
            .open("/grpc.reflection.v1alpha.ServerReflection/*")
    }

    /// Requires this of methods without a row. By default they are refused, so a new method is closed
    /// until it gets a row.
    pub fn others(mut self, requirement: Requirement) -> Self {
        self.others = requirement;
        self
    }

    /// Builds the layer.
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
