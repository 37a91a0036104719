//! A request without its body.

use std::fmt;

use http::{Extensions, HeaderMap, Method, Request, Uri};

/// A request without its body, for a [`TokenSource`](crate::extract::TokenSource) or a
/// [`Rejection`](crate::reject::Rejection).
///
/// `Debug` shows only the method and the path, since headers and queries hold credentials.
///
/// ```
/// use http::Request;
/// use tower_bearer::RequestHead;
///
/// let request = Request::get("/me?access_token=secret").body(()).unwrap();
/// let head = RequestHead::from(&request);
/// assert_eq!(head.uri().path(), "/me");
/// assert_eq!(format!("{head:?}"), r#"RequestHead { method: GET, path: "/me", .. }"#);
/// ```
#[derive(Clone, Copy)]
pub struct RequestHead<'a> {
    method: &'a Method,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    extensions: &'a Extensions,
}

impl<'a> RequestHead<'a> {
    /// The method.
    pub fn method(&self) -> &'a Method {
        self.method
    }

    /// The URI.
    pub fn uri(&self) -> &'a Uri {
        self.uri
    }

    /// The header fields.
    pub fn headers(&self) -> &'a HeaderMap {
        self.headers
    }

    /// The extensions, set by outer layers.
    pub fn extensions(&self) -> &'a Extensions {
        self.extensions
    }
}

impl<'a, B> From<&'a Request<B>> for RequestHead<'a> {
    fn from(request: &'a Request<B>) -> Self {
        Self {
            method: request.method(),
            uri: request.uri(),
            headers: request.headers(),
            extensions: request.extensions(),
        }
    }
}

impl<'a> From<&'a http::request::Parts> for RequestHead<'a> {
    fn from(parts: &'a http::request::Parts) -> Self {
        Self {
            method: &parts.method,
            uri: &parts.uri,
            headers: &parts.headers,
            extensions: &parts.extensions,
        }
    }
}

impl fmt::Debug for RequestHead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestHead")
            .field("method", self.method)
            .field("path", &self.uri.path())
            .finish_non_exhaustive()
    }
}
