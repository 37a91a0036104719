//! Why something is not revoked, or not everywhere.

use std::error::Error;
use std::fmt;

use super::feed::FeedError;

/// Why something is not revoked, or not known to be revoked everywhere.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RevocationError {
    /// The list has no room for another entry: **nothing was revoked**. Give it room with
    /// [`max_entries`](super::RevocationListBuilder::max_entries).
    Full,
    /// The feed failed. What was revoked is revoked in this process, and will be in the others
    /// when the feed is back: this one sees to it, for as long as it runs.
    Feed(FeedError),
    /// There is no Tokio runtime here on which the feed could be asked, or it has ended. What was
    /// revoked is revoked in this process, and told to the others when there is one.
    NoRuntime,
}

impl fmt::Display for RevocationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str(
                "the list of revocations is full: give it room for more with `max_entries`",
            ),
            Self::Feed(error) => {
                error.fmt(f)?;
                error
                    .source()
                    .map_or(Ok(()), |source| write!(f, ": {source}"))
            }
            Self::NoRuntime => {
                f.write_str("revocations are not followed: no Tokio runtime is running")
            }
        }
    }
}

impl Error for RevocationError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Feed(error) => Some(error),
            Self::Full | Self::NoRuntime => None,
        }
    }
}
