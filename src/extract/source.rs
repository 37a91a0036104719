//! The trait of all sources.

use std::borrow::Cow;
use std::sync::Arc;

use super::or::Or;
use crate::error::RequestError;
use crate::request::RequestHead;

/// One place in a request that can carry a token.
///
/// A function with the signature of [`extract`](Self::extract) is a source too; its tokens count as
/// [ambient](Self::is_ambient).
///
/// Your own source should keep the three cases of the [module](super) apart, and refuse two tokens
/// rather than choose one.
///
/// ```
/// use std::borrow::Cow;
/// use tower_bearer::extract::TokenSource;
/// use tower_bearer::{RequestError, RequestHead};
///
/// /// A field that our own clients set.
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
    /// Reads the token from the request, borrowed where possible.
    ///
    /// # Errors
    ///
    /// The request presents a token here, but a field is repeated or its syntax is broken.
    fn extract<'a>(&self, request: RequestHead<'a>) -> Result<Option<Cow<'a, [u8]>>, RequestError>;

    /// Whether browsers attach the token of this request by themselves, even if another site caused
    /// the request. True for cookies; false for anything that a script must set.
    ///
    /// True by default, so that a source which does not say is protected.
    fn is_ambient(&self, request: RequestHead<'_>) -> bool {
        let _ = request;
        true
    }

    /// Combines two sources. A request may use either, but not both.
    ///
    /// If both hold a token, the request is refused with
    /// [`SeveralTokens`](RequestError::SeveralTokens)
    /// ([RFC 6750 §2](https://www.rfc-editor.org/rfc/rfc6750#section-2)): another part of the system
    /// might use the other token. If one is malformed, the request is refused even if the other is
    /// good. The order decides only which error is reported if both are malformed: the first's.
    #[must_use]
    fn or<T: TokenSource>(self, other: T) -> impl TokenSource
    where
        Self: Sized,
    {
        Or(self, other)
    }
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

/// Only for the boxed trait object: a boxed closure is already a source.
impl TokenSource for Box<dyn TokenSource + '_> {
    fn extract<'a>(&self, request: RequestHead<'a>) -> Result<Option<Cow<'a, [u8]>>, RequestError> {
        (**self).extract(request)
    }

    fn is_ambient(&self, request: RequestHead<'_>) -> bool {
        (**self).is_ambient(request)
    }
}
