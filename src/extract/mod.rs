//! Where the token of a request is read from.
//!
//! [`Bearer`] reads the `Authorization` field and is the default. Every other place is off until
//! it is asked for: [`Header`], [`Cookie`], [`WebSocketProtocol`], [`Query`], or a function of your
//! own ([`from_fn`]). [`TokenSource::or`] combines them.
//!
//! A source tells three cases apart:
//!
//! * `Ok(None)`: the request does not try to present a token here. If no source has one, the
//!   answer is 401 with a bare challenge.
//! * `Ok(Some(token))`: one token, of the right characters. Its length and its content are judged
//!   later, by the verifier.
//! * `Err(reason)`: the request tries, and is malformed. The answer is 400. It is never taken for
//!   a request without a token, because a layer that lets anonymous requests pass would then let
//!   this one pass.
//!
//! Besides, it says whether a browser sends its token without being told to, as it sends cookies.
//! Requests with such a token need protection against forgery: see
//! [`auth::Csrf`](crate::auth::Csrf).
//!
//! ```
//! use http::Request;
//! use tower_bearer::RequestHead;
//! use tower_bearer::extract::{Bearer, Cookie, TokenSource};
//!
//! let source = Bearer.or(Cookie::new("__Host-session")?);
//!
//! let request = Request::get("/").header("cookie", "__Host-session=a.b.c").body(()).unwrap();
//! let token = source.extract(RequestHead::from(&request)).unwrap();
//! assert_eq!(token.as_deref(), Some(&b"a.b.c"[..]));
//! # Ok::<(), tower_bearer::ConfigError>(())
//! ```

mod bearer;
mod cookie;
mod header;
mod or;
mod protocol;
mod query;
mod syntax;

use std::borrow::Cow;
use std::sync::Arc;

use crate::error::RequestError;
use crate::request::RequestHead;

pub use bearer::Bearer;
pub use cookie::Cookie;
pub use header::Header;
pub use or::Or;
pub use protocol::WebSocketProtocol;
pub use query::Query;
pub(crate) use syntax::at_most_one;

/// One way in which a request can carry a token.
///
/// Functions of the right signature are sources too; see [`from_fn`] for closures.
///
/// A source of your own should keep the three cases of the [module](self) apart. It must not guess:
/// where two tokens are found, none of them is the right one.
///
/// ```
/// use std::borrow::Cow;
/// use tower_bearer::extract::TokenSource;
/// use tower_bearer::{RequestError, RequestHead};
///
/// /// A field that our own clients set, with the token in some wrapping.
/// struct Wrapped;
///
/// impl TokenSource for Wrapped {
///     fn extract<'a>(&self, request: RequestHead<'a>) -> Result<Option<Cow<'a, [u8]>>, RequestError> {
///         let Some(value) = request.headers().get("x-wrapped") else {
///             return Ok(None);
///         };
///         let token = value.as_bytes().strip_prefix(b"token:").ok_or(RequestError::Syntax)?;
///         Ok(Some(token.into()))
///     }
///
///     fn is_ambient(&self, _: RequestHead<'_>) -> bool {
///         false
///     }
/// }
/// ```
pub trait TokenSource: Send + Sync {
    /// Reads the token, as it stands in the request.
    ///
    /// The bytes are borrowed from the request where that is possible, so that a token is not
    /// copied before it is known to be good.
    ///
    /// # Errors
    ///
    /// The request tries to present a token here, but is malformed: a field is repeated, or its
    /// syntax is broken.
    fn extract<'a>(&self, request: RequestHead<'a>) -> Result<Option<Cow<'a, [u8]>>, RequestError>;

    /// Whether the token that [`extract`](Self::extract) finds in this request is one that a
    /// browser sends by itself, also with a request that another site has caused: a cookie is, what
    /// a script has to set is not.
    ///
    /// True unless a source says otherwise, so that no source lacks protection because nobody
    /// thought of it.
    fn is_ambient(&self, request: RequestHead<'_>) -> bool {
        let _ = request;
        true
    }

    /// This source and another one; a request may use either, but not both. See [`Or`].
    #[must_use]
    fn or<T>(self, other: T) -> Or<Self, T>
    where
        Self: Sized,
    {
        Or::new(self, other)
    }
}

/// Makes a source from a closure.
///
/// It returns the closure unchanged. It is here because the compiler does not find out by itself
/// that the token which a closure returns lives as long as the request that it is given. A `fn`
/// item does not need it.
///
/// Nobody can look into a function, so its tokens count as [ambient](TokenSource::is_ambient): with
/// them, `POST` and the like need [CSRF protection](crate::auth::Csrf). If that is wrong, make
/// it a type of your own, and say so.
///
/// ```
/// use http::Request;
/// use tower_bearer::RequestHead;
/// use tower_bearer::extract::{self, TokenSource};
///
/// /// What an earlier layer has left.
/// #[derive(Clone)]
/// struct SessionToken(String);
///
/// let source = extract::from_fn(|request| {
///     let session = request.extensions().get::<SessionToken>();
///     Ok(session.map(|session| session.0.as_bytes().into()))
/// });
///
/// let request = Request::get("/").extension(SessionToken("a.b.c".into())).body(()).unwrap();
/// let token = source.extract(RequestHead::from(&request)).unwrap();
/// assert_eq!(token.as_deref(), Some(&b"a.b.c"[..]));
/// ```
pub fn from_fn<F>(extract: F) -> F
where
    F: for<'a> Fn(RequestHead<'a>) -> Result<Option<Cow<'a, [u8]>>, RequestError> + Send + Sync,
{
    extract
}

impl<F> TokenSource for F
where
    F: for<'a> Fn(RequestHead<'a>) -> Result<Option<Cow<'a, [u8]>>, RequestError> + Send + Sync,
{
    fn extract<'a>(&self, request: RequestHead<'a>) -> Result<Option<Cow<'a, [u8]>>, RequestError> {
        self(request)
    }
}

impl<T: TokenSource + ?Sized> TokenSource for Arc<T> {
    fn extract<'a>(&self, request: RequestHead<'a>) -> Result<Option<Cow<'a, [u8]>>, RequestError> {
        (**self).extract(request)
    }

    fn is_ambient(&self, request: RequestHead<'_>) -> bool {
        (**self).is_ambient(request)
    }
}

/// For the boxed trait object only: a boxed closure is a closure, and so a source already.
impl TokenSource for Box<dyn TokenSource + '_> {
    fn extract<'a>(&self, request: RequestHead<'a>) -> Result<Option<Cow<'a, [u8]>>, RequestError> {
        (**self).extract(request)
    }

    fn is_ambient(&self, request: RequestHead<'_>) -> bool {
        (**self).is_ambient(request)
    }
}
