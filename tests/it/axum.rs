//! The extractors, through a router.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::middleware::map_response;
use axum::response::IntoResponse;
use axum::routing::{any, get};
use futures::FutureExt;
use http::{HeaderValue, Request, Response};
use http_body_util::BodyExt;
use serde_json::{Map, Value};
use tower::ServiceExt;
use tower_bearer::{
    AuthError, BearerAuthLayer, RequestError, RequireLayer, TokenError, VerifiedToken,
};

use crate::auth::{Fields, NoKeys, World, assert_headers, bearer, request};
use crate::observe::logged;

#[derive(serde::Deserialize)]
struct Name {
    name: String,
}

async fn me(token: VerifiedToken<Name>) -> String {
    token.claims().name.clone()
}

async fn home(token: Option<VerifiedToken<Name>>) -> String {
    token.map_or("nobody".into(), |token| token.claims().name.clone())
}

/// Status and body; the headers are those that are not Axum's own.
#[track_caller]
fn answer(app: Router, request: Request<()>) -> (u16, String, Response<()>) {
    let response = app.oneshot(request.map(|()| Body::empty()));
    let (mut parts, body) = response.now_or_never().unwrap().unwrap().into_parts();
    parts.headers.remove("content-type");
    parts.headers.remove("content-length");
    let body = body.collect().now_or_never().unwrap().unwrap().to_bytes();
    let text = String::from_utf8(body.to_vec()).unwrap();
    (parts.status.as_u16(), text, Response::from_parts(parts, ()))
}

#[track_caller]
fn assert_answer(
    app: &Router,
    request: Request<()>,
    status: u16,
    text: &str,
    headers: &[(&str, &str)],
) {
    let (actual, body, response) = answer(app.clone(), request);
    assert_eq!((actual, &*body), (status, text));
    assert_headers(response.headers(), headers);
}

fn routes() -> Router {
    Router::new().route("/", any(home)).route("/me", any(me))
}

fn at(path: &str, mut request: Request<()>) -> Request<()> {
    *request.uri_mut() = path.parse().unwrap();
    request
}

const CHALLENGE: (&str, &str) = ("www-authenticate", "Bearer");

#[test]
fn behind_the_layer() {
    let world = World::new();
    let app = routes().layer(world.layer_of::<Name>());
    let ada = || bearer(&world.token().claim("name", "Ada").sign());
    assert_answer(&app, at("/me", ada()), 200, "Ada", &[]);
    assert_answer(&app, at("/", ada()), 200, "Ada", &[]);
    for path in ["/", "/me", "/nowhere"] {
        assert_answer(&app, at(path, Request::new(())), 401, "", &[CHALLENGE]);
    }
    // The claims do not decode.
    let bad = r#"Bearer error="invalid_token", error_description="invalid token""#;
    let without_name = at("/me", bearer(&world.good()));
    assert_answer(&app, without_name, 401, "", &[("www-authenticate", bad)]);
}

/// Without a token, the answer is 401, not 500.
#[test]
fn behind_an_optional_layer() {
    let world = World::new();
    let app = routes().layer(world.layer_of::<Name>().optional().allow_cors_preflight());
    assert_answer(&app, Request::new(()), 200, "nobody", &[]);
    assert_answer(&app, at("/me", Request::new(())), 401, "", &[CHALLENGE]);

    let mut preflight = request(&[
        ("origin", "https://x"),
        ("access-control-request-method", "PUT"),
    ]);
    *preflight.method_mut() = http::Method::OPTIONS;
    assert_answer(&app, at("/me", preflight), 401, "", &[CHALLENGE]);
}

#[test]
fn behind_no_layer() {
    let world = World::new();
    let ada = || bearer(&world.token().claim("name", "Ada").sign());
    for path in ["/me", "/"] {
        let log = logged(|| assert_answer(&routes(), at(path, ada()), 500, "", &[]));
        let line = "ERROR tower_bearer: request refused: no BearerAuthLayer runs before this service: add one around it reason=\"missing_layer\"";
        assert_eq!(log.lines().filter(|log| *log == line).count(), 1, "{log}");
    }
}

#[test]
fn behind_a_layer_of_another_claims_type() {
    let world = World::new();
    let app = routes().layer(world.layer());
    let ada = || bearer(&world.token().claim("name", "Ada").sign());
    assert_answer(&app, at("/me", ada()), 200, "Ada", &[]);
    assert_answer(&app, at("/", ada()), 200, "Ada", &[]);
    let bad = r#"Bearer error="invalid_token", error_description="invalid token""#;
    let bad: &[_] = &[("www-authenticate", bad)];
    for path in ["/me", "/"] {
        assert_answer(&app, at(path, bearer(&world.good())), 401, "", bad);
    }
}

async fn publish(token: VerifiedToken) -> Result<&'static str, AuthError> {
    token.require_scope("publish")?;
    token.require_role("editor")?;
    Ok("published")
}

/// All refusals of an application have one form, and one event each.
#[test]
fn refusals_in_one_form() {
    let world = World::new();
    let verifier = world.builder::<Map<String, Value>>().roles_claim("roles");
    let auth = BearerAuthLayer::new(verifier.build().unwrap()).optional();
    let auth = auth.reject_with(|rejection| {
        rejection.response(Body::from(format!("no: {}", rejection.description())))
    });
    let app = Router::new()
        .route("/me", get(me))
        .route("/admin", get("secret").layer(RequireLayer::scope("admin")))
        .route("/publish", get(publish))
        .layer(auth);
    let scope = r#"Bearer error="insufficient_scope", error_description="insufficient scope""#;
    let admin = &format!(r#"{scope}, scope="admin""#);
    let publish = &format!(r#"{scope}, scope="publish""#);
    let plain = || bearer(&world.good());
    let publisher = || bearer(&world.token().claim("scope", "publish").sign());
    let rows = [
        (
            "/me",
            Request::new(()),
            401,
            "a bearer token is required",
            "Bearer",
        ),
        ("/admin", plain(), 403, "insufficient scope", admin),
        ("/publish", plain(), 403, "insufficient scope", publish),
        ("/publish", publisher(), 403, "insufficient scope", scope),
    ];
    for (path, request, status, text, challenge) in rows {
        let text = format!("no: {text}");
        let challenge = [("www-authenticate", challenge)];
        let log = logged(|| assert_answer(&app, at(path, request), status, &text, &challenge));
        assert_eq!(log.matches("request refused: ").count(), 1, "{log}");
    }
    let editor = world
        .token()
        .claim("scope", "publish")
        .claim("roles", "editor")
        .sign();
    assert_answer(&app, at("/publish", bearer(&editor)), 200, "published", &[]);
}

/// The error of a handler is answered in gRPC to those who speak it; and what layers between have
/// added to a refusal stays.
#[test]
fn refusals_of_handlers() {
    let world = World::new();
    let add = |mut response: axum::response::Response| async {
        response
            .headers_mut()
            .insert("x-between", HeaderValue::from_static("1"));
        response
    };
    let app = Router::new()
        .route("/publish", any(publish))
        .layer(map_response(add));
    let grpc = || {
        let mut request = at("/publish", bearer(&world.good()));
        let grpc = HeaderValue::from_static("application/grpc");
        request.headers_mut().insert("content-type", grpc);
        request
    };
    let headers = [
        ("grpc-message", "insufficient scope"),
        ("grpc-status", "7"),
        ("x-between", "1"),
    ];
    let (default, problem) = (world.layer(), world.layer().problem_json());
    assert_answer(&app.clone().layer(default), grpc(), 200, "", &headers);
    assert_answer(
        &app.clone().layer(problem.clone()),
        grpc(),
        200,
        "",
        &headers,
    );
    let challenge = r#"Bearer error="insufficient_scope", error_description="insufficient scope", scope="publish""#;
    let headers = [("www-authenticate", challenge), ("x-between", "1")];
    let json = r#"{"title":"Forbidden","status":403,"detail":"insufficient scope","error":"insufficient_scope"}"#;
    let request = at("/publish", bearer(&world.good()));
    assert_answer(&app.layer(problem), request, 403, json, &headers);
}

#[test]
fn a_required_scope_on_one_route() {
    let world = World::new();
    let app = Router::new()
        .route("/admin", get("secret").layer(RequireLayer::scope("admin")))
        .route("/me", get(me))
        .layer(world.layer_of::<Name>());
    let token = |scope| {
        bearer(
            &world
                .token()
                .claim("name", "Ada")
                .claim("scope", scope)
                .sign(),
        )
    };
    assert_answer(&app, at("/admin", token("admin")), 200, "secret", &[]);
    assert_answer(&app, at("/me", token("user")), 200, "Ada", &[]);
    let missing = r#"Bearer error="insufficient_scope", error_description="insufficient scope", scope="admin""#;
    let refused = at("/admin", token("user"));
    assert_answer(&app, refused, 403, "", &[("www-authenticate", missing)]);
}

/// Around all routes or one, the layer ignores the path.
#[test]
fn no_path_spelling_bypasses_the_layer() {
    let world = World::new();
    let secret = || get("secret");
    let around_all = Router::new().route("/admin", secret());
    let around_all = around_all.layer(world.layer());
    let around_one = Router::new().route("/admin", secret().layer(world.layer()));
    for path in [
        "/admin",
        "//admin",
        "/admin/",
        "/admin//",
        "/./admin",
        "/x/../admin",
        "/%61dmin",
        "/admin%2F",
        "/%2Fadmin",
        "/admin%00",
        "/admin;x=y",
        "/admin?x",
        "/ADMIN",
        "http://elsewhere.example/admin",
    ] {
        let (status, text, _) = answer(around_all.clone(), at(path, Request::new(())));
        assert_eq!((status, &*text), (401, ""), "{path}");
        let (status, text, _) = answer(around_one.clone(), at(path, Request::new(())));
        assert!(matches!(status, 401 | 404) && text.is_empty(), "{path}");
        let (status, _, _) = answer(around_one.clone(), at(path, bearer(&world.good())));
        assert!(matches!(status, 200 | 404), "{path}");
    }
}

#[test]
fn keys_unavailable() {
    let world = World::new();
    let app = routes().layer(world.layer_with(NoKeys(Duration::from_secs(7))));
    assert_answer(
        &app,
        bearer(&world.good()),
        503,
        "",
        &[("retry-after", "7")],
    );
}

/// A handler may return its own error.
#[test]
fn errors_are_responses() {
    let rows: [(AuthError, u16, Fields<'_>); 6] = [
        (AuthError::MissingToken, 401, &[CHALLENGE]),
        (
            RequestError::SeveralTokens.into(),
            400,
            &[(
                "www-authenticate",
                r#"Bearer error="invalid_request", error_description="more than one token was sent""#,
            )],
        ),
        (
            TokenError::Expired.into(),
            401,
            &[(
                "www-authenticate",
                r#"Bearer error="invalid_token", error_description="token expired""#,
            )],
        ),
        (
            AuthError::InsufficientScope(Some("a b".into())),
            403,
            &[(
                "www-authenticate",
                r#"Bearer error="insufficient_scope", error_description="insufficient scope", scope="a b""#,
            )],
        ),
        (
            AuthError::KeysUnavailable(Duration::from_millis(1500)),
            503,
            &[("retry-after", "2")],
        ),
        (AuthError::MissingLayer, 500, &[]),
    ];
    for (error, status, headers) in rows {
        let response = error.into_response();
        assert_eq!(response.status(), status);
        assert_headers(response.headers(), headers);
        let body = response
            .into_body()
            .collect()
            .now_or_never()
            .unwrap()
            .unwrap();
        assert!(body.to_bytes().is_empty());
    }
}
