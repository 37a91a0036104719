use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::time::sleep;
use tower_bearer::test_util::TestFeed;
use tower_bearer::verify::{Entry, Feed};
use tower_bearer::verify::{Revocation, RevocationList, Staleness};

use super::{assert_logs, logged, measured};

/// A list and the feed that it follows, in a time that stands still.
struct World {
    feed: TestFeed,
    list: RevocationList,
    runtime: Runtime,
}

impl World {
    fn new() -> Self {
        let feed = TestFeed::new();
        let staleness = Staleness::refuse_after(Duration::from_secs(60));
        Self {
            list: RevocationList::shared(feed.clone(), staleness)
                .build()
                .unwrap(),
            feed,
            runtime: Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build()
                .unwrap(),
        }
    }

    fn ready(&self) {
        drop(self.runtime.block_on(self.list.ready()));
    }

    fn revoke(&self, session: &str) {
        let revocation = Revocation::session("https://issuer.example.com", session);
        drop(self.runtime.block_on(self.list.revoke(revocation)));
    }

    fn pass(&self, seconds: u64) {
        let time = Duration::from_secs(seconds);
        self.runtime.block_on(async { sleep(time).await });
    }
}

fn line(level: &str, text: &str) -> String {
    format!("{level} tower_bearer: {text}\n")
}

#[test]
fn what_goes_well_is_told_once() {
    let world = World::new();
    let loaded = line("INFO", "revocations loaded entries=0");
    assert_logs(|| world.ready(), &loaded);
    let quiet = || {
        world.ready();
        world.revoke("s");
        world.pass(3600);
    };
    assert_logs(quiet, "");
}

#[test]
fn a_failure_is_warned_of_once() {
    let world = World::new();
    world.ready();
    world.feed.fail();
    let why = "the revocation feed cannot be reached: connection refused";
    let first = line("WARN", &format!("cannot follow revocations: {why}"));
    let again = line("DEBUG", &format!("still cannot follow revocations: {why}"));
    let log = logged(|| world.pass(600));
    assert!(log.starts_with(&first), "{log}");
    assert_eq!(log.replacen(&first, "", 1).replace(&again, ""), "", "{log}");
    world.feed.recover();
    let back = line("INFO", "revocations followed again");
    assert_logs(|| world.pass(20), &back);
}

#[test]
fn a_loss_is_warned_of() {
    let world = World::new();
    world.ready();
    world.revoke("s");
    world.feed.lose();
    let lost = "the revocation feed lost entries: reloading, and adding what it lacks";
    let expected = line("WARN", lost) + &line("INFO", "revocations loaded entries=1");
    assert_logs(|| world.pass(20), &expected);
}

#[test]
fn entries_of_other_forms_are_warned_of() {
    let world = World::new();
    world.ready();
    let entries = ["secret", "another"].map(|text| Entry {
        bytes: text.into(),
        ttl: Duration::from_secs(60),
    });
    world.runtime.block_on(world.feed.add(&entries)).unwrap();
    let text = "revocations skipped: unknown format entries=2";
    assert_logs(|| world.pass(1), &line("WARN", text));
}

#[test]
fn gauges() {
    let world = World::new();
    let gauges = |action: &dyn Fn()| {
        let gauges = measured(action).gauges.lock().unwrap().clone();
        let gauge = |name: &str| {
            gauges
                .get(&format!("tower_bearer_revocations{name}"))
                .copied()
        };
        (
            gauge(""),
            gauge("_state"),
            gauge("_confirmed_timestamp_seconds"),
        )
    };
    world.feed.fail();
    let (entries, state, confirmed) = gauges(&|| world.ready());
    assert_eq!((entries, state, confirmed), (Some(0.0), Some(2.0), None));
    world.feed.recover();
    world.pass(2);
    world.revoke("s");
    let (entries, state, confirmed) = gauges(&|| world.pass(20));
    assert_eq!((entries, state), (Some(1.0), Some(0.0)));
    assert!(confirmed.unwrap() > 1_700_000_000.0);
    world.feed.fail();
    let (entries, state, later) = gauges(&|| world.pass(120));
    assert_eq!((entries, state), (Some(1.0), Some(2.0)));
    assert!(later.is_some());
}
