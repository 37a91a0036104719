//! Outages.

use std::sync::Mutex;
use std::time::Duration;

use crate::clock::{Moment, Span};

/// The outages of something, recorded by their cause.
#[derive(Default)]
pub(crate) struct Outages(Mutex<Vec<Outage>>);

/// One outage. If it is under way, it has no end yet.
#[derive(Clone, Copy)]
struct Outage {
    /// Before it went away.
    from: Duration,
    /// Before it came back.
    until: Duration,
    /// When it was back.
    back: Duration,
}

impl Outages {
    pub(crate) fn begin(&self) {
        self.0.lock().unwrap().push(Outage {
            from: Moment::now().at,
            until: Duration::MAX,
            back: Duration::MAX,
        });
    }

    /// Must be called before it comes back.
    pub(crate) fn end(&self) {
        self.change(|outage| outage.until = Moment::now().at);
    }

    pub(crate) fn is_back(&self) {
        self.change(|outage| outage.back = Moment::now().at);
    }

    /// Whether the span overlaps an outage, whose start and end are moved by these times.
    pub(crate) fn touch(&self, span: &Span, after_begin: Duration, after_end: Duration) -> bool {
        self.any(|outage| {
            let from = outage.from.saturating_add(after_begin);
            let to = outage.back.saturating_add(after_end);
            // A short outage is over before that, unless its aftermath matters.
            from <= to && span.overlaps(from, to)
        })
    }

    /// Whether it was away for the whole span, and for this long before it.
    pub(crate) fn cover(&self, span: &Span, after_begin: Duration) -> bool {
        self.any(|outage| {
            let from = outage.from.saturating_add(after_begin);
            from <= span.from.at && span.to.at <= outage.until
        })
    }

    /// When something is sure to have happened that takes this long normally, and this long after
    /// an outage.
    pub(crate) fn settled(
        &self,
        at: Duration,
        when_well: Duration,
        after_end: Duration,
    ) -> Duration {
        let mut settled = at.saturating_add(when_well);
        for outage in self.0.lock().unwrap().iter() {
            let end = outage.back.saturating_add(after_end);
            if outage.from <= settled && at <= end {
                settled = settled.max(end);
            }
        }
        settled
    }

    /// Whether it was away at all within these times.
    pub(crate) fn within(&self, from: Duration, to: Duration) -> bool {
        self.any(|outage| outage.from <= to && from <= outage.back)
    }

    fn any(&self, is_it: impl Fn(&Outage) -> bool) -> bool {
        // Only the last matter, and an hour has hundreds.
        self.0.lock().unwrap().iter().rev().take(8).any(is_it)
    }

    fn change(&self, change: impl FnOnce(&mut Outage)) {
        change(self.0.lock().unwrap().last_mut().unwrap());
    }
}
