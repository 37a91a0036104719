//! Together with the layers of tower-http, in either order.

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::routing::any;
use futures::FutureExt;
use http::{Method, Request};
use http_body_util::BodyExt;
use tower::ServiceExt;
use tower::limit::ConcurrencyLimitLayer;
use tower_bearer::RequireLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::CorsLayer;
use tower_http::trace::TraceLayer;

use super::{World, bearer, request};

#[track_caller]
fn answer(app: &Router, request: Request<()>) -> Response {
    let response = app.clone().oneshot(request.map(|()| Body::empty()));
    response.now_or_never().unwrap().unwrap()
}

#[track_caller]
fn assert_statuses(world: &World, app: &Router) {
    let expired = world.token().expires_in(-3600).sign();
    let reader = world.token().claim("scope", "read").sign();
    for (request, status) in [
        (Request::new(()), 401),
        (bearer(&expired), 401),
        (bearer(&world.good()), 403),
        (bearer(&reader), 200),
    ] {
        assert_eq!(answer(app, request).status(), status);
    }
}

fn routes() -> Router {
    let route = any("hello ".repeat(100)).layer(RequireLayer::scope("read"));
    Router::new().route("/", route)
}

#[test]
fn traces_and_limits() {
    let world = World::new();
    let (auth, trace) = (world.layer(), TraceLayer::new_for_http());
    assert_statuses(&world, &routes().layer(auth.clone()).layer(trace.clone()));
    assert_statuses(&world, &routes().layer(trace).layer(auth.clone()));
    let limit = ConcurrencyLimitLayer::new(1);
    assert_statuses(&world, &routes().layer(auth.clone()).layer(limit.clone()));
    assert_statuses(&world, &routes().layer(limit).layer(auth));
}

/// A CORS layer in front answers preflights itself, and lets pages read refusals.
#[test]
fn cors() {
    let world = World::new();
    let cors = CorsLayer::permissive();
    let from_page = || request(&[("origin", "https://page.example.com")]);
    let preflight = || {
        let mut request = from_page();
        *request.method_mut() = Method::OPTIONS;
        let method = ("access-control-request-method", "PUT");
        request
            .headers_mut()
            .insert(method.0, method.1.parse().unwrap());
        request
    };
    let is_shared = |response: &Response| {
        let headers = response.headers();
        headers.contains_key("access-control-allow-origin")
    };

    let in_front = routes().layer(world.layer()).layer(cors.clone());
    assert_statuses(&world, &in_front);
    assert_eq!(answer(&in_front, preflight()).status(), 200);
    assert!(is_shared(&answer(&in_front, from_page())));

    let behind = routes()
        .layer(cors)
        .layer(world.layer().allow_cors_preflight());
    assert_statuses(&world, &behind);
    assert_eq!(answer(&behind, preflight()).status(), 200);
    assert!(!is_shared(&answer(&behind, from_page())));
    // What is refused behind both keeps what the CORS layer has added.
    let mut refused = bearer(&world.good());
    refused.headers_mut().extend(from_page().headers().clone());
    assert!(is_shared(&answer(&behind, refused)));
}

#[test]
fn compression() {
    let world = World::new();
    let compression = CompressionLayer::new();
    let gzip = |token: &str| {
        let mut request = bearer(token);
        request
            .headers_mut()
            .insert("accept-encoding", "gzip".parse().unwrap());
        request
    };
    let is_packed = |response: &Response| response.headers().contains_key("content-encoding");
    let reader = world.token().claim("scope", "read").sign();
    let (auth, problem) = (world.layer(), world.layer().problem_json());

    let in_front = routes().layer(problem.clone()).layer(compression.clone());
    assert!(is_packed(&answer(&in_front, gzip(&reader))));
    assert!(is_packed(&answer(&in_front, gzip("x"))));
    for app in [
        routes().layer(compression.clone()).layer(auth),
        routes().layer(compression).layer(problem),
    ] {
        assert_statuses(&world, &app);
        assert!(is_packed(&answer(&app, gzip(&reader))));
        for refused in ["x", &world.good()] {
            let response = answer(&app, gzip(refused));
            assert!(!is_packed(&response));
            let body = response.into_body().collect().now_or_never().unwrap();
            assert!(str::from_utf8(&body.unwrap().to_bytes()).is_ok());
        }
    }
}
