//! Counts of outcomes.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Span;
use crate::oracle::{Answer, Doubt, Expected, Verdict};

/// How many failures are reported one by one.
const TOLD: u64 = 30;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Kind {
    Http1,
    Http2,
    Grpc,
    Slow,
    SignOut,
    Refresh,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Http1 => "HTTP/1.1",
            Self::Http2 => "HTTP/2",
            Self::Grpc => "gRPC",
            Self::Slow => "HTTP/1.1, a few bytes at a time",
            Self::SignOut => "signing out",
            Self::Refresh => "refresh tokens",
        }
    }
}

#[derive(Default)]
pub(crate) struct Tally {
    counts: Mutex<Counts>,
    /// Of accepted requests since the last call, in microseconds.
    latencies: Mutex<Vec<u32>>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) requests: BTreeMap<Kind, u64>,
    pub(crate) verdicts: BTreeMap<Verdict, u64>,
    pub(crate) in_doubt: BTreeMap<Doubt, InDoubt>,
    pub(crate) hung_up: u64,
    pub(crate) no_http: u64,
    pub(crate) wrong_accepts: u64,
    pub(crate) wrong_refusals: u64,
    /// No answer, or an impossible one.
    pub(crate) wrong_answers: u64,
    /// The longest delay until the other server knew a revocation, in seconds.
    pub(crate) longest_delay: f64,
}

/// Requests with more than one correct verdict, and how many of those were accepted.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct InDoubt {
    pub(crate) requests: u64,
    pub(crate) accepted: u64,
}

impl Counts {
    pub(crate) fn all(&self) -> u64 {
        self.requests.values().sum()
    }

    pub(crate) fn wrong(&self) -> u64 {
        self.wrong_accepts + self.wrong_refusals + self.wrong_answers
    }
}

impl Tally {
    /// Counts an answer, and returns whether it was correct. An accepted one must name the token's
    /// owner, if given.
    pub(crate) fn record(
        &self,
        kind: Kind,
        expected: Expected,
        answer: &Answer,
        owner: Option<&str>,
        span: &Span,
    ) -> bool {
        let counts = &mut *self.counts.lock().unwrap();
        *counts.requests.entry(kind).or_default() += 1;
        let (verdict, body) = match answer {
            Answer::Verdict(verdict, body) => (*verdict, body),
            Answer::Other(what) => {
                counts.wrong_answers += 1;
                tell(counts, span, &format!("{kind:?}: {what}"));
                return false;
            }
        };
        *counts.verdicts.entry(verdict).or_default() += 1;
        let is_accepted = verdict == Verdict::Accepted;
        if let Some(doubt) = expected.doubt {
            let in_doubt = counts.in_doubt.entry(doubt).or_default();
            in_doubt.requests += 1;
            in_doubt.accepted += u64::from(is_accepted);
        }
        if is_accepted && owner.is_some_and(|owner| owner != body) {
            counts.wrong_accepts += 1;
            tell(counts, span, &format!("{kind:?}: the identity of another"));
            return false;
        }
        if is_accepted && kind != Kind::Slow {
            let micros = u32::try_from(span.length().as_micros()).unwrap_or(u32::MAX);
            self.latencies.lock().unwrap().push(micros);
        }
        if expected.verdicts.have(verdict) {
            return true;
        }
        // An insufficient scope means that the token was accepted.
        let may_be_accepted =
            expected.verdicts.have(Verdict::Accepted) || expected.verdicts.have(Verdict::Forbidden);
        if is_accepted || (verdict == Verdict::Forbidden && !may_be_accepted) {
            counts.wrong_accepts += 1;
        } else {
            counts.wrong_refusals += 1;
        }
        tell(
            counts,
            span,
            &format!("{kind:?}: {verdict:?}, not {expected:?}"),
        );
        false
    }

    /// Adds detail to the last failure.
    pub(crate) fn explain(&self, story: &str) {
        if self.counts.lock().unwrap().wrong() <= TOLD {
            eprintln!("    {story}");
        }
    }

    /// Counts another kind of failure.
    pub(crate) fn fail(&self, what: &str) {
        let counts = &mut *self.counts.lock().unwrap();
        counts.wrong_answers += 1;
        tell(counts, &Span::since(crate::clock::Moment::now()), what);
    }

    pub(crate) fn hang_up(&self) {
        self.counts.lock().unwrap().hung_up += 1;
    }

    /// Counts bytes that are not HTTP: the answer must be 400.
    pub(crate) fn record_no_http(&self, answer: &[u8]) {
        self.counts.lock().unwrap().no_http += 1;
        if answer.starts_with(b"HTTP/1.1") && !answer.starts_with(b"HTTP/1.1 400 ") {
            self.fail("bytes that are no HTTP were taken for a request");
        }
    }

    pub(crate) fn note_delay(&self, delay: Duration) {
        let counts = &mut *self.counts.lock().unwrap();
        counts.longest_delay = counts.longest_delay.max(delay.as_secs_f64());
    }

    pub(crate) fn counts(&self) -> Counts {
        self.counts.lock().unwrap().clone()
    }

    /// The latencies since the last call, in order.
    pub(crate) fn take_latencies(&self) -> Vec<u32> {
        let mut latencies = std::mem::take(&mut *self.latencies.lock().unwrap());
        latencies.sort_unstable();
        latencies
    }
}

/// Reports a failure, unless there were many.
fn tell(counts: &Counts, span: &Span, what: &str) {
    if counts.wrong() <= TOLD {
        let (from, to) = (span.from.at.as_secs_f64(), span.to.at.as_secs_f64());
        eprintln!("WRONG, from {from:.3} s to {to:.3} s: {what}");
    }
}
