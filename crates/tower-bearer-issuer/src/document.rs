//! A document that is published, and how it is asked for.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};

use crate::crypto::sha256;

/// A JSON document, and what tells it from others.
#[derive(Clone)]
pub(super) struct Document {
    json: String,
    etag: HeaderValue,
}

impl Document {
    pub(super) fn new(json: String) -> Self {
        let hash = URL_SAFE_NO_PAD.encode(sha256(json.as_bytes()));
        // Quoted base64url is always a header value.
        let etag = HeaderValue::try_from(format!("\"{hash}\""))
            .unwrap_or(HeaderValue::from_static("\"\""));
        Self { json, etag }
    }

    /// The answer to a GET or a HEAD.
    pub(super) fn answer(&self, method: &Method, headers: &HeaderMap) -> Response<String> {
        let mut response = if self.is_known(headers) {
            status(StatusCode::NOT_MODIFIED)
        } else {
            self.whole(method)
        };
        response.headers_mut().insert(ETAG, self.etag.clone());
        response
    }

    fn whole(&self, method: &Method) -> Response<String> {
        let body = if method == Method::HEAD {
            String::new()
        } else {
            self.json.clone()
        };
        let mut response = Response::new(body);
        let headers = response.headers_mut();
        headers.insert(CONTENT_LENGTH, self.json.len().into());
        // Not `application/jwk-set+json`, which some clients do not take for JSON.
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }

    /// Whether the client has the document, by
    /// [RFC 9110 §13.1.2](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2).
    fn is_known(&self, headers: &HeaderMap) -> bool {
        headers
            .get_all(IF_NONE_MATCH)
            .iter()
            .filter_map(|field| field.to_str().ok())
            .flat_map(|field| field.split(','))
            .map(str::trim)
            .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == self.etag)
    }
}

/// An answer without a body.
pub(super) fn status(status: StatusCode) -> Response<String> {
    let mut response = Response::new(String::new());
    *response.status_mut() = status;
    response
}
