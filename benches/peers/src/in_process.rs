//! A layer around a service that answers immediately, called without a server or an executor.

use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::hint::black_box;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

use http::{Request, Response, StatusCode};
use tower::{Layer, Service};
use tower_bearer::verify::Cache;

use crate::Error;
use crate::contestants::{self, Contestant};
use crate::fixture::Fixture;

/// Sends a request, and returns the response's status.
pub type Call = Box<dyn FnMut(Request<()>) -> StatusCode>;

/// A contestant around the inner service. Only ours has a cache.
pub async fn call(contestant: Contestant, fixture: &Fixture, cache: Cache) -> Result<Call, Error> {
    use contestants as layers;

    Ok(match contestant {
        Contestant::NoLayer => boxed(Inner),
        Contestant::TowerBearer => boxed(layers::tower_bearer::layer(fixture, cache)?.layer(Inner)),
        Contestant::TowerJwt => boxed(layers::tower_jwt::layer(fixture)?.layer(Inner)),
        Contestant::JwtAuthorizer => {
            boxed(layers::jwt_authorizer::layer(fixture).await?.around(Inner))
        }
        Contestant::TowerOauth2ResourceServer => {
            let layer = layers::tower_oauth2_resource_server::layer(fixture).await?;
            boxed(layer.layer(Inner))
        }
        Contestant::OauthResourceServer => {
            boxed(layers::oauth_resource_server::layer(fixture)?.layer(Inner))
        }
    })
}

fn boxed<S>(mut service: S) -> Call
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible> + 'static,
{
    Box::new(move |request| {
        let mut context = Context::from_waker(Waker::noop());
        assert!(service.poll_ready(&mut context).is_ready());
        let future = pin!(service.call(request));
        match future.poll(&mut context) {
            Poll::Ready(Ok(response)) => response.status(),
            Poll::Pending => panic!("the keys are at hand, and yet it waits"),
        }
    })
}

pub fn request(token: &str) -> Request<()> {
    Request::get("/")
        .header("authorization", format!("Bearer {token}"))
        .body(())
        .expect("a token is a header value")
}

/// A figure counts only if the contestant does its job.
pub fn check(call: &mut Call, token: &str, accepted: bool) -> Result<StatusCode, Error> {
    REACHED.store(false, Ordering::Relaxed);
    let status = call(request(token));
    let reached = REACHED.load(Ordering::Relaxed);
    if reached != accepted || (status == StatusCode::OK) != accepted {
        return Err(format!("answered {status}, inner service reached: {reached}").into());
    }
    Ok(status)
}

static REACHED: AtomicBool = AtomicBool::new(false);

#[derive(Clone)]
struct Inner;

impl Service<Request<()>> for Inner {
    type Response = Response<()>;
    type Error = Infallible;
    type Future = Ready<Result<Response<()>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        // A plain store: next to nothing.
        REACHED.store(true, Ordering::Relaxed);
        black_box(request);
        ready(Ok(Response::new(())))
    }
}
