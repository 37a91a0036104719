//! A cookie.

use std::borrow::Cow;

use http::header::COOKIE;

use super::TokenSource;
use super::syntax::{at_most_one, is_token, split_once, token68, trim};
use crate::error::{ConfigError, RequestError};
use crate::request::RequestHead;

/// A cookie ([RFC 6265 §4.2](https://www.rfc-editor.org/rfc/rfc6265#section-4.2)), for browsers
/// whose scripts must not see the token.
///
/// Browsers send a cookie even with requests that another site causes. So set it with
/// `HttpOnly; Secure; SameSite=Lax` or stricter, under a name that begins with `__Host-`, which
/// sibling hosts cannot set. With a token from a cookie, a layer refuses all methods but `GET`,
/// `HEAD`, `OPTIONS` and `TRACE` unless there is [CSRF protection](crate::auth::Csrf).
///
/// A WebSocket handshake is a `GET`: check its `Origin`, or take the token from its
/// [subprotocol](super::WebSocketProtocol).
///
/// | Cookies | Outcome |
/// |-|-|
/// | none of this name | no token |
/// | `name=TOKEN`, `name="TOKEN"` | the token |
/// | `name=`, `name=""` | no token: servers sign out by emptying the cookie |
/// | the name twice, whatever the values | [`RepeatedField`](RequestError::RepeatedField) |
/// | anything else under this name | [`Syntax`](RequestError::Syntax) |
///
/// All `Cookie` fields are read, because HTTP/2 may split them
/// ([RFC 9113 §8.2.3](https://www.rfc-editor.org/rfc/rfc9113#section-8.2.3)). The name is
/// case-sensitive. Other cookies may hold any bytes. A semicolon ends a cookie even within quotes,
/// as in browsers, so no cookie can hide in the value of another.
///
/// ```
/// use http::Request;
/// use tower_bearer::RequestHead;
/// use tower_bearer::extract::{Cookie, TokenSource};
///
/// let source = Cookie::new("__Host-session")?;
///
/// let request = Request::get("/")
///     .header("cookie", "theme=dark; __Host-session=abc.def.ghi")
///     .body(())
///     .unwrap();
/// let token = source.extract(RequestHead::from(&request)).unwrap();
/// assert_eq!(token.as_deref(), Some(&b"abc.def.ghi"[..]));
/// # Ok::<(), tower_bearer::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Cookie {
    name: Box<str>,
}

impl Cookie {
    /// The cookie of this name.
    ///
    /// # Errors
    ///
    /// [`ConfigError::HeaderText`]: the name is not a `token`, so no browser would send it
    /// ([RFC 6265 §4.1.1](https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1)).
    pub fn new(name: &str) -> Result<Self, ConfigError> {
        if !is_token(name) {
            return Err(ConfigError::header_text("cookie name", name));
        }
        Ok(Self { name: name.into() })
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl TokenSource for Cookie {
    fn extract<'a>(&self, request: RequestHead<'a>) -> Result<Option<Cow<'a, [u8]>>, RequestError> {
        let values = request
            .headers()
            .get_all(COOKIE)
            .iter()
            .flat_map(|line| line.as_bytes().split(|&byte| byte == b';'))
            .filter_map(|pair| match split_once(trim(pair), b'=') {
                (name, Some(value)) if name == self.name.as_bytes() => Some(value),
                _ => None,
            });

        let Some(value) = at_most_one(values)? else {
            return Ok(None);
        };
        match unquote(value) {
            [] => Ok(None),
            token => token68(token).map(|token| Some(Cow::Borrowed(token))),
        }
    }

    fn is_ambient(&self, _: RequestHead<'_>) -> bool {
        true
    }
}

/// Removes a pair of quotes. A single quote stays, and fails the syntax check.
fn unquote(value: &[u8]) -> &[u8] {
    match value {
        [b'"', inner @ .., b'"'] => inner,
        _ => value,
    }
}
