//! Revocations, and the deadline by which each server must know them.

use std::sync::Mutex;
use std::time::Duration;

use super::Outages;
use crate::clock::{Moment, Span};
use crate::settings::{REDIS_BACK_WITHIN, TOLD_BY_TASK_WITHIN, TOLD_WITHIN};

/// The revocation of one token, one session or one subject, if there was one.
#[derive(Default)]
pub(crate) struct SignOut(Mutex<Option<Noted>>);

struct Noted {
    server: usize,
    begun: Moment,
    acknowledged: Option<Acknowledged>,
}

#[derive(Clone, Copy)]
struct Acknowledged {
    at: Moment,
    /// Whether the client hung up early.
    by_task: bool,
}

/// Whether something is revoked. The greater value wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    None,
    UnderWay,
    Done,
}

impl SignOut {
    /// Must be called before a server is asked to revoke. False if it was revoked already.
    pub(crate) fn begin(&self, server: usize) -> bool {
        let mut noted = self.0.lock().unwrap();
        let is_first = noted.is_none();
        noted.get_or_insert_with(|| Noted {
            server,
            begun: Moment::now(),
            acknowledged: None,
        });
        is_first
    }

    /// The server confirms it. If the client hung up, the other server learns of it later.
    pub(crate) fn acknowledge(&self, by_task: bool) {
        if let Some(noted) = &mut *self.0.lock().unwrap() {
            noted.acknowledged = Some(Acknowledged {
                at: Moment::now(),
                by_task,
            });
        }
    }

    /// The server refused it.
    pub(crate) fn take_back(&self) {
        *self.0.lock().unwrap() = None;
    }

    pub(crate) fn is_noted(&self) -> bool {
        self.0.lock().unwrap().is_some()
    }

    /// Whether it is revoked on a server. For a subject, only tokens issued before count.
    pub(super) fn state(
        &self,
        issued_at: Option<u64>,
        server: usize,
        span: &Span,
        redis: &Outages,
    ) -> State {
        let noted = self.0.lock().unwrap();
        let Some(noted) = noted.as_ref().filter(|it| it.begun.at <= span.to.at) else {
            return State::None;
        };
        let (surely, maybe) = noted.reach(issued_at);
        if !maybe {
            State::None
        } else if surely && noted.is_known(server, span.from.at, redis) {
            State::Done
        } else {
            State::UnderWay
        }
    }

    /// The record, to explain a wrong verdict.
    pub(crate) fn story(&self) -> String {
        let noted = self.0.lock().unwrap();
        let Some(noted) = noted.as_ref() else {
            return "not revoked".to_owned();
        };
        let begun = format!("revoked on {} at {:?}", noted.server, noted.begun.at);
        match noted.acknowledged {
            Some(Acknowledged { at, by_task: false }) => format!("{begun}, done at {:?}", at.at),
            Some(Acknowledged { at, by_task: true }) => {
                format!("{begun}, found done at {:?}", at.at)
            }
            None => begun,
        }
    }

    /// How long it had been acknowledged at the start of a span.
    pub(super) fn age(&self, span: &Span) -> Option<Duration> {
        let acknowledged = self.0.lock().unwrap().as_ref()?.acknowledged?;
        span.from.at.checked_sub(acknowledged.at.at)
    }
}

impl Noted {
    /// Whether a token issued then is covered: surely, and maybe. A subject's revocation covers all
    /// tokens issued until the second in which the server read its clock.
    fn reach(&self, issued_at: Option<u64>) -> (bool, bool) {
        let Some(issued_at) = issued_at else {
            return (true, true);
        };
        let latest = self
            .acknowledged
            .map_or(u64::MAX, |it| it.at.date.as_secs());
        (issued_at <= self.begun.date.as_secs(), issued_at <= latest)
    }

    fn is_known(&self, server: usize, at: Duration, redis: &Outages) -> bool {
        let Some(acknowledged) = self.acknowledged else {
            return false;
        };
        if server == self.server {
            return acknowledged.at.at <= at;
        }
        let within = if acknowledged.by_task {
            TOLD_BY_TASK_WITHIN
        } else {
            TOLD_WITHIN
        };
        // Redis may have failed during the call, not only after it.
        redis.settled(self.begun.at, Duration::ZERO, REDIS_BACK_WITHIN) <= at
            && redis.settled(acknowledged.at.at, within, REDIS_BACK_WITHIN) <= at
    }
}
