//! The answer with a body of RFC 9457.

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response};

use super::realm::Realm;
use super::rejection::Rejection;
use super::{RejectionResponse, grpc};

/// Answers with a problem in JSON ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)), and with
/// everything that [`DefaultRejection`](super::DefaultRejection) gives.
///
/// `title` is the phrase of the status, as
/// [§4.2.1](https://www.rfc-editor.org/rfc/rfc9457#section-4.2.1) asks for problems without a
/// `type`. `error` is the code of RFC 6750, where there is one. A client that speaks gRPC gets the
/// same answer as from `DefaultRejection`, without JSON.
///
/// ```
/// use http::{Request, Response};
/// use tower_bearer::reject::{ProblemJson, Rejection, RejectionResponse};
/// use tower_bearer::{RequestHead, TokenError};
///
/// let request = Request::get("/").body(()).unwrap();
/// let error = TokenError::Expired.into();
/// let rejection = Rejection::new(&error, RequestHead::from(&request));
/// let response: Response<String> = ProblemJson::new().reject(rejection);
/// assert_eq!(response.headers()["content-type"], "application/problem+json");
/// assert_eq!(
///     response.body(),
///     r#"{"title":"Unauthorized","status":401,"detail":"token expired","error":"invalid_token"}"#,
/// );
/// ```
#[derive(Clone, Debug, Default)]
pub struct ProblemJson {
    realm: Option<Realm>,
}

impl ProblemJson {
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

impl<B: From<String>> RejectionResponse<B> for ProblemJson {
    fn reject(&self, rejection: Rejection<'_>) -> Response<B> {
        if let Some(content_type) = grpc::content_type(rejection.request()) {
            return grpc::response(&rejection, content_type, B::from(String::new()));
        }
        let mut response = rejection
            .or_realm(self.realm.as_ref())
            .response(B::from(problem(&rejection)));
        response.headers_mut().insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        response
    }
}

/// None of the texts has a character that JSON would escape, so they are put together as they are.
fn problem(rejection: &Rejection<'_>) -> String {
    let status = rejection.status();
    let title = status.canonical_reason().unwrap_or_default();
    let public = rejection.public();
    let detail = public.description;
    let error = public
        .error
        .map(|error| format!(r#","error":"{error}""#))
        .unwrap_or_default();
    format!(
        r#"{{"title":"{title}","status":{},"detail":"{detail}"{error}}}"#,
        status.as_u16()
    )
}
