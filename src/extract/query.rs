//! A query parameter.

use std::borrow::Cow;

use super::TokenSource;
use super::syntax::{at_most_one, split_once, token68};
use crate::error::{ConfigError, RequestError};
use crate::request::RequestHead;

/// A query parameter ([RFC 6750 §2.3](https://www.rfc-editor.org/rfc/rfc6750#section-2.3)).
/// **Avoid it**: URIs end up in logs, browser histories and `Referer` fields, and the token with
/// them. [RFC 9700 §4.3.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.3.2) forbids clients to
/// send tokens this way.
///
/// It remains for clients that can set no header, such as `<img>` or `EventSource`. Give them
/// tokens that live for a minute, keep the query out of your logs, and answer with
/// `Cache-Control: private`.
///
/// Name and value are compared without percent-decoding, since every character of a JWT is
/// unreserved ([RFC 3986 §2.3](https://www.rfc-editor.org/rfc/rfc3986#section-2.3)). A repeated
/// parameter is [`RepeatedField`](RequestError::RepeatedField); an empty one, or one that is not a
/// token, is [`Syntax`](RequestError::Syntax).
///
/// ```
/// use http::Request;
/// use tower_bearer::RequestHead;
/// use tower_bearer::extract::{Query, TokenSource};
///
/// let source = Query::new("access_token")?;
///
/// let request = Request::get("/events?access_token=abc.def.ghi&since=7").body(()).unwrap();
/// let token = source.extract(RequestHead::from(&request)).unwrap();
/// assert_eq!(token.as_deref(), Some(&b"abc.def.ghi"[..]));
/// # Ok::<(), tower_bearer::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Query {
    name: Box<str>,
}

impl Query {
    /// The parameter of this name. RFC 6750 calls it `access_token`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::HeaderText`]: the name is empty, or would be percent-encoded in a URI, so no
    /// request could match it.
    pub fn new(name: &str) -> Result<Self, ConfigError> {
        let is_unreserved =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        if name.is_empty() || !name.bytes().all(is_unreserved) {
            return Err(ConfigError::header_text("query parameter", name));
        }
        Ok(Self { name: name.into() })
    }
}

impl TokenSource for Query {
    fn extract<'a>(&self, request: RequestHead<'a>) -> Result<Option<Cow<'a, [u8]>>, RequestError> {
        let query = request.uri().query().unwrap_or_default();
        let values = query
            .as_bytes()
            .split(|&byte| byte == b'&')
            .map(|pair| split_once(pair, b'='))
            .filter(|(name, _)| *name == self.name.as_bytes())
            // `?access_token` without `=` presents an empty token.
            .map(|(_, value)| value.unwrap_or_default());
        let token = at_most_one(values)?.map(token68).transpose()?;
        Ok(token.map(Cow::Borrowed))
    }

    fn is_ambient(&self, _: RequestHead<'_>) -> bool {
        false
    }
}
