//! The layer that requires something by gRPC method, and its service.

mod builder;
mod table;

use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use tower::Service;
use tower_layer::Layer;

pub use self::builder::RequireByMethodBuilder;
use self::table::Table;
use super::ResponseFuture;
use crate::observe;
use crate::reject::refuse;

/// Requires something of the verified token by the gRPC method of the request: a table of methods
/// and requirements. A lookup is a hash of the path, or two if its row is that of a service.
///
/// It belongs behind a [`BearerAuthLayer`](crate::BearerAuthLayer). If a row is open to calls without
/// a token, make that layer [`optional`](crate::BearerAuthLayer::optional): this one refuses them
/// everywhere else. A call with a bad token is refused on every row.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let issuer = tower_bearer::test_util::TestIssuer::new("https://issuer.example.com", tower_bearer::Algorithm::ES256);
/// # let keys = issuer.verifying_key();
/// # use http::{Request, Response};
/// use tower::{ServiceBuilder, ServiceExt};
/// use tower_bearer::authorize::{RequireByMethodLayer, any_token, role, scope};
/// use tower_bearer::{BearerAuthLayer, Verifier};
///
/// let verifier = Verifier::builder()
///     .issuer("https://issuer.example.com", keys)
///     .audience("library")
///     .roles_claim("roles")
///     .build()?;
/// let methods = RequireByMethodLayer::builder()
///     .require("/library.v1.Library/Find", any_token())
///     .require("/library.v1.Library/Borrow", scope("loans"))
///     .require("/library.v1.Staff/*", role("librarian"))
///     .open_health()
///     .open_reflection()
///     .build()?;
/// let service = ServiceBuilder::new()
///     .layer(BearerAuthLayer::new(verifier).optional())
///     .layer(methods)
/// #   .service_fn(async |_: Request<()>| Ok::<_, std::convert::Infallible>(Response::new(String::new())));
/// # /*
///     .service(LibraryServer::new(Library));
/// # */
///
/// let call = |path: &str| Request::post(path).header("content-type", "application/grpc").body(());
/// let response = service.clone().oneshot(call("/grpc.health.v1.Health/Check")?).await?;
/// assert!(!response.headers().contains_key("grpc-status"));
/// // A method without a row is refused, also with a token.
/// let response = service.oneshot(call("/library.v1.Library/Burn")?).await?;
/// assert_eq!(response.headers()["grpc-status"], "16");
/// # Ok(())
/// # }
/// ```
///
/// # What is compared
///
/// The path of the request, to the letter: case counts, and nothing is decoded. The row of a method
/// wins over that of its service. A path that is no `/package.Service/Method`, of letters, digits
/// and `_`, with dots in the service only, is refused, whatever the rows say.
///
/// # Refusals
///
/// As those of [`RequireLayer`](crate::RequireLayer): `UNAUTHENTICATED` without a token,
/// `PERMISSION_DENIED` with one that does not suffice, `INTERNAL` if no
/// [`BearerAuthLayer`](crate::BearerAuthLayer) runs before.
#[derive(Clone, Debug)]
pub struct RequireByMethodLayer(Arc<Table>);

impl RequireByMethodLayer {
    /// Begins with an empty table, which refuses everything.
    pub fn builder() -> RequireByMethodBuilder {
        RequireByMethodBuilder::new()
    }
}

impl<S> Layer<S> for RequireByMethodLayer {
    type Service = RequireByMethod<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RequireByMethod {
            inner,
            table: Arc::clone(&self.0),
        }
    }
}

/// Requires something by gRPC method before the inner service sees the request.
///
/// Made by [`RequireByMethodLayer`].
#[derive(Clone, Debug)]
pub struct RequireByMethod<S> {
    inner: S,
    table: Arc<Table>,
}

impl<S, B, T> Service<Request<B>> for RequireByMethod<S>
where
    S: Service<Request<B>, Response = Response<T>>,
    T: Default,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, T>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        match self.table.check(&request) {
            Ok(()) => ResponseFuture::inner(self.inner.call(request)),
            Err(error) => {
                observe::rejected_without_layer(&error);
                ResponseFuture::rejected(refuse(error, request))
            }
        }
    }
}
