//! A header field of any name.

use std::borrow::Cow;

use http::header::{COOKIE, HeaderName};

use super::TokenSource;
use super::syntax::{at_most_one, credentials, is_token, token68};
use crate::error::{ConfigError, RequestError};
use crate::request::RequestHead;

/// A header field of your choice, such as one that a trusted gateway sets.
///
/// The whole value is the token, unless a [`scheme`](Self::scheme) is set. An empty field, or one
/// with anything before or after the token, is [`Syntax`](RequestError::Syntax); two fields are
/// [`RepeatedField`](RequestError::RepeatedField).
///
/// ```
/// use http::{HeaderName, Request};
/// use tower_bearer::RequestHead;
/// use tower_bearer::extract::{Header, TokenSource};
///
/// let source = Header::new(HeaderName::from_static("x-access-token"));
///
/// let request = Request::get("/").header("x-access-token", "abc.def.ghi").body(()).unwrap();
/// let token = source.extract(RequestHead::from(&request)).unwrap();
/// assert_eq!(token.as_deref(), Some(&b"abc.def.ghi"[..]));
/// ```
#[derive(Clone, Debug)]
pub struct Header {
    name: HeaderName,
    scheme: Option<Box<str>>,
}

impl Header {
    /// The field of this name, whose whole value is the token.
    pub fn new(name: HeaderName) -> Self {
        Self { name, scheme: None }
    }

    /// Expects this scheme before the token, by the rules of [`Bearer`](super::Bearer): the scheme
    /// is case-insensitive, and a value with another scheme holds no token.
    ///
    /// # Errors
    ///
    /// [`ConfigError::HeaderText`]: the scheme is not a `token`
    /// ([RFC 9110 §5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2)), so no value could
    /// have it.
    ///
    /// ```
    /// use http::header::AUTHORIZATION;
    /// use tower_bearer::extract::Header;
    ///
    /// let source = Header::new(AUTHORIZATION).scheme("Token")?;
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    pub fn scheme(mut self, scheme: &str) -> Result<Self, ConfigError> {
        if !is_token(scheme) {
            return Err(ConfigError::header_text("scheme", scheme));
        }
        self.scheme = Some(scheme.into());
        Ok(self)
    }
}

impl TokenSource for Header {
    fn extract<'a>(&self, request: RequestHead<'a>) -> Result<Option<Cow<'a, [u8]>>, RequestError> {
        let Some(value) = at_most_one(request.headers().get_all(&self.name))? else {
            return Ok(None);
        };
        let token = match &self.scheme {
            Some(scheme) => credentials(value.as_bytes(), scheme)?,
            None => Some(token68(value.as_bytes())?),
        };
        Ok(token.map(Cow::Borrowed))
    }

    /// True only for `Cookie`, which browsers set by themselves.
    fn is_ambient(&self, _: RequestHead<'_>) -> bool {
        self.name == COOKIE
    }
}
