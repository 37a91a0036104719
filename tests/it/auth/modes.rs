use http::{HeaderName, Method, Request};
use tower::{Layer, ServiceBuilder, service_fn};
use tower_bearer::extract::{Bearer, Cookie, Header, Query, TokenSource, WebSocketProtocol};
use tower_bearer::{BearerAuthLayer, RequireLayer};

use super::{Fields, World, answer, request, whoami};

#[track_caller]
fn assert_status(layer: &BearerAuthLayer, request: Request<()>, status: u16, text: &str) {
    let headers = request.headers().clone();
    let response = answer(layer.layer(service_fn(whoami)), request);
    assert_eq!(response.status(), status, "{headers:?}");
    assert_eq!(response.body(), text, "{headers:?}");
}

#[test]
fn optional() {
    let world = World::new();
    let good = format!("Bearer {}", world.good());
    let expired = format!("Bearer {}", world.token().expires_in(-3600).sign());
    let rows: &[(&[&str], u16, &str)] = &[
        (&[], 200, "nobody"),
        (&["Basic YWxpY2U6cw=="], 200, "nobody"),
        (&["Digest a=b"], 200, "nobody"),
        (&[&good], 200, "alice"),
        (&[&expired], 401, ""),
        (&["Bearer x"], 401, ""),
        (&["Bearer"], 400, ""),
        (&["Bearer "], 400, ""),
        (&["Bearer a b"], 400, ""),
        (&["Bearer \u{e9}"], 400, ""),
        (&[&good, &good], 400, ""),
        (&["Basic YWxpY2U6cw==", &good], 400, ""),
    ];
    for (values, status, text) in rows {
        let fields: Vec<_> = values
            .iter()
            .map(|value| ("authorization", value))
            .collect();
        let layer = world.layer().optional();
        assert_status(&layer, request(&fields), *status, text);
    }
}

fn preflight(method: Method, fields: &[(&str, &str)]) -> Request<()> {
    let mut request = request(fields);
    *request.method_mut() = method;
    request
}

const ORIGIN: (&str, &str) = ("origin", "https://shop.example");
const ASKS: (&str, &str) = ("access-control-request-method", "PUT");

#[test]
fn preflights_are_refused_unless_allowed() {
    let layer = World::new().layer();
    let request = || preflight(Method::OPTIONS, &[ORIGIN, ASKS]);
    assert_status(&layer, request(), 401, "");
    assert_status(&layer.allow_cors_preflight(), request(), 200, "nobody");
}

#[test]
fn only_preflights_are_let_through() {
    let world = World::new();
    let layer = world.layer().allow_cors_preflight();
    let rows: &[(Method, &[(&str, &str)])] = &[
        (Method::OPTIONS, &[]),
        (Method::OPTIONS, &[ORIGIN]),
        (Method::OPTIONS, &[ASKS]),
        (Method::GET, &[ORIGIN, ASKS]),
        (Method::PUT, &[ORIGIN, ASKS]),
        (Method::from_bytes(b"options").unwrap(), &[ORIGIN, ASKS]),
    ];
    for (method, fields) in rows {
        assert_status(&layer, preflight(method.clone(), fields), 401, "");
    }
    // With a token, OPTIONS is as good as any method.
    let good = format!("Bearer {}", world.good());
    let request = preflight(Method::OPTIONS, &[("authorization", &good)]);
    assert_status(&layer, request, 200, "alice");
}

#[test]
fn preflights_pass_require_layers() {
    let world = World::new();
    let service = |layer: BearerAuthLayer| {
        let builder = ServiceBuilder::new().layer(layer);
        builder
            .layer(RequireLayer::scope("write"))
            .service_fn(whoami)
    };
    let request = || preflight(Method::OPTIONS, &[ORIGIN, ASKS]);
    let allowed = service(world.layer().allow_cors_preflight());
    assert_eq!(answer(allowed.clone(), request()).body(), "nobody");
    // Nothing else passes.
    assert_eq!(answer(allowed, Request::new(())).status(), 401);
    let optional = service(world.layer().optional());
    assert_eq!(answer(optional, request()).status(), 401);
}

#[test]
fn sources() {
    let world = World::new();
    let source = Bearer
        .or(Cookie::new("t").unwrap())
        .or(Header::new(HeaderName::from_static("x-token")))
        .or(Query::new("access_token").unwrap());
    let layer = world.layer().source(source);
    let good = world.good();
    let authorization = ("authorization", &*format!("Bearer {good}"));
    let (cookie, header) = (("cookie", &*format!("t={good}")), ("x-token", &*good));
    let rows: &[(&str, Fields<'_>, u16)] = &[
        ("", &[], 401),
        ("", &[authorization], 200),
        ("", &[cookie], 200),
        ("", &[header], 200),
        (&good, &[], 200),
        ("", &[("authorization", "Basic x"), cookie], 200),
        ("", &[authorization, cookie], 400),
        ("", &[cookie, header], 400),
        (&good, &[authorization], 400),
        // A bad token is not skipped in favour of a good one.
        ("", &[("authorization", "Bearer x"), cookie], 400),
        ("", &[("authorization", "Bearer"), cookie], 400),
        ("x", &[], 401),
    ];
    for (query, fields, status) in rows {
        let mut request = request(fields);
        if !query.is_empty() {
            *request.uri_mut() = format!("/?access_token={query}").parse().unwrap();
        }
        let text = if *status == 200 { "alice" } else { "" };
        assert_status(&layer, request, *status, text);
    }
}

/// A server names the subprotocol that it chose. It must never be the one with the token.
#[test]
fn subprotocol_tokens_are_not_echoed() {
    let world = World::new();
    let layer = world.layer().source(WebSocketProtocol::default());
    let expired = world.token().expires_in(-3600).sign();
    for (token, status) in [(&world.good(), 200), (&expired, 401)] {
        let offered = format!("chat.v1, bearer.{token}");
        let request = request(&[("sec-websocket-protocol", offered)]);
        let response = answer(layer.layer(service_fn(whoami)), request);
        assert_eq!(response.status(), status);
        assert!(!response.headers().contains_key("sec-websocket-protocol"));
        assert!(!format!("{response:?}").contains(&token[..8]));
    }
}

#[test]
fn other_sources_are_off() {
    let world = World::new();
    let good = world.good();
    let mut request = request(&[
        ("cookie", &*format!("access_token={good}")),
        ("x-token", &good),
    ]);
    *request.uri_mut() = format!("/?access_token={good}").parse().unwrap();
    assert_status(&world.layer(), request, 401, "");
}
