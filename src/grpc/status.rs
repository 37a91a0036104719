//! The token of a call, and refusals as statuses.

use serde::de::DeserializeOwned;
use tonic::{Code, Request, Status};

use crate::error::AuthError;
use crate::observe;
use crate::reject;
use crate::verify::VerifiedToken;

impl<C: DeserializeOwned + Send + Sync + 'static> VerifiedToken<C> {
    /// The token of a Tonic call, behind a [`BearerAuthLayer`](crate::BearerAuthLayer) or a
    /// [`BearerInterceptor`](crate::grpc::BearerInterceptor).
    ///
    /// `?` turns the error into a [`Status`]:
    ///
    /// ```
    /// use tonic::{Request, Response, Status};
    /// use tower_bearer::VerifiedToken;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct MyClaims {
    ///     name: String,
    /// }
    ///
    /// async fn greet(request: Request<()>) -> Result<Response<String>, Status> {
    ///     let token = VerifiedToken::<MyClaims>::from_request(&request)?;
    ///     token.require_scope("greet")?;
    ///     Ok(Response::new(format!("hello {}", token.claims().name)))
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`from_extensions`](Self::from_extensions).
    pub fn from_request<T>(request: &Request<T>) -> Result<Self, AuthError> {
        Self::from_extensions(request.extensions())
    }
}

/// The code and message that the layer would answer with. The refusal is logged and counted.
impl From<AuthError> for Status {
    fn from(error: AuthError) -> Self {
        observe::rejected(&error);
        of(&error)
    }
}

pub(super) fn of(error: &AuthError) -> Status {
    let (code, message) = reject::grpc_status(error);
    Status::new(Code::from_i32(code.into()), message)
}
