//! Panics in callbacks.

use std::fs;
use std::panic::{catch_unwind, resume_unwind};

use tempfile::tempdir;
use tokio::runtime::Builder;
use tower_bearer::keys::{KeyFile, KeyProvider};

use super::world::World;
use super::*;
use crate::keys::remote::{Server, jwks, secs};
use crate::observe::logged;

/// Panics without the noise.
fn panic() {
    resume_unwind(Box::new("of the application"));
}

/// A panic affects only its own request or operation. All others go on, later ones too: no lock is
/// poisoned, nothing is half done, no task has ended for good.
#[test]
fn a_panic_anywhere_breaks_nothing() {
    at_each_place(|place| {
        let world = World::new();
        let calls = acting(place, panic, || world.tour_with_panics());
        assert!(calls > 0, "nobody was called");
        world.tour();
    });
}

/// The same at the second, third, … call only: by then, some work is done.
#[test]
fn one_panic_among_many_calls_breaks_nothing() {
    at_each_place(|place| {
        for number in [2, 3, 5, 8] {
            let world = World::new();
            let panic_once = move || {
                if CALLS.get() == number {
                    panic();
                }
            };
            acting(place, panic_once, || world.tour_with_panics());
            world.tour();
        }
    });
}

/// The task goes on: keys are fetched before they expire, without a token that asks for them.
#[test]
fn keys_are_fetched_on_after_a_subscriber_has_panicked() {
    let mut runtime = Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().unwrap();
    let server = Server::with(&["a"]);
    let keys = server.builder().build().unwrap();
    let ready = || drop(logged(|| runtime.block_on(keys.ready()).unwrap()));
    assert_eq!(acting(Place::Log, panic, ready), 1);
    assert_eq!(server.asked(), 1);
    runtime.block_on(async { tokio::time::sleep(secs(600)).await });
    assert_eq!(server.asked(), 2);
}

/// New keys arrive, although the subscriber of that event panicked.
#[test]
fn a_key_file_is_read_though_a_subscriber_panics() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("jwks.json");
    fs::write(&path, jwks(&["a"])).unwrap();
    let keys = KeyFile::open(&path).unwrap();
    fs::write(&path, jwks(&["a", "b"])).unwrap();
    let reload = || drop(logged(|| drop(keys.reload())));
    let reload = AssertUnwindSafe(|| acting(Place::Log, panic, reload));
    assert!(catch_unwind(reload).is_err());
    assert_eq!(keys.snapshot().len(), 2);
}
