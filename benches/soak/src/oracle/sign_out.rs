//! What was revoked when, and by when each server must know.

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
    /// Whether the client hung up before.
    by_task: bool,
}

/// Whether something is revoked. The greater one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    None,
    UnderWay,
    Done,
}

impl SignOut {
    /// To be called before a server is asked to revoke. False if one was before.
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

    /// The server says that it is done. If the client hung up on it before, the other one is told
    /// later.
    pub(crate) fn acknowledge(&self, by_task: bool) {
        if let Some(noted) = &mut *self.0.lock().unwrap() {
            noted.acknowledged = Some(Acknowledged {
                at: Moment::now(),
                by_task,
            });
        }
    }

    /// The server has refused to.
    pub(crate) fn take_back(&self) {
        *self.0.lock().unwrap() = None;
    }

    pub(crate) fn is_noted(&self) -> bool {
        self.0.lock().unwrap().is_some()
    }

    /// Whether it is revoked on a server. Of a subject, only what was issued before is.
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

    /// What is noted, for whoever looks for the reason of a wrong verdict.
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

    /// For how long it had been acknowledged at the begin of a span.
    pub(super) fn age(&self, span: &Span) -> Option<Duration> {
        let acknowledged = self.0.lock().unwrap().as_ref()?.acknowledged?;
        span.from.at.checked_sub(acknowledged.at.at)
    }
}

impl Noted {
    /// Whether something is meant that was issued then: surely, and maybe. That of a subject has all
    /// that was issued until the second in which the server looked at its clock.
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
        // Redis may have failed while it was told, and not only from then on.
        redis.settled(self.begun.at, Duration::ZERO, REDIS_BACK_WITHIN) <= at
            && redis.settled(acknowledged.at.at, within, REDIS_BACK_WITHIN) <= at
    }
}
