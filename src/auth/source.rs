//! Where the layer takes the token from.

use std::borrow::Cow;
use std::sync::Arc;

use crate::error::RequestError;
use crate::extract::{Bearer, TokenSource};
use crate::request::RequestHead;

/// The configured source.
#[derive(Clone)]
pub(super) enum Source {
    /// [`Bearer`], but the characters of the token are checked only if it is not cached: that check
    /// takes a fifth of a cache hit.
    Bearer,
    Other(Arc<dyn TokenSource>),
}

impl Source {
    pub(super) fn find<'a>(
        &self,
        request: RequestHead<'a>,
    ) -> Result<Option<Cow<'a, [u8]>>, RequestError> {
        match self {
            Self::Bearer => Ok(Bearer::find(request)?.map(Cow::Borrowed)),
            Self::Other(source) => source.extract(request),
        }
    }

    /// Whether browsers send the found token by themselves.
    pub(super) fn is_ambient(&self, request: RequestHead<'_>) -> bool {
        match self {
            Self::Bearer => Bearer.is_ambient(request),
            Self::Other(source) => source.is_ambient(request),
        }
    }

    /// The checks that [`find`](Self::find) leaves out.
    pub(super) fn check(&self, token: &[u8]) -> Result<(), RequestError> {
        match self {
            Self::Bearer => Bearer::check(token),
            Self::Other(_) => Ok(()),
        }
    }
}
