//! What the way of a request allocates. In a binary of its own, since it counts every allocation.
#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

use std::convert::Infallible;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::{Ready, ready};
use http::{Request, Response};
use tower::{Layer, Service, service_fn};
use tower_bearer::test_util::TestIssuer;
use tower_bearer::{Algorithm, BearerAuthLayer, Verifier};

fn answer(request: Request<()>) -> Ready<Result<Response<Request<()>>, Infallible>> {
    ready(Ok(Response::new(request)))
}

fn request(token: &str) -> Request<()> {
    let request = Request::get("/").header("authorization", format!("Bearer {token}"));
    request.body(()).unwrap()
}

/// What `http` allocates to keep two values of the sizes of ours.
fn allocations_of_extensions() -> u64 {
    #[derive(Clone)]
    struct Pointer(#[expect(dead_code, reason = "held for its size")] Arc<u8>);
    #[derive(Clone)]
    struct FatPointer(#[expect(dead_code, reason = "held for its size")] Arc<dyn Send + Sync>);

    let mut request = Request::new(());
    let (thin, fat) = (Arc::new(0), Arc::new(0));
    let counted = allocation_counter::measure(|| {
        request.extensions_mut().insert(FatPointer(fat));
        request.extensions_mut().insert(Pointer(thin));
    });
    counted.count_total
}

#[test]
fn a_repeated_token_costs_no_more_than_its_extensions() {
    let issuer = TestIssuer::new("https://issuer.example.com", Algorithm::HS256);
    let verifier = <Verifier>::builder()
        .issuer("https://issuer.example.com", issuer.verifying_key())
        .audience("my-api")
        .build()
        .unwrap();
    let mut service = BearerAuthLayer::new(verifier).layer(service_fn(answer));
    let token = issuer.token().audience("my-api").sign();

    let mut count = || {
        let request = request(&token);
        let mut response = None;
        let counted = allocation_counter::measure(|| {
            response = service.call(request).now_or_never();
        });
        assert_eq!(response.unwrap().unwrap().status(), 200);
        counted.count_total
    };
    let first_sight = count();
    assert_eq!(count(), allocations_of_extensions());
    assert!(first_sight > count(), "the first sight costs more");
}
