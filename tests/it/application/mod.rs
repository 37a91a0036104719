//! What application code may do in our callbacks: call us again, or panic. And what it may do with
//! our futures: drop them at any point.

mod again;
mod dropped;
mod panics;
mod world;

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// The callbacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Clock,
    Keys,
    Claims,
    EndOfClaims,
    Rule,
    Source,
    Rejection,
    InnerService,
    Predicate,
    KeysOfTenant,
    Store,
    ClockOfStore,
    Feed,
    ErrorOfFeed,
    Client,
    CloneOfClient,
    Log,
    Metrics,
}

const PLACES: [Place; 18] = [
    Place::Clock,
    Place::Keys,
    Place::Claims,
    Place::EndOfClaims,
    Place::Rule,
    Place::Source,
    Place::Rejection,
    Place::InnerService,
    Place::Predicate,
    Place::KeysOfTenant,
    Place::Store,
    Place::ClockOfStore,
    Place::Feed,
    Place::ErrorOfFeed,
    Place::Client,
    Place::CloneOfClient,
    Place::Log,
    Place::Metrics,
];

/// An action in a callback.
type Act = (Place, Rc<dyn Fn()>);

thread_local! {
    /// What this thread does.
    static ACT: RefCell<Option<Act>> = const { RefCell::new(None) };
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static IS_ACTING: Cell<bool> = const { Cell::new(false) };
}

/// A callback is running. Its action must not trigger actions, or it would recurse for ever.
pub(crate) fn at(place: Place) {
    let act = ACT.with_borrow(Clone::clone);
    let Some((_, act)) = act.filter(|(at, _)| *at == place && !IS_ACTING.get()) else {
        return;
    };
    CALLS.set(CALLS.get().saturating_add(1));
    IS_ACTING.set(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| act()));
    IS_ACTING.set(false);
    if let Err(panic) = outcome {
        panic::resume_unwind(panic);
    }
}

/// Runs an action in this callback whenever it is called meanwhile. Returns the number of calls.
fn acting(place: Place, act: impl Fn() + 'static, meanwhile: impl FnOnce()) -> usize {
    CALLS.set(0);
    ACT.set(Some((place, Rc::new(act))));
    let outcome = panic::catch_unwind(AssertUnwindSafe(meanwhile));
    ACT.set(None);
    if let Err(panic) = outcome {
        panic::resume_unwind(panic);
    }
    CALLS.get()
}

/// Does the same for each callback, each on its own thread. A deadlock would last for ever: after a
/// minute, the test fails.
#[track_caller]
fn at_each_place(act: fn(Place)) {
    let failed: Vec<_> = PLACES
        .into_iter()
        .filter(|&place| !in_time(move || act(place)))
        .collect();
    assert!(failed.is_empty(), "it fails or waits for ever: {failed:?}");
}

/// Whether it ends within a minute, and without a panic.
fn in_time(act: impl FnOnce() + Send + 'static) -> bool {
    let (ended, end) = mpsc::channel();
    thread::spawn(move || {
        act();
        // After the timeout nobody receives.
        let _ = ended.send(());
    });
    end.recv_timeout(Duration::from_secs(60)).is_ok()
}
