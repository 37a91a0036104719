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

/// One way in which a request can carry a token.
///
/// Functions of the right signature are sources too; see [`from_fn`] for closures.
///
/// A source of your own should keep the three cases of the [module](self) apart. It must not guess:
/// where two tokens are found, none of them is the right one.
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
}

/// For the boxed trait object only: a boxed closure is a closure, and so a source already.
impl TokenSource for Box<dyn TokenSource + '_> {
    fn extract<'a>(&self, request: RequestHead<'a>) -> Result<Option<Cow<'a, [u8]>>, RequestError> {
        (**self).extract(request)
    }
}
