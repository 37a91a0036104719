//! Two sources.

use std::borrow::Cow;

use super::TokenSource;
use crate::error::RequestError;
use crate::request::RequestHead;

/// Either of two sources: what [`TokenSource::or`] gives.
///
/// The second is asked even if the first holds a token. If both hold a token, the request is
/// refused with [`SeveralTokens`](RequestError::SeveralTokens): a client must not use more than one
/// method ([RFC 6750 §2](https://www.rfc-editor.org/rfc/rfc6750#section-2)), and whichever token
/// were taken, another part of the system might take the other. If one of them is malformed, the
/// request is refused, even if the other holds a good token.
///
/// So the order of the sources never decides which token counts. It decides only whose error is
/// told if both are malformed: that of the first.
///
/// ```
/// use http::Request;
/// use tower_bearer::extract::{Bearer, Cookie, TokenSource};
/// use tower_bearer::{RequestError, RequestHead};
///
/// let source = Bearer.or(Cookie::new("session")?);
///
/// let request = Request::get("/")
///     .header("authorization", "Bearer abc")
///     .header("cookie", "session=abc")
///     .body(())
///     .unwrap();
/// let token = source.extract(RequestHead::from(&request));
/// assert_eq!(token, Err(RequestError::SeveralTokens));
/// # Ok::<(), tower_bearer::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Or<A, B> {
    first: A,
    second: B,
}

impl<A, B> Or<A, B> {
    pub(super) fn new(first: A, second: B) -> Self {
        Self { first, second }
    }
}

impl<A: TokenSource, B: TokenSource> TokenSource for Or<A, B> {
    fn extract<'a>(&self, request: RequestHead<'a>) -> Result<Option<Cow<'a, [u8]>>, RequestError> {
        let first = self.first.extract(request)?;
        let second = self.second.extract(request)?;
        if first.is_some() && second.is_some() {
            return Err(RequestError::SeveralTokens);
        }
        Ok(first.or(second))
    }

    /// True unless a source that is not ambient has the token.
    fn is_ambient(&self, request: RequestHead<'_>) -> bool {
        fn sets_it(source: &impl TokenSource, request: RequestHead<'_>) -> bool {
            !source.is_ambient(request) && matches!(source.extract(request), Ok(Some(_)))
        }
        !sets_it(&self.first, request) && !sets_it(&self.second, request)
    }
}
