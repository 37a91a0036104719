//! What junk allocates, from the request to the response: at most twice its own length and 4 KiB,
//! as a sum over all allocations.

use std::convert::Infallible;

use futures::FutureExt;
use futures::future::{Ready, ready};
use http::{HeaderValue, Request, Response};
use serde_json::{Map, Value};
use tower::{Layer, Service, service_fn};
use tower_bearer::extract::{Bearer, Cookie, Header, Query, TokenSource, WebSocketProtocol};
use tower_bearer::test_util::TestIssuer;
use tower_bearer::{Algorithm, BearerAuthLayer};

/// The junk of the benchmarks.
#[path = "../../benches/junk/mod.rs"]
mod kinds;

use super::token::ISSUER;
use super::verifier;

/// A token source, and how the token is sent there.
type Place = (Box<dyn TokenSource>, fn(&str) -> (&'static str, String));

fn places() -> Vec<Place> {
    vec![
        (Box::new(Bearer), |junk| {
            ("authorization", format!("Bearer {junk}"))
        }),
        (Box::new(Cookie::new("t").unwrap()), |junk| {
            ("cookie", format!("a=b; t={junk}"))
        }),
        (
            Box::new(Header::new(http::HeaderName::from_static("x-token"))),
            |junk| ("x-token", junk.to_owned()),
        ),
        (
            Box::new(WebSocketProtocol::new("bearer.").unwrap()),
            |junk| ("sec-websocket-protocol", format!("chat, bearer.{junk}")),
        ),
        (Box::new(Query::new("t").unwrap()), |junk| {
            ("", format!("/?t={junk}"))
        }),
    ]
}

fn request((name, value): (&str, String), content_type: &str) -> Request<()> {
    let request = Request::post("/").header("content-type", content_type);
    match name {
        "" => request.uri(value),
        _ => request.header(name, HeaderValue::try_from(value).unwrap()),
    }
    .body(())
    .unwrap()
}

#[test]
fn junk_allocates_twice_its_length_and_4_kib_at_most() {
    let issuer = TestIssuer::new(ISSUER, Algorithm::RS256);
    let mut worst = 0;
    for (source, place) in places() {
        let verifier = verifier::<Map<String, Value>>(&issuer);
        let layer = BearerAuthLayer::new(verifier).source(source);
        let mut plain = layer.clone().layer(service_fn(inner));
        let mut problem = layer.problem_json().layer(service_fn(inner));
        for (kind, junk) in kinds::KINDS {
            for len in [0, 1, 100, 1024, 4096, 16 * 1024 - 1, 16 * 1024, 32 * 1024] {
                for content_type in ["text/plain", "application/grpc"] {
                    let junk = junk(len);
                    let make = || request(place(&junk), content_type);
                    for bytes in [
                        allocated(&mut plain, make()),
                        allocated(&mut problem, make()),
                    ] {
                        let most = 2 * junk.len() as u64 + 4096;
                        let what = format!("{kind}, {} bytes, {content_type}", junk.len());
                        assert!(bytes <= most, "{bytes} for {what}");
                        worst = worst.max(bytes * 100 / most);
                    }
                }
            }
        }
    }
    // A distant limit would notice nothing.
    assert!(worst > 50, "{worst} %");
}

fn inner(_: Request<()>) -> Ready<Result<Response<String>, Infallible>> {
    ready(Ok(Response::new("inner".to_owned())))
}

fn allocated(
    service: &mut impl Service<Request<()>, Response = Response<String>, Error = Infallible>,
    request: Request<()>,
) -> u64 {
    let mut response = None;
    let counted = allocation_counter::measure(|| {
        response = service.call(request).now_or_never();
    });
    assert_ne!(response.unwrap().unwrap().body(), "inner");
    counted.bytes_total
}
