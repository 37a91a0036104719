//! Reentrancy: calling the API from its own callbacks.

use std::fs;

use tempfile::tempdir;
use tower_bearer::keys::KeyFile;

use super::world::World;
use super::*;
use crate::keys::remote::jwks;
use crate::observe::logged;

/// No lock is held while application code runs: from each callback, the whole API can be called,
/// and the interrupted operation goes on.
#[test]
fn from_everywhere_everything_can_be_called() {
    at_each_place(|place| {
        let world = Rc::new(World::new());
        let again = Rc::clone(&world);
        let act = move || {
            // A revocation in the task's callback is news to the task, which calls again: this must
            // not go on for ever.
            if CALLS.get() <= 50 {
                again.touch();
            }
        };
        let calls = acting(place, act, || world.tour());
        assert!(calls > 0, "nobody was called");
        world.tour();
    });
}

#[test]
fn who_hears_of_a_key_file_can_read_it() {
    let ended = in_time(|| {
        let dir = tempdir().unwrap();
        let path = dir.path().join("jwks.json");
        fs::write(&path, jwks(&["a"])).unwrap();
        let keys = Rc::new(KeyFile::open(&path).unwrap());
        fs::write(&path, jwks(&["a", "b"])).unwrap();

        let again = Rc::clone(&keys);
        let act = move || assert!(!again.reload().unwrap(), "it was read");
        let reload = || drop(logged(|| assert!(keys.reload().unwrap())));
        assert_eq!(acting(Place::Log, act, reload), 1);
    });
    assert!(ended);
}
