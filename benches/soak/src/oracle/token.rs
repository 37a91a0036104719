//! What the oracle must know about a token.

use std::sync::Arc;
use std::time::Duration;

use super::outages::Outages;
use super::sign_out::{SignOut, State};
use crate::clock::Span;
use crate::world::keys::Key;

pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) flaw: Option<Flaw>,
    pub(crate) key: Arc<Key>,
    pub(crate) id: String,
    pub(crate) issued_at: u64,
    pub(crate) expires_at: u64,
    pub(crate) has_scope: bool,
    pub(crate) subject: Arc<Subject>,
    pub(crate) session: Arc<Session>,
    pub(crate) signed_out: SignOut,
}

/// Why a token was never good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    Expired,
    WrongAudience,
    /// It names the right key but is signed with another.
    ForeignKey,
    /// It names a key that never existed.
    UnknownKey,
}

pub(crate) struct Subject {
    pub(crate) name: String,
    pub(crate) signed_out: SignOut,
}

pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) signed_out: SignOut,
}

impl Token {
    /// The owner that a server must report.
    pub(crate) fn owner(&self) -> String {
        format!("{} {}", self.subject.name, self.id)
    }

    /// Its history, to explain a wrong verdict.
    pub(crate) fn story(&self) -> String {
        format!(
            "issued at {}, good until {}, key {} withdrawn at {:?}, flaw {:?}; token {}, session {}, subject {}",
            self.issued_at,
            self.expires_at,
            self.key.id,
            self.key.withdrawn_at(),
            self.flaw,
            self.signed_out.story(),
            self.session.signed_out.story(),
            self.subject.signed_out.story()
        )
    }

    pub(super) fn is_alive(&self, span: &Span) -> Truth {
        let end = Duration::from_secs(self.expires_at);
        if span.to.date < end {
            Truth::Yes
        } else if span.from.date >= end {
            Truth::No
        } else {
            Truth::Either
        }
    }

    pub(super) fn sign_outs(&self, server: usize, span: &Span, redis: &Outages) -> State {
        let of_all = [
            self.signed_out.state(None, server, span, redis),
            self.session.signed_out.state(None, server, span, redis),
            self.subject
                .signed_out
                .state(Some(self.issued_at), server, span, redis),
        ];
        of_all.into_iter().max().unwrap_or(State::None)
    }
}

/// The state of something over a span of time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    Yes,
    No,
    Either,
}
