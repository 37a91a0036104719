use std::borrow::Cow;
use std::sync::Arc;

use http::{Request, Response};
use tower::{Layer, ServiceBuilder, service_fn};
use tower_bearer::extract::{Cookie, TokenSource};
use tower_bearer::reject::{Realm, Rejection};
use tower_bearer::{AuthError, BearerAuthLayer, RequestError, RequestHead};

use super::{World, answer, assert_headers, bearer, request, whoami};

#[test]
fn one_layer_for_many_services() {
    let world = World::new();
    let layer = world.layer();
    let service = ServiceBuilder::new()
        .layer(layer.clone())
        .service_fn(whoami);
    for service in [
        service.clone(),
        service,
        layer.layer(service_fn(whoami)).clone(),
    ] {
        assert_eq!(answer(service, bearer(&world.good())).body(), "alice");
    }
}

#[test]
fn refusals_in_other_words() {
    let world = World::new();
    let realm = Realm::new("orders").unwrap();

    let service = world.layer().realm(realm.clone()).layer(service_fn(whoami));
    let response = answer(service, Request::new(()));
    assert_headers(
        response.headers(),
        &[("www-authenticate", r#"Bearer realm="orders""#)],
    );

    let layer = world.layer().realm(realm).problem_json();
    let service = layer.layer(service_fn(whoami));
    let response = answer(service, bearer("x"));
    assert_eq!(response.status(), 401);
    assert_headers(
        response.headers(),
        &[
            ("content-type", "application/problem+json"),
            (
                "www-authenticate",
                r#"Bearer realm="orders", error="invalid_token", error_description="invalid token""#,
            ),
        ],
    );
    assert_eq!(
        response.body(),
        r#"{"title":"Unauthorized","status":401,"detail":"invalid token","error":"invalid_token"}"#
    );
}

/// A closure gets the reason and the request, and chooses the response.
#[test]
fn refusals_by_a_closure() {
    let world = World::new();
    let layer = world.layer().reject_with(|rejection| {
        let request = rejection.request().unwrap();
        assert_eq!(request.extensions().get::<u8>(), Some(&7));
        let body = match rejection.error() {
            AuthError::MissingToken => format!("{} sign in", request.uri()),
            error => error.reason().to_owned(),
        };
        let mut response = rejection.response(body);
        *response.status_mut() = http::StatusCode::IM_A_TEAPOT;
        response
    });
    for (authorization, body) in [("Basic x", "/page sign in"), ("Bearer x", "malformed")] {
        let request = Request::get("/page")
            .header("authorization", authorization)
            .extension(7_u8)
            .body(())
            .unwrap();
        let response = answer(layer.layer(service_fn(whoami)), request);
        assert_eq!(response.status(), 418);
        assert_eq!(response.body(), body);
    }
}

/// `reject_with` keeps earlier settings.
#[test]
fn settings_survive_another_rejection() {
    let world = World::new();
    let layer = world
        .layer()
        .source(Cookie::new("t").unwrap())
        .optional()
        .allow_cors_preflight()
        .problem_json();
    let service = layer.layer(service_fn(whoami));

    assert_eq!(answer(service.clone(), Request::new(())).body(), "nobody");
    let cookie = request(&[("cookie", format!("t={}", world.good()))]);
    assert_eq!(answer(service.clone(), cookie).body(), "alice");
    let preflight = Request::options("/")
        .header("cookie", "t=x")
        .header("origin", "https://x")
        .header("access-control-request-method", "PUT")
        .body(())
        .unwrap();
    assert_eq!(answer(service, preflight).body(), "nobody");
}

#[test]
fn functions_and_shared_sources() {
    fn how(rejection: Rejection<'_>) -> Response<String> {
        rejection.response("no".into())
    }

    let world = World::new();
    let source: Arc<dyn TokenSource> = Arc::new(from_path);
    let service = world
        .layer()
        .source(source)
        .reject_with(how)
        .layer(service_fn(whoami));

    let at = |path: &str| Request::get(format!("/{path}")).body(()).unwrap();
    assert_eq!(answer(service.clone(), at(&world.good())).body(), "alice");
    assert_eq!(answer(service, at("x")).body(), "no");
}

#[expect(clippy::unnecessary_wraps, reason = "the signature of a source")]
fn from_path(request: RequestHead<'_>) -> Result<Option<Cow<'_, [u8]>>, RequestError> {
    let path = request.uri().path().strip_prefix('/');
    Ok(path.map(|path| path.as_bytes().into()))
}

#[test]
fn debug_tells_no_secret() {
    fn assert_layer<T: Clone + std::fmt::Debug + Send + Sync>(_: &T) {}

    let layer: BearerAuthLayer = World::new().layer();
    assert_layer(&layer);
    let text = format!("{layer:?}");
    assert!(
        text.starts_with("BearerAuthLayer { verifier: Verifier"),
        "{text}"
    );
    assert!(text.ends_with("is_optional: false, .. }"), "{text}");
    assert!(!text.contains("ZZZZ") && !text.contains("90, 90"), "{text}");
    let service = layer.layer("inner");
    assert_eq!(
        format!("{service:?}"),
        r#"BearerAuth { inner: "inner", .. }"#
    );
}
