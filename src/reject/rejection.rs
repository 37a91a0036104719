//! A refused request and its responses.

use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};

use super::challenge::challenge;
use super::grpc;
use super::problem::problem;
use super::public::Public;
use super::realm::Realm;
use crate::error::AuthError;
use crate::request::RequestHead;

/// A refused request and the reason: what a closure in
/// [`BearerAuthLayer::reject_with`](crate::BearerAuthLayer::reject_with) makes a response from.
///
/// ```
/// # let keys = tower_bearer::VerifyingKey::from_secret([7; 32])?;
/// # let verifier = tower_bearer::Verifier::builder().any_issuer(keys).any_audience().build()?;
/// use tower_bearer::BearerAuthLayer;
///
/// let layer = BearerAuthLayer::new(verifier)
///     .reject_with(|rejection| rejection.response(format!("<h1>{}</h1>", rejection.status())));
/// # Ok::<(), tower_bearer::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rejection<'a> {
    error: &'a AuthError,
    request: Option<RequestHead<'a>>,
    /// The content type of a response to a gRPC client.
    grpc: Option<&'static str>,
    realm: Option<&'a Realm>,
}

impl<'a> Rejection<'a> {
    /// Refuses this request for this reason: for tests of your closure, or to answer without a
    /// layer.
    ///
    /// ```
    /// use http::{Request, Response};
    /// use tower_bearer::reject::{Realm, Rejection};
    /// use tower_bearer::{AuthError, RequestHead};
    ///
    /// let request = Request::get("/").body(()).unwrap();
    /// let rejection = Rejection::new(&AuthError::MissingToken, RequestHead::from(&request));
    ///
    /// let realm = Realm::new("orders")?;
    /// let response: Response<String> = rejection.realm(&realm).default_response();
    /// assert_eq!(response.status(), 401);
    /// assert_eq!(response.headers()["www-authenticate"], r#"Bearer realm="orders""#);
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    pub fn new(error: &'a AuthError, request: RequestHead<'a>) -> Self {
        Self::late(error, Some(request), grpc::content_type(request))
    }

    /// Refuses a request that may already be consumed.
    pub(crate) fn late(
        error: &'a AuthError,
        request: Option<RequestHead<'a>>,
        grpc: Option<&'static str>,
    ) -> Self {
        Self {
            error,
            request,
            grpc,
            realm: None,
        }
    }

    /// Names the realm in the challenge.
    #[must_use]
    pub fn realm(mut self, realm: &'a Realm) -> Self {
        self.realm = Some(realm);
        self
    }

    /// The reason. Log it, but do not send it: its text tells more than a client may learn.
    pub fn error(&self) -> &'a AuthError {
        self.error
    }

    /// The request. Nothing of it should be in the response.
    ///
    /// `None` if an extractor or a handler returned the error: by then the request is consumed.
    pub fn request(&self) -> Option<RequestHead<'a>> {
        self.request
    }

    /// The HTTP status of the response.
    pub fn status(&self) -> StatusCode {
        self.error.status()
    }

    /// The error code of [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1) that
    /// the client may learn. `None` without a token, for CSRF, and if the server is at fault.
    pub fn code(&self) -> Option<&'static str> {
        self.public().error
    }

    /// A sentence that the client may learn, for its developer: the `error_description` if there is
    /// a [code](Self::code), such as `token expired`. It needs no escapes in JSON.
    pub fn description(&self) -> &'static str {
        self.public().description
    }

    /// Whether the client speaks gRPC, by the content type of the request. Answer such a client
    /// with [`default_response`](Self::default_response): it reads no other fields, and takes a
    /// body for messages.
    pub fn is_grpc(&self) -> bool {
        self.grpc.is_some()
    }

    /// The value of `WWW-Authenticate`: one `Bearer` challenge
    /// ([RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3)) with, as far as known,
    /// `realm`, `error`, `error_description` and `scope`, in this order.
    ///
    /// `None` if no other token could help: CSRF token missing (403), keys or revocations
    /// unavailable (503), layer missing (500). Scopes with illegal characters are left out.
    pub fn challenge(&self) -> Option<HeaderValue> {
        challenge(self.error, self.realm)
    }

    /// The value of `Retry-After` with a 503, in seconds: rounded up, and at least 1, so that no
    /// client retries at once.
    pub fn retry_after(&self) -> Option<u64> {
        let (AuthError::KeysUnavailable(delay) | AuthError::RevocationsUnavailable(delay)) =
            self.error
        else {
            return None;
        };
        let begun = u64::from(delay.subsec_nanos() > 0);
        Some(delay.as_secs().saturating_add(begun).max(1))
    }

    /// An empty body: what a layer answers by default.
    ///
    /// The response has the status, the [challenge](Self::challenge), and `Retry-After` with 503. A
    /// gRPC client gets 200 with `grpc-status` and `grpc-message` instead, if its request has the
    /// content type `application/grpc`, `application/grpc-web` or `application/grpc-web-text`. For
    /// a gRPC client on another site, let your CORS layer expose these two headers.
    pub fn default_response<B: Default>(&self) -> Response<B> {
        self.empty_response(B::default())
    }

    /// As [`default_response`](Self::default_response), with this empty body.
    pub(crate) fn empty_response<B>(&self, body: B) -> Response<B> {
        match self.grpc {
            Some(content_type) => grpc::response(self.public(), content_type, body),
            None => self.response(body),
        }
    }

    /// Problem JSON ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)), with the headers of
    /// [`default_response`](Self::default_response). A gRPC client gets no JSON.
    ///
    /// There is no `type`, so `title` is the phrase of the status
    /// ([§4.2.1](https://www.rfc-editor.org/rfc/rfc9457#section-4.2.1)). `error` is the
    /// [code](Self::code), if there is one.
    ///
    /// ```
    /// use http::{Request, Response};
    /// use tower_bearer::reject::Rejection;
    /// use tower_bearer::{RequestHead, TokenError};
    ///
    /// let request = Request::get("/").body(()).unwrap();
    /// let error = TokenError::Expired.into();
    /// let rejection = Rejection::new(&error, RequestHead::from(&request));
    /// assert_eq!(rejection.code(), Some("invalid_token"));
    /// let response: Response<String> = rejection.problem_json();
    /// assert_eq!(response.headers()["content-type"], "application/problem+json");
    /// assert_eq!(
    ///     response.body(),
    ///     r#"{"title":"Unauthorized","status":401,"detail":"token expired","error":"invalid_token"}"#,
    /// );
    /// ```
    pub fn problem_json<B: From<String>>(&self) -> Response<B> {
        if let Some(content_type) = self.grpc {
            return grpc::response(self.public(), content_type, B::from(String::new()));
        }
        let body = problem(self.status(), self.public());
        let mut response = self.response(B::from(body));
        let content_type = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(CONTENT_TYPE, content_type);
        response
    }

    /// A response with this body, the status, `WWW-Authenticate`, and `Retry-After`
    /// ([RFC 9110 §10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)).
    pub fn response<B>(&self, body: B) -> Response<B> {
        let mut response = Response::new(body);
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        if let Some(challenge) = self.challenge() {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after() {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    fn public(&self) -> Public {
        Public::from(self.error)
    }
}
