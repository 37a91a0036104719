//! Possible verdicts.

use serde::{Deserialize, Serialize};

/// The outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Verdict {
    Accepted = 1,
    Malformed = 2,
    Unauthorized = 4,
    Forbidden = 8,
    Unavailable = 16,
}

impl Verdict {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Malformed => "400, or a refresh token that is not good",
            Self::Unauthorized => "401",
            Self::Forbidden => "403",
            Self::Unavailable => "503",
        }
    }
}

/// The possible outcomes of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdicts(u8);

impl Verdicts {
    pub(crate) const fn only(verdict: Verdict) -> Self {
        Self(verdict as u8)
    }

    pub(crate) const fn or(self, verdict: Verdict) -> Self {
        Self(self.0 | verdict as u8)
    }

    pub(crate) const fn have(self, verdict: Verdict) -> bool {
        self.0 & verdict as u8 != 0
    }

    /// The same, if acceptance leads to this.
    pub(crate) const fn with_accepted_as(self, verdict: Verdict) -> Self {
        if self.have(Verdict::Accepted) {
            Self(self.0 & !(Verdict::Accepted as u8)).or(verdict)
        } else {
            self
        }
    }
}

/// Why more than one verdict is correct.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Doubt {
    Expiry,
    NewKey,
    WithdrawnKey,
    KeysAway,
    SignOut,
    RedisAway,
}

impl Doubt {
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Expiry => "the token expires while the request is under way",
            Self::NewKey => "its key was published a moment ago",
            Self::WithdrawnKey => "its key was withdrawn a moment ago",
            Self::KeysAway => "the key endpoint is away, or was a moment ago",
            Self::SignOut => "it is being revoked",
            Self::RedisAway => "Redis is away, or was a moment ago",
        }
    }
}

/// The oracle's expectation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected {
    pub(crate) verdicts: Verdicts,
    /// The first reason for doubt, if more than one verdict is correct.
    pub(crate) doubt: Option<Doubt>,
}

impl Expected {
    pub(crate) const fn only(verdict: Verdict) -> Self {
        Self {
            verdicts: Verdicts::only(verdict),
            doubt: None,
        }
    }
}

/// A server's answer.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A verdict and, if accepted, the body.
    Verdict(Verdict, String),
    /// Anything else, or nothing.
    Other(String),
}
