//! What there is to answer.

use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};

use super::challenge::Challenge;
use super::grpc;
use super::public::Public;
use super::realm::Realm;
use crate::error::AuthError;
use crate::request::RequestHead;

/// A refused request and the reason: what a [`RejectionResponse`](super::RejectionResponse)
/// answers.
///
/// ```
/// use http::Request;
/// use tower_bearer::reject::{Realm, Rejection};
/// use tower_bearer::{AuthError, RequestHead};
///
/// let request = Request::get("/").body(()).unwrap();
/// let rejection = Rejection::new(&AuthError::MissingToken, RequestHead::from(&request));
///
/// let realm = Realm::new("orders")?;
/// let response = rejection.realm(&realm).response("Please log in.");
/// assert_eq!(response.status(), 401);
/// assert_eq!(response.headers()["www-authenticate"], r#"Bearer realm="orders""#);
/// # Ok::<(), tower_bearer::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rejection<'a> {
    error: &'a AuthError,
    request: RequestHead<'a>,
    realm: Option<&'a Realm>,
}

impl<'a> Rejection<'a> {
    /// This request, refused for this reason.
    pub fn new(error: &'a AuthError, request: RequestHead<'a>) -> Self {
        Self {
            error,
            request,
            realm: None,
        }
    }

    /// Names the realm in the challenge.
    #[must_use]
    pub fn realm(mut self, realm: &'a Realm) -> Self {
        self.realm = Some(realm);
        self
    }

    /// The reason. Its text is for logs: it tells more than a client may learn.
    pub fn error(&self) -> &'a AuthError {
        self.error
    }

    /// The request. Nothing of it should be in the response.
    pub fn request(&self) -> RequestHead<'a> {
        self.request
    }

    /// The status of the response in HTTP.
    pub fn status(&self) -> StatusCode {
        self.error.status()
    }

    /// The error code of [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1) that
    /// the client may learn: none for a request without a token, and none where the server is at
    /// fault.
    pub fn code(&self) -> Option<&'static str> {
        self.public().error
    }

    /// A sentence that the client may learn, for its developer: what `error_description` says
    /// where there is a [code](Self::code). It needs no escapes in JSON.
    ///
    /// ```
    /// use http::{Request, Response};
    /// use tower_bearer::reject::{Rejection, RejectionResponse};
    /// use tower_bearer::{RequestHead, TokenError};
    ///
    /// let answer = |rejection: Rejection<'_>| -> Response<String> {
    ///     let description = rejection.description();
    ///     let error = rejection.code().unwrap_or("no_token");
    ///     rejection.response(format!("{error}: {description}"))
    /// };
    /// # let request = Request::get("/").body(()).unwrap();
    /// # let error = TokenError::Expired.into();
    /// # let response = answer.reject(Rejection::new(&error, RequestHead::from(&request)));
    /// assert_eq!(response.body(), "invalid_token: token expired");
    /// ```
    pub fn description(&self) -> &'static str {
        self.public().description
    }

    /// Whether the client speaks gRPC, by the content type of the request.
    ///
    /// Such a client looks for the reason in other fields and takes the body for messages. The
    /// types of this module answer it in its own language. A closure that expects such clients
    /// passes them on:
    ///
    /// ```
    /// use http::Response;
    /// use tower_bearer::reject::{DefaultRejection, Rejection, RejectionResponse};
    ///
    /// let answer = |rejection: Rejection<'_>| -> Response<String> {
    ///     if rejection.is_grpc() {
    ///         return DefaultRejection::new().reject(rejection);
    ///     }
    ///     rejection.response("Please log in.".to_owned())
    /// };
    /// # use http::Request;
    /// # use tower_bearer::{AuthError, RequestHead};
    /// # let request = Request::get("/").header("content-type", "application/grpc");
    /// # let request = request.body(()).unwrap();
    /// # let rejection = Rejection::new(&AuthError::MissingToken, RequestHead::from(&request));
    /// # assert_eq!(answer(rejection).headers()["grpc-status"], "16");
    /// ```
    pub fn is_grpc(&self) -> bool {
        grpc::content_type(self.request).is_some()
    }

    /// The challenge, where there is one. See [`Challenge::for_error`].
    pub fn challenge(&self) -> Option<Challenge> {
        let challenge = Challenge::for_error(self.error)?;
        Some(match self.realm {
            Some(realm) => challenge.realm(realm),
            None => challenge,
        })
    }

    /// After how many seconds asking again makes sense, where that would help. Rounded up, and at
    /// least one, so that no client asks again at once.
    pub fn retry_after(&self) -> Option<u64> {
        let (AuthError::KeysUnavailable(delay) | AuthError::RevocationsUnavailable(delay)) =
            self.error
        else {
            return None;
        };
        let begun = u64::from(delay.subsec_nanos() > 0);
        Some(delay.as_secs().saturating_add(begun).max(1))
    }

    /// A response with this body and with everything else that it needs: the status,
    /// `WWW-Authenticate`, and `Retry-After`
    /// ([RFC 9110 §10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)).
    pub fn response<B>(&self, body: B) -> Response<B> {
        let mut response = Response::new(body);
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        if let Some(challenge) = self.challenge() {
            headers.insert(WWW_AUTHENTICATE, challenge.to_header_value());
        }
        if let Some(seconds) = self.retry_after() {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    /// Names this realm, if there is one and none is named yet.
    pub(super) fn or_realm<'b>(self, realm: Option<&'b Realm>) -> Rejection<'b>
    where
        'a: 'b,
    {
        Rejection {
            realm: self.realm.or(realm),
            ..self
        }
    }

    pub(super) fn public(&self) -> Public {
        Public::from(self.error)
    }
}
