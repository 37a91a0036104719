//! A parameter of the query.

use std::borrow::Cow;

use super::TokenSource;
use super::syntax::{at_most_one, split_once, token68};
use crate::error::{ConfigError, RequestError};
use crate::request::RequestHead;

/// A parameter of the URI's query
/// ([RFC 6750 §2.3](https://www.rfc-editor.org/rfc/rfc6750#section-2.3)). **Avoid it**: URIs land
/// in logs, in browser histories and in `Referer` fields, and the token with them. So
/// [RFC 9700 §4.3.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.3.2) forbids clients to send
/// tokens this way, and nothing reads this parameter until you ask for it.
///
/// It remains for clients that can set no header, such as an `<img>` or an `EventSource`. Give them
/// tokens that live for a minute, keep the query out of your logs, and answer with
/// `Cache-Control: private`.
///
/// The name and the value are compared and taken as they are, without percent decoding: each
/// character of a JWT is unreserved
/// ([RFC 3986 §2.3](https://www.rfc-editor.org/rfc/rfc3986#section-2.3)), so nothing in it needs an
/// escape. The name twice is [`RepeatedField`](RequestError::RepeatedField). A parameter that is
/// empty, or anything but a token, is [`Syntax`](RequestError::Syntax).
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
    /// [`ConfigError::HeaderText`]: the name is empty, or would need an escape in a URI, so that it
    /// could never be equal to what a client sends.
    pub fn new(name: &str) -> Result<Self, ConfigError> {
        if name.is_empty() || !name.bytes().all(is_unreserved) {
            return Err(ConfigError::HeaderText(
                "the name of the query parameter is empty or has a character that needs an escape: \
                 use letters, digits, hyphens and underscores",
            ));
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
            // A name without `=` is an empty value: `?access_token` tries to present a token.
            .map(|(_, value)| value.unwrap_or_default());

        let Some(value) = at_most_one(values)? else {
            return Ok(None);
        };
        token68(value).map(|token| Some(Cow::Borrowed(token)))
    }

    fn is_ambient(&self, _: RequestHead<'_>) -> bool {
        false
    }
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}
