use std::convert::Infallible;
use std::task::{Context, Poll};

use futures::FutureExt;
use futures::task::noop_waker_ref;
use http::{Request, Response};
use tower::{Layer, Service, ServiceBuilder, service_fn};
use tower_bearer::authorize::{Requirement, claims, role, scope};
use tower_bearer::reject::Realm;
use tower_bearer::{BearerAuthLayer, RequireLayer};
use tower_test::mock;

use super::{Claims, subject};
use crate::auth::{Counter, World, answer, assert_headers, bearer, request};

async fn inner(request: Request<()>) -> Result<Response<String>, Infallible> {
    Ok(Response::new(subject(&request)))
}

#[track_caller]
fn assert_challenge(requirement: Requirement, scopes: &str) {
    let world = World::new();
    let service = ServiceBuilder::new()
        .layer(world.layer_of::<Claims>())
        .layer(RequireLayer::new(requirement))
        .service_fn(inner);
    let response = answer(service, bearer(&world.good()));
    assert_eq!(response.status(), 403);
    let expected = format!(
        r#"Bearer error="insufficient_scope", error_description="insufficient scope"{scopes}"#
    );
    assert_headers(response.headers(), &[("www-authenticate", &expected)]);
    assert_eq!(response.body(), "");
}

/// It names each required scope once, in order, and no forbidden one.
#[test]
fn the_challenge_names_the_scopes() {
    let (a, b, c) = (|| scope("a"), || scope("b"), || scope("c"));
    assert_challenge(a(), r#", scope="a""#);
    assert_challenge(b() & a(), r#", scope="a b""#);
    assert_challenge(b() | a(), r#", scope="a b""#);
    assert_challenge(
        Requirement::all_of([c(), a() | b(), a()]),
        r#", scope="a b c""#,
    );
    assert_challenge(a() & !b(), r#", scope="a""#);
    assert_challenge(a() & role("r"), r#", scope="a""#);
    assert_challenge(role("r"), "");
    assert_challenge(claims(|claims: &Claims| claims.level > 8), "");
    assert_challenge(!Requirement::all_of([]), "");
    assert_challenge(Requirement::any_of([]), "");
    // Characters that are illegal in a challenge are left out.
    assert_challenge(scope("a\"b") & c(), r#", scope="c""#);
    assert_challenge(scope("\r\n"), "");
}

#[test]
fn constructors() {
    let world = World::new();
    let builder = world.builder::<Claims>().roles_claim("roles");
    let auth = BearerAuthLayer::new(builder.build().unwrap());
    let rows = [
        (RequireLayer::scope("x"), "scope"),
        (RequireLayer::role("x"), "roles"),
        (RequireLayer::new(scope("x")), "scope"),
    ];
    for (layer, claim) in rows {
        let service = auth.layer(layer.layer(service_fn(inner)));
        let token = world.token().claim(claim, "x").sign();
        assert_eq!(answer(service.clone(), bearer(&token)).body(), "alice");
        let token = world.token().claim(claim, "y").sign();
        assert_eq!(answer(service, bearer(&token)).status(), 403);
    }
}

/// A setup mistake, with or without a token.
#[test]
fn behind_no_layer() {
    let world = World::new();
    for requirement in [
        scope("a"),
        Requirement::all_of([]),
        !Requirement::any_of([]),
    ] {
        let service = RequireLayer::new(requirement).layer(service_fn(inner));
        let response = answer(service.clone(), bearer(&world.good()));
        assert_eq!(response.status(), 500);
        assert_headers(response.headers(), &[]);
        assert_eq!(response.body(), "");

        let response = answer(service, request(&[("content-type", "application/grpc")]));
        assert_eq!(response.status(), 200);
        assert_headers(
            response.headers(),
            &[
                ("content-type", "application/grpc"),
                ("grpc-message", "internal error"),
                ("grpc-status", "13"),
            ],
        );
    }
}

/// The layers are in the wrong order.
#[test]
fn before_the_layer() {
    let world = World::new();
    let service = RequireLayer::scope("a").layer(world.layer().layer(service_fn(inner)));
    assert_eq!(answer(service, bearer(&world.good())).status(), 500);
}

#[test]
fn claims_of_another_type() {
    let world = World::new();
    let require = RequireLayer::new(claims(|claims: &Claims| claims.level > 0));
    let service = ServiceBuilder::new().layer(world.layer()).layer(require);
    let service = service.service_fn(inner);
    let token = world.token().claim("level", 9).sign();
    assert_eq!(answer(service.clone(), bearer(&token)).body(), "alice");
    let token = world.token().claim("level", 0).sign();
    assert_eq!(answer(service, bearer(&token)).status(), 403);
}

/// Claims that do not decode are refused, also under `!`.
#[test]
fn claims_that_do_not_decode() {
    let world = World::new();
    let low = || claims(|claims: &Claims| claims.level > 0);
    for requirement in [low(), !low(), !low() | Requirement::all_of([])] {
        let require = RequireLayer::new(requirement);
        let service = ServiceBuilder::new().layer(world.layer()).layer(require);
        let token = world.token().claim("level", "high").sign();
        let response = answer(service.service_fn(inner), bearer(&token));
        assert_eq!(response.status(), 401);
        let invalid = r#"Bearer error="invalid_token", error_description="invalid token""#;
        assert_headers(response.headers(), &[("www-authenticate", invalid)]);
    }
}

#[test]
fn behind_an_optional_layer() {
    let world = World::new();
    let service = ServiceBuilder::new()
        .layer(world.layer_of::<Claims>().optional())
        .layer(RequireLayer::new(!scope("a")))
        .service_fn(inner);
    // Without a token the answer is 401, not 403.
    let response = answer(service.clone(), Request::new(()));
    assert_eq!(response.status(), 401);
    assert_headers(response.headers(), &[("www-authenticate", "Bearer")]);
    let grpc = request(&[("content-type", "application/grpc")]);
    assert_eq!(answer(service.clone(), grpc).headers()["grpc-status"], "16");
    assert_eq!(answer(service, bearer(&world.good())).body(), "alice");
}

/// Both requirements must be met.
#[test]
fn nested() {
    let world = World::new();
    let service = ServiceBuilder::new()
        .layer(world.layer_of::<Claims>())
        .layer(RequireLayer::scope("a"))
        .layer(RequireLayer::scope("b"))
        .service_fn(inner);
    for (granted, status) in [("a b", 200), ("a", 403), ("b", 403), ("", 403)] {
        let token = world.token().claim("scope", granted).sign();
        assert_eq!(answer(service.clone(), bearer(&token)).status(), status);
    }
}

#[test]
fn problem_json() {
    let world = World::new();
    let auth = world.layer().realm(Realm::new("x").unwrap()).problem_json();
    let service = ServiceBuilder::new()
        .layer(auth)
        .layer(RequireLayer::scope("a"));
    let response = answer(service.service_fn(inner), bearer(&world.good()));
    assert_eq!(
        response.headers()["www-authenticate"],
        r#"Bearer realm="x", error="insufficient_scope", error_description="insufficient scope", scope="a""#
    );
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    assert_eq!(
        response.body(),
        r#"{"title":"Forbidden","status":403,"detail":"insufficient scope","error":"insufficient_scope"}"#
    );
}

#[test]
fn a_closure() {
    let world = World::new();
    let auth = world.layer().reject_with(|rejection| {
        let path = rejection.request().unwrap().uri().path();
        let mut response = rejection.response(format!("{path}: {}", rejection.error()));
        *response.status_mut() = http::StatusCode::NOT_FOUND;
        response
    });
    let service = ServiceBuilder::new()
        .layer(auth)
        .layer(RequireLayer::scope("a"));
    let response = answer(service.service_fn(inner), bearer(&world.good()));
    assert_eq!(response.status(), 404);
    assert_eq!(
        response.body(),
        "/: the token does not grant what is required: a"
    );
}

/// Readiness is that of the inner service.
#[test]
fn readiness() {
    let (inner, mut handle) = mock::pair::<Request<()>, Response<String>>();
    let mut service = RequireLayer::scope("a").layer(inner);
    let mut poll = || service.poll_ready(&mut Context::from_waker(noop_waker_ref()));
    handle.allow(0);
    assert!(poll().is_pending());
    handle.allow(1);
    assert!(matches!(poll(), Poll::Ready(Ok(()))));
    handle.send_error("broken");
    let Poll::Ready(Err(error)) = poll() else {
        panic!("the error is lost");
    };
    assert_eq!(error.to_string(), "broken");
}

#[test]
fn the_future_stays_pending_after_completion() {
    let world = World::new();
    let calls = Counter::default();
    let mut service = ServiceBuilder::new()
        .layer(world.layer())
        .layer(RequireLayer::scope("a"))
        .service_fn(async |_: Request<()>| {
            calls.add();
            Ok::<_, Infallible>(Response::new(String::new()))
        });
    for scope in ["a", "b"] {
        let token = world.token().claim("scope", scope).sign();
        let mut future = Box::pin(service.call(bearer(&token)));
        assert!(future.as_mut().now_or_never().is_some());
        assert!(future.as_mut().now_or_never().is_none());
        assert!(future.as_mut().now_or_never().is_none());
    }
    assert_eq!(calls.count(), 1);
}

#[test]
fn debug() {
    fn assert_value<T: Clone + std::fmt::Debug + Send + Sync>(_: &T) {}

    let layer = RequireLayer::scope("a");
    assert_value(&layer);
    assert_eq!(
        format!("{layer:?}"),
        r#"RequireLayer { requirement: scope("a"), scopes: Some("a") }"#
    );
    let service = layer.layer("inner");
    assert_value(&service);
    let text = format!("{service:?}");
    assert!(text.starts_with(r#"Require { inner: "inner", "#), "{text}");

    let mut service = layer.layer(service_fn(inner));
    let future = service.call(Request::new(()));
    assert_eq!(format!("{future:?}"), "ResponseFuture { .. }");
}
