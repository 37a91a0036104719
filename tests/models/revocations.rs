//! A revoked token is refused from then on.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use loom::sync::atomic::{AtomicBool, Ordering};
use tower_bearer::test_util::TestIssuer;
use tower_bearer::verify::{Batch, Entry, Feed, Position};
use tower_bearer::verify::{FeedError, FeedFuture};
use tower_bearer::verify::{Revocation, RevocationList, Staleness};
use tower_bearer::{Algorithm, AuthError, TokenError, Verifier};

use super::*;

const ISSUER: &str = "issuer";
const REVOKED: AuthError = AuthError::InvalidToken(TokenError::Revoked);

fn issuer() -> TestIssuer {
    TestIssuer::new(ISSUER, Algorithm::HS256)
}

/// Alice's, in session 1.
fn token() -> Arc<str> {
    issuer()
        .token()
        .subject("alice")
        .claim("sid", "1")
        .sign()
        .into()
}

fn verifier(list: &RevocationList) -> Verifier {
    let builder = Verifier::builder().issuer(ISSUER, issuer().verifying_key());
    let builder = builder.any_audience().revocations(list.clone());
    builder.build().unwrap()
}

fn local() -> RevocationList {
    RevocationList::local().build().unwrap()
}

fn revoke(list: &RevocationList, session: &str) {
    let revoked = list.revoke(Revocation::session(ISSUER, session));
    revoked.now_or_never().unwrap().unwrap();
}

/// Two verify the same cached token, a third revokes it. A verification that starts after `revoke`
/// has returned refuses.
#[test]
fn nobody_accepts_after_revoke_has_returned() {
    let token = token();
    explore("revocations, one list", move || {
        let list = local();
        let verifier = verifier(&list);
        verifier.verify_now(&*token).unwrap();
        let is_revoked = Arc::new(AtomicBool::new(false));

        let verifying = [(); 2].map(|()| {
            let (verifier, token) = (verifier.clone(), Arc::clone(&token));
            let is_revoked = Arc::clone(&is_revoked);
            spawn(move || {
                let must_refuse = is_revoked.load(Ordering::Acquire);
                match verifier.verify_now(&*token) {
                    Ok(_) => assert!(!must_refuse, "accepted after it was revoked"),
                    Err(error) => assert_eq!(error, REVOKED),
                }
            })
        });
        revoke(&list, "1");
        is_revoked.store(true, Ordering::Release);
        assert_eq!(verifier.verify_now(&*token).unwrap_err(), REVOKED);
        for thread in verifying {
            thread.join().unwrap();
        }
        assert_eq!(verifier.verify_now(&*token).unwrap_err(), REVOKED);
    });
}

/// Each revocation is a change of its own: a token that is checked between two of them is looked up
/// again.
#[test]
fn no_change_is_lost() {
    let token = token();
    explore("revocations, two changes", move || {
        let list = local();
        let verifier = verifier(&list);
        verifier.verify_now(&*token).unwrap();
        revoke(&list, "2");
        let verifying = {
            let (verifier, token) = (verifier.clone(), Arc::clone(&token));
            spawn(move || verifier.verify_now(&*token).is_ok())
        };
        revoke(&list, "1");
        verifying.join().unwrap();
        assert_eq!(verifier.verify_now(&*token).unwrap_err(), REVOKED);
        assert_eq!(list.status().entries, 2);
    });
}

/// A feed with these entries from the start, and no others.
struct Written(Vec<Vec<u8>>);

impl Feed for Written {
    fn add<'a>(&'a self, _: &'a [Entry]) -> FeedFuture<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn load(&self) -> FeedFuture<'_, Batch> {
        let entries = self.0.clone();
        let position = Position::new("end");
        Box::pin(async { Ok(Batch { entries, position }) })
    }

    fn follow<'a>(&'a self, _: &'a Position, _: Duration) -> FeedFuture<'a, Option<Batch>> {
        Box::pin(futures::future::pending())
    }
}

/// Keeps what it is sent, and returns nothing.
#[derive(Clone, Default)]
struct Recording(Arc<std::sync::Mutex<Vec<Vec<u8>>>>);

impl Feed for Recording {
    fn add<'a>(&'a self, entries: &'a [Entry]) -> FeedFuture<'a, ()> {
        let bytes = entries.iter().map(|entry| entry.bytes.clone());
        self.0.lock().unwrap().extend(bytes);
        Box::pin(async { Ok(()) })
    }

    fn load(&self) -> FeedFuture<'_, Batch> {
        Box::pin(async { Err(FeedError::unavailable("it only records")) })
    }

    fn follow<'a>(&'a self, _: &'a Position, _: Duration) -> FeedFuture<'a, Option<Batch>> {
        Box::pin(futures::future::pending())
    }
}

fn shared(feed: impl Feed) -> RevocationList {
    let hour = Duration::from_secs(3600);
    let list = RevocationList::shared(feed, Staleness::go_on_after(hour));
    list.build().unwrap()
}

/// An entry that revokes this session.
fn written(session: &'static str) -> Vec<Vec<u8>> {
    let feed = Recording::default();
    let told = feed.clone();
    loom::model(move || {
        let told = told.clone();
        told.0.lock().unwrap().clear();
        run(move || {
            let list = shared(told);
            block_on(list.revoke(Revocation::session(ISSUER, session))).unwrap();
        });
    });
    feed.0.lock().unwrap().clone()
}

/// Seeing that the list is loaded implies seeing all its entries.
#[test]
fn nobody_accepts_by_a_list_that_is_being_loaded() {
    let token = token();
    let entries = written("1");
    assert_eq!(entries.len(), 1);
    explore("revocations, loading", move || {
        let list = shared(Written(entries.clone()));
        let verifier = verifier(&list);
        for _ in 0..2 {
            let error = verifier.verify_now(&*token).unwrap_err();
            let is_loading = matches!(error, AuthError::RevocationsUnavailable(_));
            assert!(is_loading || error == REVOKED, "{error:?}");
        }
        block_on(list.ready()).unwrap();
        assert_eq!(verifier.verify_now(&*token).unwrap_err(), REVOKED);
    });
}

/// One revokes, the task sends and receives, another reads the list's status: no deadlock.
#[test]
fn all_come_to_an_end() {
    let entries = written("2");
    explore("revocations, two locks", move || {
        let list = shared(Written(entries.clone()));
        let asking = {
            let list = list.clone();
            spawn(move || drop(list.status()))
        };
        block_on(list.revoke(Revocation::session(ISSUER, "1"))).unwrap();
        asking.join().unwrap();
        block_on(list.ready()).unwrap();
        let status = list.status();
        assert_eq!(status.entries, 2);
        assert!(status.pending <= 1);
    });
}
