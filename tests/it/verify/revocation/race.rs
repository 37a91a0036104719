//! Revoking while others verify.

use std::sync::atomic::AtomicBool;
use std::thread;

use futures::future::join_all;
use tokio::runtime::Builder;
use tokio::time::timeout;
use tower_bearer::test_util::TestFeed;
use tower_bearer::verify::Staleness;

use super::*;

const TOKENS: usize = 400;

/// Once `revoke` has returned, nobody accepts the token any more, whatever threads are just doing:
/// judging it for the first time, or looking at what is remembered.
#[test]
fn what_was_revoked_is_refused_from_then_on() {
    let setup = Setup::new();
    let tokens: Vec<_> = (0..TOKENS)
        .map(|number| {
            let token = setup.token(
                &number.to_string(),
                &format!("s{number}"),
                &format!("u{number}"),
            );
            (token, AtomicBool::new(false))
        })
        .collect();
    // Every other one is remembered before.
    for (token, _) in tokens.iter().step_by(2) {
        setup.assert_accepts(token);
    }
    let verify = || {
        let mut refused = 0;
        while refused < TOKENS {
            refused = 0;
            for (token, is_revoked) in &tokens {
                // Looked at before: what is revoked meanwhile may be accepted or not.
                let must_refuse = is_revoked.load(Ordering::Acquire);
                match setup.remembering.verify_now(token) {
                    Ok(_) => assert!(!must_refuse, "accepted after it was revoked"),
                    Err(error) => {
                        assert_eq!(error, TokenError::Revoked.into());
                        refused += usize::from(must_refuse);
                    }
                }
            }
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(verify)).collect();
        for (number, (token, is_revoked)) in tokens.iter().enumerate() {
            let revocation = match number % 3 {
                0 => Revocation::session(ISSUER, &format!("s{number}")),
                1 => Revocation::subject(ISSUER, &format!("u{number}")),
                _ => Revocation::token(&setup.forgetting.verify_now(token).unwrap()).unwrap(),
            };
            setup.revoke(revocation);
            is_revoked.store(true, Ordering::Release);
        }
        for thread in threads {
            thread.join().unwrap();
        }
    });
    assert_eq!(setup.entries(), TOKENS);
}

/// The task that follows, those who revoke and those who ask for the status take turns at two locks.
#[test]
fn many_revoke_and_look_at_once() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(4)
        .enable_time()
        .build()
        .unwrap();
    let list = RevocationList::shared(TestFeed::new(), Staleness::refuse_after(HOUR));
    let list = list.build().unwrap();
    let revoke = |name: usize| {
        let list = list.clone();
        runtime.spawn(async move {
            for number in 0..1000 {
                let session = format!("{name} {number}");
                list.revoke(Revocation::session(ISSUER, &session))
                    .await
                    .unwrap();
                assert!(list.status().entries > number);
            }
        })
    };
    let tasks = (0..4).map(revoke).collect::<Vec<_>>();
    let all = async { timeout(Duration::from_secs(30), join_all(tasks)).await };
    let ended = runtime.block_on(all);
    // What waits for ever would keep the test from ending.
    runtime.shutdown_background();
    assert!(ended.is_ok());
    assert_eq!(list.status().entries, 4000);
}
