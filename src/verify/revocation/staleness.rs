//! What happens where the feed is gone.

use std::time::Duration;

use crate::error::ConfigError;

/// What happens where nothing was heard of a shared list of revocations for a while. Both ways have
/// their price, so there is no default:
///
/// - To [refuse](Self::refuse_after) makes the feed a part without which nobody is served.
/// - To [go on](Self::go_on_after) lets tokens pass that another process has revoked meanwhile, up
///   to the end of their life.
///
/// In either case, what was known to be revoked stays so; and before the whole list was loaded for
/// the first time, requests are answered with 503.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Staleness {
    limit: Duration,
    refuses: bool,
}

impl Staleness {
    /// After so long, requests are answered with 503 until the list can be followed again. For
    /// services where an outage is better than a revoked token.
    ///
    /// It is counted from the moment up to which nothing is missing, which lies some seconds back
    /// also where all is well: up to a half of this time, and not more than 10 s.
    pub fn refuse_after(limit: Duration) -> Self {
        Self {
            limit,
            refuses: true,
        }
    }

    /// Goes on for as long as it takes; after so long, the
    /// [status](super::RevocationList::status) tells. For services with tokens of a short life,
    /// which end by themselves.
    pub fn go_on_after(limit: Duration) -> Self {
        Self {
            limit,
            refuses: false,
        }
    }

    pub(super) fn check(self) -> Result<(), ConfigError> {
        const SHORTEST: Duration = Duration::from_secs(1);
        const LONGEST: Duration = Duration::from_secs(30 * 24 * 60 * 60);
        if (SHORTEST..=LONGEST).contains(&self.limit) {
            return Ok(());
        }
        Err(ConfigError::OutOfRange(
            "revocations are stale after less than a second or more than 30 days: \
             choose a time between them"
                .into(),
        ))
    }

    /// For how long the feed is asked to wait for news: so that one answer may be lost before
    /// the list is stale, and not so long that a connection which died goes unnoticed.
    pub(super) fn wait(self) -> Duration {
        const LONGEST: Duration = Duration::from_secs(5);
        self.limit.mul_f64(0.25).min(LONGEST)
    }

    pub(super) fn refuses(self) -> bool {
        self.refuses
    }

    pub(super) fn is_stale(self, age: Duration) -> bool {
        age > self.limit
    }
}
