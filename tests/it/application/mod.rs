//! What the application's own code may do where we call it: call us again, or panic. And what it
//! may do with our futures: stop waiting at any point.

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

/// Where we call the application.
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

/// Something that is done at a place.
type Act = (Place, Rc<dyn Fn()>);

thread_local! {
    /// What this thread does.
    static ACT: RefCell<Option<Act>> = const { RefCell::new(None) };
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static IS_ACTING: Cell<bool> = const { Cell::new(false) };
}

/// We are called here. What is done calls nobody again, or it would go on for ever.
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

/// Does something at this place whenever it is called meanwhile. Returns how often it was.
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

/// Does the same for each place, each on a thread of its own. Where code waits for itself, it waits
/// for ever: here for a minute, and then the test has failed.
#[track_caller]
fn at_each_place(act: fn(Place)) {
    let failed: Vec<_> = PLACES
        .into_iter()
        .filter(|&place| !in_time(move || act(place)))
        .collect();
    assert!(failed.is_empty(), "it fails or waits for ever: {failed:?}");
}

/// Whether it ends within a minute, and well.
fn in_time(act: impl FnOnce() + Send + 'static) -> bool {
    let (ended, end) = mpsc::channel();
    thread::spawn(move || {
        act();
        // Nobody waits for it any more once it took too long.
        let _ = ended.send(());
    });
    end.recv_timeout(Duration::from_secs(60)).is_ok()
}
