//! The interceptor of one service.

use std::sync::Arc;

use http::Method;
use serde::de::DeserializeOwned;
use tonic::service::Interceptor;
use tonic::{Request, Status};

use super::status;
use crate::auth::BearerAuthLayer;
use crate::extract::TokenSource;
use crate::request::RequestHead;
use crate::verify::Verifier;

/// Verifies the token of each call before a Tonic service sees it:
/// `GreeterServer::with_interceptor(service, BearerInterceptor::new(verifier))`.
///
/// It decides and answers as a [`BearerAuthLayer`](crate::BearerAuthLayer) does, but sees only the
/// metadata of a call. Use the layer if you need more:
///
/// - An interceptor cannot wait. If a key must be fetched first, the call fails with `UNAVAILABLE`,
///   and the fetch continues: the client's next call finds the key. To have keys before the first
///   call, await [`Verifier::ready`](crate::Verifier::ready) at start. Your own
///   [`KeyProvider`](crate::KeyProvider) must continue fetching when its future is dropped.
/// - It does not see the method. For requirements by method, use
///   [`RequireByMethodLayer`](crate::authorize::RequireByMethodLayer), or
///   [`require_scope`](crate::VerifiedToken::require_scope) in the method.
/// - It does not see the URI, so the source [`Query`](crate::extract::Query) finds no token. Tokens
///   that browsers send by themselves, such as cookies, are refused with `PERMISSION_DENIED`: they
///   need the layer's [`csrf`](crate::BearerAuthLayer::csrf).
///
/// Cheap to clone. [The module's page](super#an-interceptor) has an example.
#[derive(Clone, Debug)]
pub struct BearerInterceptor(Arc<BearerAuthLayer>);

impl BearerInterceptor {
    /// Requires a token that this verifier accepts, in the metadata `authorization: Bearer …`.
    pub fn new<C>(verifier: Verifier<C>) -> Self
    where
        C: DeserializeOwned + Send + Sync + 'static,
    {
        Self(Arc::new(BearerAuthLayer::new(verifier)))
    }

    /// Takes the token from other metadata than `authorization`.
    ///
    /// ```
    /// # let keys = tower_bearer::VerifyingKey::from_secret([7; 32])?;
    /// # let verifier = tower_bearer::Verifier::builder().any_issuer(keys).any_audience().build()?;
    /// use http::HeaderName;
    /// use tower_bearer::extract::Header;
    /// use tower_bearer::grpc::BearerInterceptor;
    ///
    /// let name = HeaderName::from_static("x-forwarded-access-token");
    /// let interceptor = BearerInterceptor::new(verifier).source(Header::new(name));
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    #[must_use]
    pub fn source(self, source: impl TokenSource + 'static) -> Self {
        self.set(|layer| layer.source(source))
    }

    /// Lets calls without a token through, without a [`VerifiedToken`](crate::VerifiedToken). A
    /// call with a bad token is still refused.
    #[must_use]
    pub fn optional(self) -> Self {
        self.set(BearerAuthLayer::optional)
    }

    /// Names issuer, subject and token id (`iss`, `sub`, `jti`) in the span `bearer_auth`, which is
    /// then at level `INFO`. The span ends before the method runs: only the layer's
    /// [`record_identity`](crate::BearerAuthLayer::record_identity) covers the method's events.
    ///
    /// Off by default, since these are personal data.
    #[must_use]
    pub fn record_identity(self) -> Self {
        self.set(BearerAuthLayer::record_identity)
    }

    fn set(self, set: impl FnOnce(BearerAuthLayer) -> BearerAuthLayer) -> Self {
        Self(Arc::new(set(Arc::unwrap_or_clone(self.0))))
    }
}

impl Interceptor for BearerInterceptor {
    fn call(&mut self, call: Request<()>) -> Result<Request<()>, Status> {
        let (metadata, extensions, ()) = call.into_parts();
        let mut request = http::Request::new(());
        // As every gRPC call, so that tokens from cookies need CSRF protection.
        *request.method_mut() = Method::POST;
        *request.headers_mut() = metadata.into_headers();
        *request.extensions_mut() = extensions;
        match self.0.decide_now(RequestHead::from(&request)) {
            Ok(Some(caller)) => {
                request.extensions_mut().insert(caller);
                Ok(Request::from_http(request))
            }
            Ok(None) => Ok(Request::from_http(request)),
            Err(error) => Err(status::of(&error)),
        }
    }
}
