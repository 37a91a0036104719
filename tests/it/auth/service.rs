use std::convert::Infallible;
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderName, Method, Request, Response};
use tower::{Layer, ServiceBuilder, service_fn};
use tower_bearer::extract::Header;
use tower_bearer::{BearerAuthLayer, VerifiedToken};

use super::{AUDIENCE, Counter, NoKeys, World, answer, assert_headers, bearer, request, whoami};

#[derive(serde::Deserialize)]
struct Name {
    name: String,
}

#[test]
fn accepted() {
    let world = World::new();
    let service = world.layer().layer(service_fn(whoami));
    let response = answer(service, bearer(&world.good()));
    assert_eq!(response.status(), 200);
    assert_headers(response.headers(), &[]);
    assert_eq!(response.body(), "alice");
}

#[track_caller]
fn assert_refused(
    layer: &BearerAuthLayer,
    request: Request<()>,
    status: u16,
    headers: &[(&str, &str)],
) {
    let calls = Counter::default();
    let service = layer.layer(service_fn(async |_: Request<()>| {
        calls.add();
        Ok::<_, Infallible>(Response::new(String::from("secret")))
    }));
    let response = answer(service, request);
    assert_eq!(response.status(), status);
    assert_headers(response.headers(), headers);
    assert_eq!(response.body(), "");
    assert_eq!(calls.count(), 0);
}

#[test]
fn refused() {
    let world = World::new();
    let good = format!("Bearer {}", world.good());
    let expired = format!("Bearer {}", world.token().expires_in(-3600).sign());
    let foreign = format!("Bearer {}", world.token().audience("other").sign());
    let forged = format!("{}AAAA", &good[..good.len() - 4]);

    let syntax = r#"Bearer error="invalid_request", error_description="the credentials are not of the form `Bearer TOKEN`""#;
    let repeated = r#"Bearer error="invalid_request", error_description="the field that carries the token is repeated""#;
    let old = r#"Bearer error="invalid_token", error_description="token expired""#;
    let bad = r#"Bearer error="invalid_token", error_description="invalid token""#;
    let rows: &[(&[&str], u16, &str)] = &[
        (&[], 401, "Bearer"),
        (&["Basic YWxpY2U6cw=="], 401, "Bearer"),
        (&["Bearer"], 400, syntax),
        (&["Bearer a b"], 400, syntax),
        (&[&good, &good], 400, repeated),
        (&["Basic YWxpY2U6cw==", &good], 400, repeated),
        (&[&expired], 401, old),
        (&["Bearer x"], 401, bad),
        (&[&foreign], 401, bad),
        (&[&forged], 401, bad),
    ];
    for (values, status, challenge) in rows {
        let fields: Vec<_> = values
            .iter()
            .map(|value| ("authorization", value))
            .collect();
        let expected = [("www-authenticate", *challenge)];
        assert_refused(&world.layer(), request(&fields), *status, &expected);
    }
}

#[test]
fn keys_unavailable() {
    let world = World::new();
    for (delay, seconds) in [(0, "1"), (29_001, "30"), (60_000, "60")] {
        let layer = world.layer_with(NoKeys(Duration::from_millis(delay)));
        let expected = [("retry-after", seconds)];
        assert_refused(&layer, bearer(&world.good()), 503, &expected);
        // A malformed token is 401: retrying cannot help.
        let bad = r#"Bearer error="invalid_token", error_description="invalid token""#;
        assert_refused(&layer, bearer("x"), 401, &[("www-authenticate", bad)]);
    }
}

#[test]
fn head_requests_are_refused_like_others() {
    let world = World::new();
    let mut request = request::<&str>(&[]);
    *request.method_mut() = Method::HEAD;
    let expected = [("www-authenticate", "Bearer")];
    assert_refused(&world.layer(), request, 401, &expected);
}

#[test]
fn the_inner_service_gets_the_whole_request() {
    let world = World::new();
    let service = world
        .layer()
        .layer(service_fn(async |request: Request<&'static str>| {
            assert_eq!(request.method(), Method::PUT);
            assert_eq!(request.uri(), "/a?b=c");
            assert_eq!(request.headers().len(), 2);
            assert_eq!(request.headers()["x-y"], "z");
            assert!(
                request.headers()["authorization"]
                    .to_str()
                    .unwrap()
                    .starts_with("Bearer ey")
            );
            assert_eq!(request.extensions().get(), Some(&7_u8));
            Ok::<_, Infallible>(Response::new(*request.body()))
        }));
    let request = Request::put("/a?b=c")
        .header("x-y", "z")
        .header("authorization", format!("Bearer {}", world.good()))
        .extension(7_u8)
        .body("body")
        .unwrap();
    assert_eq!(answer(service, request).body(), &"body");
}

/// A proxy must not forward the token.
#[test]
fn a_proxy_takes_the_token_out_behind_the_layer() {
    let world = World::new();
    let service = ServiceBuilder::new()
        .layer(world.layer())
        .map_request(|mut request: Request<()>| {
            request.headers_mut().remove(AUTHORIZATION);
            request
        })
        .service_fn(async |request: Request<()>| {
            assert!(request.headers().is_empty());
            whoami(request).await
        });
    assert_eq!(answer(service, bearer(&world.good())).body(), "alice");
}

#[test]
fn claims_are_decoded() {
    let world = World::new();
    let service = world
        .layer_of::<Name>()
        .layer(service_fn(async |request: Request<()>| {
            let token = VerifiedToken::<Name>::from_extensions(request.extensions()).unwrap();
            Ok::<_, Infallible>(Response::new(token.claims().name.clone()))
        }));
    let token = world.token().claim("name", "Ada").sign();
    assert_eq!(answer(service, bearer(&token)).body(), "Ada");
}

/// Every reader chooses its claims type, independently of the verifier's.
#[test]
fn claims_of_several_types() {
    let world = World::new();
    let inner = service_fn(async |request: Request<()>| {
        let name = VerifiedToken::<Name>::from_extensions(request.extensions()).unwrap();
        let map = <VerifiedToken>::from_extensions(request.extensions()).unwrap();
        let number = VerifiedToken::<u8>::from_extensions(request.extensions());
        let undecodable = tower_bearer::TokenError::UndecodableClaims.into();
        assert_eq!(number.unwrap_err(), undecodable);
        assert_eq!((name.subject(), map.has_role("r")), (Some("alice"), true));
        let text = format!("{} {}", name.claims().name, map.claims()["name"]);
        Ok::<_, Infallible>(Response::new(text))
    });
    let typed = world.builder::<Name>().roles_claim("roles").build();
    let map = world
        .builder::<serde_json::Value>()
        .roles_claim("roles")
        .build();
    let token = world
        .token()
        .claim("name", "Ada")
        .claim("roles", "r")
        .sign();
    for layer in [
        BearerAuthLayer::new(typed.unwrap()),
        BearerAuthLayer::new(map.unwrap()),
    ] {
        assert_eq!(
            answer(layer.layer(inner), bearer(&token)).body(),
            r#"Ada "Ada""#
        );
    }
}

/// With the same verifier, the inner layer accepts what the outer one verified.
#[test]
fn nested_layers_of_one_verifier() {
    let world = World::new();
    let outer = world.layer();
    let no_token_here = Header::new(HeaderName::from_static("x-token"));
    for inner in [outer.clone(), outer.clone().optional()] {
        let inner = inner.source(no_token_here.clone());
        let service = outer.layer(inner.layer(service_fn(whoami)));
        assert_eq!(
            answer(service.clone(), bearer(&world.good())).body(),
            "alice"
        );
        assert_eq!(answer(service, Request::new(())).status(), 401);
    }
    // An anonymous request is not verified.
    let service = outer
        .clone()
        .optional()
        .layer(outer.layer(service_fn(whoami)));
    assert_eq!(answer(service, Request::new(())).status(), 401);
}

/// With different verifiers, the inner layer's token counts.
#[test]
fn nested_layers_of_two_verifiers() {
    let world = World::new();
    let second = world
        .layer()
        .source(Header::new(HeaderName::from_static("x-token")));
    let service = world.layer().layer(second.layer(service_fn(whoami)));

    let alice = format!("Bearer {}", world.good());
    let bob = world.token().subject("bob").sign();
    let both = request(&[("authorization", &alice), ("x-token", &bob)]);
    assert_eq!(answer(service.clone(), both).body(), "bob");

    let response = answer(service.clone(), request(&[("authorization", &alice)]));
    assert_eq!(response.status(), 401);
    let response = answer(service, request(&[("x-token", &bob)]));
    assert_eq!(response.status(), 401);
}

/// A token from an earlier layer is replaced, or removed if there is no new one.
#[test]
fn tokens_of_earlier_layers_are_replaced() {
    let world = World::new();
    let other =
        tower_bearer::test_util::TestIssuer::new("https://other", tower_bearer::Algorithm::HS384);
    let lax = tower_bearer::Verifier::builder().any_issuer(other.verifying_key());
    let lax = lax.any_audience().build().unwrap();
    let mallory = other.token().subject("mallory").sign();
    let older = Header::new(HeaderName::from_static("x-token"));
    let older = BearerAuthLayer::new(lax).source(older);

    let rows = [
        (world.layer(), bearer(&world.good()), "alice"),
        (world.layer().optional(), bearer(&world.good()), "alice"),
        (world.layer().optional(), Request::new(()), "nobody"),
        (
            world.layer().allow_cors_preflight(),
            Request::options("/")
                .header("origin", "https://x")
                .header("access-control-request-method", "PUT")
                .body(())
                .unwrap(),
            "nobody",
        ),
    ];
    for (layer, mut request, expected) in rows {
        request
            .headers_mut()
            .insert("x-token", mallory.parse().unwrap());
        let service = older.layer(layer.layer(service_fn(whoami)));
        assert_eq!(answer(service, request).body(), expected);
    }
}

#[test]
fn headers_named_like_claims_are_ignored() {
    let world = World::new();
    let fields = [
        ("x-user", "alice"),
        ("sub", "alice"),
        ("x-jwt-payload", AUDIENCE),
    ];
    let expected = [("www-authenticate", "Bearer")];
    assert_refused(&world.layer(), request(&fields), 401, &expected);
}

#[test]
fn the_inner_service_can_be_reached() {
    let world = World::new();
    let mut service = world.layer().layer(1);
    assert_eq!(service.inner(), &1);
    *service.inner_mut() += 1;
    assert_eq!(service.into_inner(), 2);
}
