use std::convert::Infallible;
use std::future::{Ready, ready};
use std::mem;
use std::task::{Context, Poll};

use futures::FutureExt;
use futures::future::join_all;
use futures::task::noop_waker_ref;
use http::{Request, Response};
use tower::buffer::Buffer;
use tower::limit::ConcurrencyLimit;
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_test::mock;

use super::{Counter, LateKeys, World, bearer, whoami};

/// Requires being polled ready before each call, itself and no clone of it, and counts what
/// happens.
#[derive(Default)]
struct Strict {
    is_ready: bool,
    polls: Counter,
    calls: Counter,
    clones: Counter,
}

impl Strict {
    fn counts(&self) -> [usize; 3] {
        [&self.polls, &self.calls, &self.clones].map(Counter::count)
    }
}

impl Clone for Strict {
    fn clone(&self) -> Self {
        self.clones.add();
        Self {
            is_ready: false,
            polls: self.polls.clone(),
            calls: self.calls.clone(),
            clones: self.clones.clone(),
        }
    }
}

impl Service<Request<()>> for Strict {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.polls.add();
        self.is_ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        assert!(mem::take(&mut self.is_ready), "called before it was ready");
        self.calls.add();
        ready(Ok(Response::new("inner".into())))
    }
}

#[track_caller]
fn make_ready<S: Service<Request<()>>>(service: &mut S) {
    assert!(matches!(poll_ready(service), Poll::Ready(Ok(()))));
}

fn poll_ready<S: Service<Request<()>>>(service: &mut S) -> Poll<Result<(), S::Error>> {
    service.poll_ready(&mut Context::from_waker(noop_waker_ref()))
}

#[test]
fn one_call_for_each_readiness_and_no_clone() {
    let world = World::new();
    let mut service = world.layer().optional().layer(Strict::default());
    for _ in 0..3 {
        for request in [bearer(&world.good()), Request::new(())] {
            make_ready(&mut service);
            let response = service.call(request).now_or_never().unwrap().unwrap();
            assert_eq!(response.body(), "inner");
        }
    }
    assert_eq!(service.inner().counts(), [6, 6, 0]);

    // A refused request is not forwarded, and leaves the service ready.
    make_ready(&mut service);
    for token in ["x", "", "a b"] {
        let response = service.call(bearer(token)).now_or_never().unwrap().unwrap();
        assert_eq!(response.body(), "");
    }
    drop(service.call(bearer(&world.good())));
    assert_eq!(service.inner().counts(), [7, 7, 0]);
}

#[test]
fn the_service_that_was_ready_is_called_when_keys_come() {
    let world = World::new();
    let keys = LateKeys::default();
    let mut service = world.layer_with(keys.clone()).layer(Strict::default());

    let waiting: Vec<_> = (0..3)
        .map(|_| {
            make_ready(&mut service);
            service.call(bearer(&world.good()))
        })
        .collect();
    assert_eq!(service.inner().counts(), [3, 0, 3]);

    assert_eq!(keys.come(world.issuer.verifying_key()), 3);
    let responses = join_all(waiting).now_or_never().unwrap();
    assert!(
        responses
            .iter()
            .all(|response| response.as_ref().unwrap().body() == "inner")
    );
    assert_eq!(service.inner().counts(), [3, 3, 3]);
}

/// The same with a service that panics if called without being ready.
#[tokio::test]
async fn mock() {
    let world = World::new();
    let keys = LateKeys::default();
    let (inner, mut handle) = mock::pair::<Request<()>, Response<&str>>();
    let mut service = world.layer_with(keys.clone()).layer(inner);

    handle.allow(0);
    assert!(poll_ready(&mut service).is_pending());
    handle.allow(1);
    make_ready(&mut service);
    let mut waiting = Box::pin(service.call(bearer(&world.good())));
    assert!(waiting.as_mut().now_or_never().is_none());

    keys.come(world.issuer.verifying_key());
    let (response, ()) = tokio::join!(waiting, async {
        let (_, respond) = handle.next_request().await.unwrap();
        respond.send_response(Response::new("mock"));
    });
    assert_eq!(response.unwrap().body(), &"mock");

    // That was the one allowed call.
    assert!(poll_ready(&mut service).is_pending());

    // A refused request leaves its readiness to the next.
    handle.allow(1);
    make_ready(&mut service);
    let response = service.call(Request::new(())).await.unwrap();
    assert_eq!(response.status(), 401);
    make_ready(&mut service);
    let (response, ()) = tokio::join!(service.call(bearer(&world.good())), async {
        let (_, respond) = handle.next_request().await.unwrap();
        respond.send_response(Response::new("mock"));
    });
    assert_eq!(response.unwrap().body(), &"mock");

    handle.send_error("broken");
    let Poll::Ready(Err(error)) = poll_ready(&mut service) else {
        panic!("the service is ready");
    };
    assert_eq!(error.to_string(), "broken");
}

#[test]
fn inside_and_around_a_concurrency_limit() {
    let world = World::new();
    let keys = LateKeys::default();
    let layer = world.layer_with(keys.clone());
    let mut inside = layer.layer(ConcurrencyLimit::new(service_fn(whoami), 1));
    assert_limited(&world, &keys, &mut inside);
    keys.come(tower_bearer::keys::KeySet::default());
    let mut around = ConcurrencyLimit::new(layer.layer(service_fn(whoami)), 1);
    assert_limited(&world, &keys, &mut around);
}

#[track_caller]
fn assert_limited<S>(world: &World, keys: &LateKeys, service: &mut S)
where
    S: Service<Request<()>, Response = Response<String>, Error = Infallible> + Clone,
{
    let mut other = service.clone();

    // A request that waits for keys holds the only slot, until it is dropped.
    make_ready(service);
    let waiting = service.call(bearer(&world.good()));
    assert!(poll_ready(&mut other).is_pending());
    drop(waiting);
    make_ready(&mut other);

    // Or until it is answered, accepted or refused.
    for (forged, status) in [("AAAA", 401), ("", 200)] {
        keys.come(tower_bearer::keys::KeySet::default());
        let token = world.good() + forged;
        let waiting = other.call(bearer(&token));
        assert!(poll_ready(service).is_pending());
        keys.come(world.issuer.verifying_key());
        let response = waiting.now_or_never().unwrap().unwrap();
        assert_eq!(response.status(), status);
        make_ready(service);
        mem::swap(service, &mut other);
    }
    let response = other.call(Request::new(())).now_or_never().unwrap();
    assert_eq!(response.unwrap().status(), 401);
}

#[tokio::test]
async fn inside_and_around_a_buffer() {
    let world = World::new();
    let keys = LateKeys::default();
    for late in [false, true] {
        for bound in [1, 3] {
            let layer = world.layer_with(keys.clone());
            keys.come(tower_bearer::keys::KeySet::default());
            if !late {
                keys.come(world.issuer.verifying_key());
            }
            let inside = layer.layer(Buffer::new(service_fn(whoami), bound));
            assert_eight_answers(&world, &keys, inside).await;
            if late {
                keys.come(tower_bearer::keys::KeySet::default());
            }
            let around = Buffer::new(layer.layer(service_fn(whoami)), bound);
            assert_eight_answers(&world, &keys, around).await;
        }
    }
}

async fn assert_eight_answers<S>(world: &World, keys: &LateKeys, service: S)
where
    S: Service<Request<()>, Response = Response<String>, Error = tower::BoxError> + Clone,
{
    let calls = (0..8).map(|number| {
        let token = world.token().subject(&number.to_string());
        service.clone().oneshot(bearer(&token.sign()))
    });
    let (responses, ()) = tokio::join!(join_all(calls), async {
        // All of them can wait at once.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        keys.come(world.issuer.verifying_key());
    });
    for (number, response) in responses.into_iter().enumerate() {
        assert_eq!(response.unwrap().body(), &number.to_string());
    }
}
