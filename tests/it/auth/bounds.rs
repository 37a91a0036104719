use std::cell::Cell;
use std::convert::Infallible;
use std::fmt::Debug;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::FutureExt;
use futures::task::noop_waker_ref;
use http::{Request, Response};
use tower::util::{BoxCloneService, BoxCloneSyncService};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_bearer::auth::BearerAuth;
use tower_bearer::reject::Rejection;
use tower_bearer::{BearerAuthLayer, VerifiedToken};

use super::{LateKeys, World, answer, bearer};

/// Neither the service, nor its request, nor its response can leave the thread or outlive the
/// counter.
#[test]
fn the_inner_service_need_be_neither_send_nor_static() {
    let world = World::new();
    let count = Cell::new(0);
    let count = &count;
    let greeting = Rc::new("hello");
    let inner = service_fn(move |request: Request<Rc<str>>| {
        let greeting = Rc::clone(&greeting);
        async move {
            count.set(count.get() + 1);
            let text = format!("{greeting} {}", request.body());
            Ok::<_, Infallible>(Response::new(Rc::<str>::from(text)))
        }
    });
    let request = |token: String| bearer(&token).map(|()| Rc::<str>::from("you"));

    let service = world.layer().layer(inner.clone());
    assert_eq!(
        &**answer(service, request(world.good())).body(),
        "hello you"
    );

    let keys = LateKeys::default();
    let mut service = world.layer_with(keys.clone()).layer(inner);
    let waiting = service.call(request(world.good()));
    keys.come(world.issuer.verifying_key());
    let response = waiting.now_or_never().unwrap().unwrap();
    assert_eq!(&**response.body(), "hello you");
    assert_eq!(count.get(), 2);
}

/// A body that cannot be made out of nothing.
#[derive(Debug, PartialEq)]
struct Opaque(u8);

#[test]
fn any_response_body() {
    let world = World::new();
    let layer = world
        .layer()
        .reject_with(|rejection: Rejection<'_>| rejection.response(Opaque(1)));
    let service = layer.layer(service_fn(async |_: Request<()>| {
        Ok::<_, Infallible>(Response::new(Opaque(2)))
    }));
    let response = answer(service.clone(), Request::new(()));
    assert_eq!(response.status(), 401);
    assert_eq!(response.headers()["www-authenticate"], "Bearer");
    assert_eq!(response.body(), &Opaque(1));
    assert_eq!(answer(service, bearer(&world.good())).body(), &Opaque(2));
}

#[derive(Clone)]
struct Broken {
    is_ready: bool,
}

/// Not even an `Error`.
#[derive(Debug, PartialEq)]
enum Failure {
    Unready,
    Call,
}

impl Service<Request<()>> for Broken {
    type Response = Response<()>;
    type Error = Failure;
    type Future = std::future::Ready<Result<Response<()>, Failure>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(if self.is_ready {
            Ok(())
        } else {
            Err(Failure::Unready)
        })
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        std::future::ready(Err(Failure::Call))
    }
}

#[test]
fn errors_pass_unchanged() {
    let world = World::new();
    let keys = LateKeys::default();
    let mut at_hand = world.layer().layer(Broken { is_ready: true });
    let mut late = world
        .layer_with(keys.clone())
        .layer(Broken { is_ready: true });
    let futures = [
        at_hand.call(bearer(&world.good())),
        late.call(bearer(&world.good())),
    ];
    keys.come(world.issuer.verifying_key());
    for future in futures {
        assert_eq!(future.now_or_never().unwrap().unwrap_err(), Failure::Call);
    }

    let mut unready = world.layer().layer(Broken { is_ready: false });
    let polled = unready.poll_ready(&mut Context::from_waker(noop_waker_ref()));
    assert_eq!(polled, Poll::Ready(Err(Failure::Unready)));
}

/// Claims that can be neither cloned nor shown.
#[derive(serde::Deserialize)]
struct Plain {
    sub: String,
}

#[test]
fn claims_need_only_be_decodable() {
    fn assert_value<T: Clone + Debug + Send + Sync + 'static>() {}

    assert_value::<VerifiedToken<Plain>>();
    assert_value::<BearerAuthLayer>();
    assert_value::<BearerAuth<Arc<str>>>();

    let world = World::new();
    let service = world
        .layer_of::<Plain>()
        .layer(service_fn(async |request: Request<()>| {
            let token = VerifiedToken::<Plain>::from_extensions(request.extensions()).unwrap();
            Ok::<_, Infallible>(Response::new(token.claims().sub.clone()))
        }));
    assert_eq!(answer(service, bearer(&world.good())).body(), "alice");
}

type Inner = BoxCloneSyncService<Request<String>, Response<String>, Infallible>;

#[test]
fn auto_traits() {
    fn assert_future<T: Future + Debug + Send>() {}
    fn assert_shared<T: Clone + Debug + Send + Sync>() {}
    fn assert_unpin<T: Unpin>() {}

    assert_future::<<BearerAuth<Inner> as Service<Request<String>>>::Future>();
    assert_unpin::<<BearerAuth<Inner> as Service<Request<String>>>::Future>();
    assert_shared::<BearerAuth<Inner>>();

    // As frameworks take it: boxed.
    let world = World::new();
    let inner = service_fn(super::whoami::<()>);
    let boxed = BoxCloneService::new(world.layer().layer(inner));
    let response = boxed.oneshot(bearer(&world.good())).now_or_never();
    assert_eq!(response.unwrap().unwrap().body(), "alice");
}
