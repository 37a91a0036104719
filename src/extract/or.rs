//! Two sources as one.

use std::borrow::Cow;

use super::TokenSource;
use crate::error::RequestError;
use crate::request::RequestHead;

/// What [`TokenSource::or`] returns.
pub(super) struct Or<A, B>(pub(super) A, pub(super) B);

impl<A: TokenSource, B: TokenSource> TokenSource for Or<A, B> {
    fn extract<'a>(&self, request: RequestHead<'a>) -> Result<Option<Cow<'a, [u8]>>, RequestError> {
        let first = self.0.extract(request)?;
        let second = self.1.extract(request)?;
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
        !sets_it(&self.0, request) && !sets_it(&self.1, request)
    }
}
