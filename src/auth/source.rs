//! Where the layer takes the token from.

use std::borrow::Cow;
use std::sync::Arc;

use crate::error::RequestError;
use crate::extract::{Bearer, TokenSource};
use crate::request::RequestHead;

/// The source that is set up.
#[derive(Clone)]
pub(super) enum Source {
    /// [`Bearer`], but that the characters of the token are looked at only where it is new: to
    /// look at each takes a fifth of the time in which one is found that was seen before.
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

    /// Whether the token that it finds is one that browsers send by themselves.
    pub(super) fn is_ambient(&self, request: RequestHead<'_>) -> bool {
        match self {
            Self::Bearer => Bearer.is_ambient(request),
            Self::Other(source) => source.is_ambient(request),
        }
    }

    /// Checks what [`find`](Self::find) has left.
    pub(super) fn check(&self, token: &[u8]) -> Result<(), RequestError> {
        match self {
            Self::Bearer => Bearer::check(token),
            Self::Other(_) => Ok(()),
        }
    }
}
