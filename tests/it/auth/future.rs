use std::convert::Infallible;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::task::noop_waker_ref;
use futures::{FutureExt, future};
use http::{Request, Response};
use tower::{Layer, Service, service_fn};
use tower_bearer::AuthError;

use super::{Counter, LateKeys, World, bearer, whoami};

/// Polls once.
macro_rules! poll {
    ($future:expr) => {
        $future
            .as_mut()
            .poll(&mut Context::from_waker(noop_waker_ref()))
    };
}

#[test]
fn waits_for_keys() {
    let world = World::new();
    let keys = LateKeys::default();
    let mut service = world.layer_with(keys.clone()).layer(service_fn(whoami));
    let mut future = pin!(service.call(bearer(&world.good())));
    assert!(poll!(future).is_pending());
    assert!(poll!(future).is_pending());

    assert_eq!(keys.come(world.issuer.verifying_key()), 1);
    let Poll::Ready(Ok(response)) = poll!(future) else {
        panic!("still pending");
    };
    assert_eq!(response.body(), "alice");

    // The keys are in memory now.
    let response = service.call(bearer(&world.good())).now_or_never();
    assert_eq!(response.unwrap().unwrap().body(), "alice");
}

#[test]
fn fetched_keys_may_not_fit() {
    let world = World::new();
    let other = tower_bearer::test_util::signing_key(tower_bearer::Algorithm::ES256);
    let rows = [
        (Some(world.issuer.verifying_key()), "forged", 401),
        (Some(other.verifying_key()), "", 401),
        (None, "", 503),
    ];
    for (key, change, status) in rows {
        let keys = LateKeys::default();
        let mut service = world.layer_with(keys.clone()).layer(service_fn(whoami));
        let good = world.good();
        let token = format!("{}{change}", &good[..good.len() - change.len()]);
        let mut future = pin!(service.call(bearer(&token)));
        assert!(poll!(future).is_pending());
        let told = match key {
            Some(key) => keys.come(key),
            None => keys.fail(AuthError::KeysUnavailable(Duration::from_secs(9))),
        };
        assert_eq!(told, 1);
        let Poll::Ready(Ok(response)) = poll!(future) else {
            panic!("still pending");
        };
        assert_eq!(response.status(), status);
        let retry_after = response.headers().get("retry-after");
        assert_eq!(retry_after.is_some_and(|value| value == "9"), status == 503);
    }
}

/// A token that expires while its keys are fetched is refused.
#[test]
fn tokens_can_expire_while_waiting_for_keys() {
    let world = World::new();
    let keys = LateKeys::default();
    let mut service = world.layer_with(keys.clone()).layer(service_fn(whoami));
    let mut future = pin!(service.call(bearer(&world.good())));
    assert!(poll!(future).is_pending());
    world.clock.advance(Duration::from_secs(3660));
    keys.come(world.issuer.verifying_key());
    let Poll::Ready(Ok(response)) = poll!(future) else {
        panic!("still pending");
    };
    assert_eq!(response.status(), 401);
}

#[test]
fn stays_pending_after_completion() {
    let world = World::new();
    let keys = LateKeys::default();
    let inner = || service_fn(whoami);

    let mut at_hand = world.layer().layer(inner());
    let mut late = world.layer_with(keys.clone()).layer(inner());
    let mut late_and_refused = late.clone();
    let mut futures = [
        Box::pin(at_hand.call(bearer(&world.good()))),
        Box::pin(at_hand.call(Request::new(()))),
        Box::pin(late.call(bearer(&world.good()))),
        Box::pin(late_and_refused.call(bearer(&format!("{}AAAA", world.good())))),
    ];
    for future in &mut futures {
        let _ = poll!(future);
    }
    keys.come(world.issuer.verifying_key());
    let [accepted, refused, late, late_and_refused] = &mut futures;
    assert!(poll!(late).is_ready());
    assert!(poll!(late_and_refused).is_ready());
    for future in [accepted, refused, late, late_and_refused] {
        assert!(poll!(future).is_pending());
        assert!(poll!(future).is_pending());
    }
}

/// Dropped while the keys are fetched, and dropped while the inner service answers.
#[test]
fn can_be_dropped_at_any_time() {
    let world = World::new();
    let keys = LateKeys::default();
    let (calls, ends) = (Counter::default(), Counter::default());
    let inner = service_fn(|_: Request<()>| {
        calls.add();
        let ends = ends.clone();
        async move {
            future::pending::<()>().await;
            ends.add();
            Ok::<_, Infallible>(Response::new(String::new()))
        }
    });
    let mut service = world.layer_with(keys.clone()).layer(inner);

    // Not polled at all.
    drop(service.call(bearer(&world.good())));
    // Polled once.
    let mut future = Box::pin(service.call(bearer(&world.good())));
    assert!(poll!(future).is_pending());
    drop(future);
    // No request waits for the keys.
    assert_eq!(keys.come(world.issuer.verifying_key()), 0);
    assert_eq!(calls.count(), 0);

    // Inside the inner service.
    keys.come(tower_bearer::keys::KeySet::default());
    let mut future = Box::pin(service.call(bearer(&world.good())));
    assert!(poll!(future).is_pending());
    assert_eq!(keys.come(world.issuer.verifying_key()), 1);
    assert!(poll!(future).is_pending());
    assert_eq!(calls.count(), 1);
    drop(future);

    let mut future = Box::pin(service.call(bearer(&world.good())));
    assert!(poll!(future).is_pending());
    assert_eq!((calls.count(), ends.count()), (2, 0));
}

#[test]
fn debug() {
    let world = World::new();
    let mut service = world.layer().layer(service_fn(whoami));
    let future = service.call(bearer(&world.good()));
    assert_eq!(format!("{future:?}"), "ResponseFuture { .. }");
}
