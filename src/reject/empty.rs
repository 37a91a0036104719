//! The answer with an empty body.

use http::Response;

use super::realm::Realm;
use super::rejection::Rejection;
use super::{RejectionResponse, grpc};

/// Answers with an empty body: the default.
///
/// The response has the status, the [`Challenge`](super::Challenge), and `Retry-After` with 503. A
/// client that speaks gRPC (by the content type of its request: `application/grpc`,
/// `application/grpc-web` or `application/grpc-web-text`) gets 200 with `grpc-status` and
/// `grpc-message` instead. For one that runs in a browser on another site, let your CORS layer
/// expose these two headers.
///
/// ```
/// use http::{Request, Response};
/// use tower_bearer::reject::{DefaultRejection, Realm, Rejection, RejectionResponse};
/// use tower_bearer::{AuthError, RequestHead};
///
/// let rejection_response = DefaultRejection::new().realm(Realm::new("orders")?);
///
/// let request = Request::get("/").body(()).unwrap();
/// let rejection = Rejection::new(&AuthError::MissingToken, RequestHead::from(&request));
/// let response: Response<String> = rejection_response.reject(rejection);
/// assert_eq!(response.status(), 401);
/// assert_eq!(response.headers()["www-authenticate"], r#"Bearer realm="orders""#);
/// assert_eq!(response.body(), "");
/// # Ok::<(), tower_bearer::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct DefaultRejection {
    realm: Option<Realm>,
}

impl DefaultRejection {
    /// Without a realm.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names the realm in each challenge.
    #[must_use]
    pub fn realm(mut self, realm: Realm) -> Self {
        self.realm = Some(realm);
        self
    }
}

impl<B: Default> RejectionResponse<B> for DefaultRejection {
    fn reject(&self, rejection: Rejection<'_>) -> Response<B> {
        if let Some(content_type) = grpc::content_type(rejection.request()) {
            return grpc::response(&rejection, content_type, B::default());
        }
        rejection
            .or_realm(self.realm.as_ref())
            .response(B::default())
    }
}
