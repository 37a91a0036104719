use std::borrow::Cow;
use std::pin::pin;
use std::sync::Arc;

use futures::FutureExt;
use http::{Method, Request};
use tower::{Layer, Service, ServiceBuilder, service_fn};
use tower_bearer::auth::Csrf;
use tower_bearer::extract::{Bearer, Cookie, TokenSource};
use tower_bearer::{
    AuthError, BearerAuthLayer, CsrfError, RequestError, RequestHead, RequireLayer, dangerous,
};

use super::{Counter, ISSUER, LateKeys, World, answer, assert_headers, bearer, whoami};

const SESSION: &str = "session-7";

/// Of the secret 7, 7, 7, …, for the session, by another implementation of HMAC.
const TOKEN: &str = "AAECAwQFBgcICQoLDA0OD1roBNQ_-9ezV9lKs0GceY1MYr1s3hUzLFVHwYFrNz7k";

fn csrf() -> Csrf {
    Csrf::new([7; 32]).unwrap()
}

fn csrf_token() -> String {
    csrf().token_for(ISSUER, SESSION).unwrap()
}

fn source() -> impl TokenSource {
    Bearer.or(Cookie::new("t").unwrap())
}

impl World {
    fn cookie_layer(&self) -> BearerAuthLayer {
        self.layer().source(source())
    }

    fn of_session(&self) -> String {
        self.token().claim("sid", SESSION).sign()
    }
}

/// A request with the bearer token in a cookie, and with these CSRF tokens.
fn by_cookie(method: &Method, token: &str, csrf_tokens: &[&str]) -> Request<()> {
    let mut request = Request::builder()
        .method(method)
        .header("cookie", format!("t={token}"));
    for csrf_token in csrf_tokens {
        request = request.header("x-csrf-token", *csrf_token);
    }
    request.body(()).unwrap()
}

#[track_caller]
fn assert_passes(layer: &BearerAuthLayer, request: Request<()>) {
    let response = answer(layer.layer(service_fn(whoami)), request);
    assert_eq!(
        (response.status().as_u16(), &**response.body()),
        (200, "alice")
    );
}

/// The request is refused and never reaches the inner service.
#[track_caller]
fn assert_forbidden(layer: &BearerAuthLayer, request: Request<()>) {
    let calls = Counter::default();
    let inner = calls.clone();
    let inner = service_fn(move |request: Request<()>| {
        inner.add();
        whoami(request)
    });
    let response = answer(layer.layer(inner), request);
    assert_eq!(response.status(), 403);
    assert_headers(response.headers(), &[]);
    assert_eq!((&**response.body(), calls.count()), ("", 0));
}

#[test]
fn methods_that_change_something_need_a_csrf_token() {
    let world = World::new();
    let (token, csrf_token) = (world.of_session(), csrf_token());
    let layer = world.cookie_layer().csrf(csrf());
    for method in ["POST", "PUT", "PATCH", "DELETE", "CONNECT", "get", "BREW"] {
        let method = method.parse().unwrap();
        assert_forbidden(&layer, by_cookie(&method, &token, &[]));
        assert_passes(&layer, by_cookie(&method, &token, &[&csrf_token]));
    }
    for method in ["GET", "HEAD", "OPTIONS", "TRACE"] {
        let method = method.parse().unwrap();
        assert_passes(&layer, by_cookie(&method, &token, &[]));
        assert_passes(&layer, by_cookie(&method, &token, &["wrong"]));
    }
}

#[test]
fn authorization_headers_need_no_csrf_token() {
    let world = World::new();
    let layers = [
        world.layer(),
        world.cookie_layer(),
        world.cookie_layer().csrf(csrf()),
        world.layer().source(Bearer),
    ];
    for layer in layers {
        let mut request = bearer(&world.good());
        *request.method_mut() = Method::DELETE;
        assert_passes(&layer, request);
    }
}

#[test]
fn csrf_tokens_of_other_sessions_are_refused() {
    let world = World::new();
    let (token, good) = (world.of_session(), csrf_token());
    let layer = world.cookie_layer().csrf(csrf());
    let of = |csrf: Csrf, issuer, session| csrf.token_for(issuer, session).unwrap();
    let refused = [
        of(csrf(), ISSUER, "session-8"),
        of(csrf(), ISSUER, ""),
        of(csrf(), "https://other.example.com", SESSION),
        // The same text, split elsewhere.
        of(csrf(), &ISSUER[..ISSUER.len() - 1], &format!("m{SESSION}")),
        of(Csrf::new([8; 32]).unwrap(), ISSUER, SESSION),
        of(Csrf::generate().unwrap(), ISSUER, SESSION),
        token.clone(),
        String::new(),
        good[..63].to_owned(),
        // Truncated at the end and at the front.
        good[..60].to_owned(),
        good[..24].to_owned(),
        good[..20].to_owned(),
        good[4..].to_owned(),
        format!("{good}AAAA"),
        format!("{good}="),
        format!(" {good} x"),
        "A".repeat(64),
        "A".repeat(100_000),
    ];
    for csrf_token in &refused {
        assert_forbidden(&layer, by_cookie(&Method::POST, &token, &[csrf_token]));
    }
    for twice in [[&*good, &*good], [&*good, "x"], ["x", &*good]] {
        assert_forbidden(&layer, by_cookie(&Method::POST, &token, &twice));
    }
    // Every flipped bit is noticed.
    for at in 0..good.len() {
        let mut changed = good.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert_forbidden(&layer, by_cookie(&Method::POST, &token, &[&changed]));
    }
    let mut bytes = by_cookie(&Method::POST, &token, &[]);
    let value = http::HeaderValue::from_bytes(b"\xff\xfe").unwrap();
    bytes.headers_mut().insert("x-csrf-token", value);
    assert_forbidden(&layer, bytes);
}

#[test]
fn csrf_tokens_work_in_every_process_and_differ() {
    let world = World::new();
    let layer = world.cookie_layer().csrf(csrf());
    let token = world.of_session();
    assert_passes(&layer, by_cookie(&Method::POST, &token, &[TOKEN]));

    let (one, other) = (csrf_token(), csrf_token());
    assert_eq!((one.len(), other.len()), (64, 64));
    assert_ne!(one[..22], other[..22]);
    assert_ne!(one[22..], other[22..]);
    for csrf_token in [one, other] {
        assert_passes(&layer, by_cookie(&Method::POST, &token, &[&csrf_token]));
    }
}

#[test]
fn a_token_without_a_session_is_refused() {
    let world = World::new();
    let layer = world.cookie_layer().csrf(csrf());
    let empty = csrf().token_for(ISSUER, "").unwrap();
    for token in [world.good(), world.token().claim("sid", "").sign()] {
        assert_forbidden(&layer, by_cookie(&Method::POST, &token, &[]));
        assert_forbidden(&layer, by_cookie(&Method::POST, &token, &[&empty]));
        assert_passes(&layer, by_cookie(&Method::GET, &token, &[]));
    }
}

/// A token without `iss` can still have a session.
#[test]
fn any_issuer() {
    let world = World::new();
    let verifier = tower_bearer::Verifier::builder()
        .any_issuer(world.issuer.verifying_key())
        .any_audience()
        .clock(world.clock.clone())
        .build()
        .unwrap();
    let layer = BearerAuthLayer::new(verifier).source(source()).csrf(csrf());
    let token = world
        .token()
        .without_claim("iss")
        .claim("sid", SESSION)
        .sign();
    let csrf_token = csrf().token_for("", SESSION).unwrap();
    assert_passes(&layer, by_cookie(&Method::POST, &token, &[&csrf_token]));
    assert_forbidden(&layer, by_cookie(&Method::POST, &token, &[TOKEN]));
}

#[expect(clippy::unnecessary_wraps, reason = "the signature of a source")]
fn from_item(request: RequestHead<'_>) -> Result<Option<Cow<'_, [u8]>>, RequestError> {
    let value = request.headers().get("cookie");
    Ok(value.map(|value| value.as_bytes()[2..].into()))
}

#[test]
fn without_protection_only_safe_methods_pass() {
    let world = World::new();
    let token = world.of_session();
    let layers = [
        world.cookie_layer(),
        world.cookie_layer().optional().allow_cors_preflight(),
        world.layer().source(from_item),
    ];
    for layer in layers {
        assert_passes(&layer, by_cookie(&Method::GET, &token, &[]));
        assert_forbidden(&layer, by_cookie(&Method::POST, &token, &[]));
        assert_forbidden(&layer, by_cookie(&Method::POST, &token, &[TOKEN]));
    }
}

#[test]
fn csrf_protection_can_be_turned_off() {
    let world = World::new();
    let layer = dangerous::without_csrf_protection(world.cookie_layer());
    assert_passes(&layer, by_cookie(&Method::POST, &world.good(), &[]));
    // The last setting counts.
    assert_forbidden(
        &layer.csrf(csrf()),
        by_cookie(&Method::POST, &world.good(), &[]),
    );
}

/// A bad token is refused as such: its `sid` proves nothing.
#[test]
fn the_bearer_token_is_verified_first() {
    let world = World::new();
    for layer in [world.cookie_layer(), world.cookie_layer().csrf(csrf())] {
        let service = layer.layer(service_fn(whoami));
        let expired = world.token().claim("sid", SESSION).expires_in(-3600).sign();
        for (token, status) in [(&*expired, 401), ("x", 401), ("x y", 400), ("", 401)] {
            let request = by_cookie(&Method::POST, token, &[TOKEN]);
            assert_eq!(answer(service.clone(), request).status(), status, "{token}");
        }
    }
}

#[test]
fn requests_without_a_token_need_no_csrf_token() {
    let world = World::new();
    let layer = world.cookie_layer().csrf(csrf()).optional();
    let service = layer.layer(service_fn(whoami));
    let request = Request::post("/").body(()).unwrap();
    assert_eq!(answer(service, request).body(), "nobody");
}

#[test]
fn preflights_pass() {
    let world = World::new();
    let layer = world.cookie_layer().csrf(csrf()).allow_cors_preflight();
    let service = layer.layer(service_fn(whoami));
    let request = Request::options("/")
        .header("origin", "https://shop.example.com")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "x-csrf-token");
    assert_eq!(answer(service, request.body(()).unwrap()).body(), "nobody");
}

/// Clones of the layer and other rejections keep the protection.
#[test]
fn kept_by_clones_and_other_answers() {
    let world = World::new();
    let layer = world.cookie_layer().csrf(csrf()).reject_with(
        |rejection: tower_bearer::reject::Rejection<'_>| {
            rejection.response(rejection.error().reason().to_owned())
        },
    );
    let service = layer.clone().layer(service_fn(whoami));
    let forged = by_cookie(&Method::POST, &world.of_session(), &[]);
    let response = answer(service.clone(), forged);
    assert_eq!(response.status(), 403);
    assert_eq!(response.body(), "csrf_token_missing");
    let meant = by_cookie(&Method::POST, &world.of_session(), &[TOKEN]);
    assert_eq!(answer(service, meant).body(), "alice");
}

/// A request that an earlier layer refuses to vouch for does not carry its token further.
#[test]
fn requirements_come_after() {
    let world = World::new();
    let service = ServiceBuilder::new()
        .layer(world.cookie_layer().csrf(csrf()))
        .layer(RequireLayer::scope("write"))
        .service_fn(whoami);
    let token = world.token().claim("sid", SESSION).claim("scope", "write");
    let forged = by_cookie(&Method::POST, &token.clone().sign(), &[]);
    assert_eq!(answer(service.clone(), forged).status(), 403);
    let meant = by_cookie(&Method::POST, &token.sign(), &[TOKEN]);
    assert_eq!(answer(service.clone(), meant).body(), "alice");
    let lacking = by_cookie(&Method::POST, &world.of_session(), &[TOKEN]);
    let response = answer(service, lacking);
    assert_eq!(response.status(), 403);
    assert!(response.headers().contains_key("www-authenticate"));
}

#[test]
fn csrf_is_checked_after_waiting_for_keys() {
    for (csrf_tokens, status) in [(&[][..], 403), (&["x"], 403), (&[TOKEN], 200)] {
        let world = World::new();
        let keys = LateKeys::default();
        let layer = world.layer_with(keys.clone()).source(source()).csrf(csrf());
        let mut service = layer.layer(service_fn(whoami));
        let request = by_cookie(&Method::POST, &world.of_session(), csrf_tokens);
        let mut future = pin!(service.call(request));
        assert!(future.as_mut().now_or_never().is_none());
        keys.come(world.issuer.verifying_key());
        let response = future.now_or_never().unwrap().unwrap();
        assert_eq!(response.status(), status);
    }
}

#[test]
fn grpc_clients_get_grpc_statuses() {
    let world = World::new();
    let service = world.cookie_layer().layer(service_fn(whoami));
    let mut request = by_cookie(&Method::POST, &world.of_session(), &[]);
    let value = "application/grpc-web".parse().unwrap();
    request.headers_mut().insert("content-type", value);
    let response = answer(service, request);
    assert_eq!(response.status(), 200);
    assert_headers(
        response.headers(),
        &[
            ("content-type", "application/grpc-web"),
            ("grpc-message", "CSRF token missing or wrong"),
            ("grpc-status", "7"),
        ],
    );
}

#[test]
fn checked_by_hand() {
    let request = |csrf_tokens: &[&str]| by_cookie(&Method::GET, "x", csrf_tokens);
    let check =
        |request: Request<()>, session| csrf().check(RequestHead::from(&request), ISSUER, session);
    let refused = |reason| Err(AuthError::Csrf(reason));
    assert_eq!(check(request(&[TOKEN]), SESSION), Ok(()));
    assert_eq!(check(request(&[]), SESSION), refused(CsrfError::Missing));
    assert_eq!(check(request(&["x"]), SESSION), refused(CsrfError::Wrong));
    assert_eq!(
        check(request(&[TOKEN, TOKEN]), SESSION),
        refused(CsrfError::Wrong)
    );
    assert_eq!(
        check(request(&[TOKEN]), "session-8"),
        refused(CsrfError::Wrong)
    );
    assert_eq!(check(request(&[TOKEN]), ""), refused(CsrfError::NoSession));
}

#[test]
fn secrets() {
    let text = |secret: &[u8]| Csrf::new(secret).unwrap_err().to_string();
    assert_eq!(
        text(&[7; 31]),
        "the secret has 248 bits: use at least 256 random bits (32 bytes)"
    );
    assert_eq!(
        text(include_bytes!("../fixtures/rsa2048.spki.pem")),
        "the secret is a public key, a private key or a certificate: \
         load it as a key, or use random bytes as the secret"
    );
    assert!(Csrf::new([7; 1000]).is_ok());
    assert_eq!(
        format!("{:?}", csrf()),
        "Csrf { key: SigningKey { key_id: None, algorithm: HS256, .. } }"
    );
}

#[test]
fn auto_traits() {
    fn assert_traits<T: Clone + std::fmt::Debug + Send + Sync + Unpin + 'static>(_: &T) {}
    assert_traits(&csrf());
    let shared: Arc<dyn TokenSource> = Arc::new(source());
    assert!(shared.is_ambient(RequestHead::from(&by_cookie(&Method::GET, "x", &[]))));
}
