//! Tonic's interceptor and its `Status`.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt;
use http::HeaderName;
use http_body_util::Full;
use serde_json::Value;
use tonic::body::Body;
use tonic::service::{Interceptor, LayerExt};
use tonic::{Code, Request, Response, Status};
use tower::util::BoxCloneService;
use tower::{Layer, ServiceExt};
use tower_bearer::extract::{Cookie, Header, Query};
use tower_bearer::grpc::BearerInterceptor;
use tower_bearer::keys::RemoteKeys;
use tower_bearer::test_util::{KeyServer, TestIssuer};
use tower_bearer::{
    Algorithm, AuthError, BearerAuthLayer, CsrfError, KeyProvider, RequestError, TokenError,
    VerifiedToken,
};

use self::proto::Book;
use self::proto::library_server::{Library, LibraryServer};
use crate::auth::{ISSUER, LateKeys, NoKeys, World, assert_headers};
use crate::observe::logged;

#[allow(
    clippy::all,
    clippy::clone_on_ref_ptr,
    clippy::pedantic,
    unreachable_pub,
    unused_qualifications,
    reason = "generated"
)]
mod proto {
    include!("../../examples/tonic/library.v1.rs");
}

const MISSING: &str = "a bearer token is required";
const UNAVAILABLE: &str = "tokens cannot be verified at the moment";

struct Service;

#[tonic::async_trait]
impl Library for Service {
    async fn find(&self, request: Request<Book>) -> Result<Response<Book>, Status> {
        let token = <VerifiedToken>::optional_from_extensions(request.extensions())?;
        let subject = token.as_ref().and_then(VerifiedToken::subject);
        let title = subject.unwrap_or("nobody").to_owned();
        Ok(Response::new(Book { title }))
    }

    async fn borrow(&self, request: Request<Book>) -> Result<Response<Book>, Status> {
        let token = <VerifiedToken>::from_request(&request)?;
        token.require_scope("loans")?;
        Ok(Response::new(Book::default()))
    }

    async fn discard(&self, request: Request<Book>) -> Result<Response<Book>, Status> {
        <VerifiedToken>::from_request(&request)?.require_role("librarian")?;
        Ok(Response::new(Book::default()))
    }
}

fn interceptor(world: &World) -> BearerInterceptor {
    BearerInterceptor::new(world.builder::<Value>().build().unwrap())
}

/// A call with these metadata.
fn call(metadata: &[(&'static str, &str)]) -> Request<()> {
    let mut call = Request::new(());
    for (name, value) in metadata {
        call.metadata_mut().append(*name, value.parse().unwrap());
    }
    call
}

fn with_token(token: &str) -> Request<()> {
    call(&[("authorization", &format!("Bearer {token}"))])
}

/// Code and message, and nothing else.
#[track_caller]
fn assert_status(status: &Status, code: Code, message: &str) {
    assert_eq!((status.code(), status.message()), (code, message));
    assert!(status.details().is_empty());
    assert!(status.metadata().is_empty());
    assert!(std::error::Error::source(status).is_none());
}

#[track_caller]
fn assert_refused(interceptor: &BearerInterceptor, call: Request<()>, code: Code, message: &str) {
    let status = interceptor.clone().call(call).unwrap_err();
    assert_status(&status, code, message);
}

#[track_caller]
fn subject(interceptor: &BearerInterceptor, call: Request<()>) -> Option<String> {
    let call = interceptor.clone().call(call).unwrap();
    let token = <VerifiedToken>::optional_from_extensions(call.extensions()).unwrap();
    token.and_then(|token| token.subject().map(str::to_owned))
}

#[test]
fn accepted() {
    let world = World::new();
    let mut interceptor = interceptor(&world);
    for _ in 0..2 {
        let mut call = with_token(&world.good());
        call.metadata_mut()
            .append("x-other", "kept".parse().unwrap());
        call.extensions_mut().insert(7_u8);
        let call = interceptor.call(call).unwrap();
        assert_eq!(call.metadata().get("x-other").unwrap(), "kept");
        assert_eq!(call.extensions().get(), Some(&7_u8));
        let token = <VerifiedToken>::from_request(&call).unwrap();
        assert_eq!(token.subject(), Some("alice"));
    }
}

#[test]
fn refused() {
    let world = World::new();
    let interceptor = interceptor(&world);
    let expired = world.token().expires_in(-3600).sign();
    let good = format!("Bearer {}", world.good());
    let syntax = "the credentials are not of the form `Bearer TOKEN`";
    let repeated = "the field that carries the token is repeated";
    let rows: &[(&[(&'static str, &str)], &str)] = &[
        (&[], MISSING),
        (&[("authorization", "Basic YTpi")], MISSING),
        (&[("authorization", "Bearer x")], "invalid token"),
        (
            &[("authorization", &format!("{good}AAAA"))],
            "invalid token",
        ),
        (
            &[("authorization", &format!("Bearer {expired}"))],
            "token expired",
        ),
        (&[("authorization", "Bearer a b")], syntax),
        (
            &[("authorization", &good), ("authorization", &good)],
            repeated,
        ),
    ];
    for (metadata, message) in rows {
        assert_refused(&interceptor, call(metadata), Code::Unauthenticated, message);
    }
}

#[test]
fn optional() {
    let world = World::new();
    let interceptor = interceptor(&world).optional();
    assert_eq!(subject(&interceptor, call(&[])), None);
    let alice = Some("alice".to_owned());
    assert_eq!(subject(&interceptor, with_token(&world.good())), alice);
    let bad = (Code::Unauthenticated, "invalid token");
    assert_refused(&interceptor, with_token("x"), bad.0, bad.1);
}

#[test]
fn other_sources() {
    let world = World::new();
    let good = world.good();
    let forwarded = interceptor(&world).source(Header::new(HeaderName::from_static(
        "x-forwarded-access-token",
    )));
    let alice = Some("alice".to_owned());
    let there = call(&[("x-forwarded-access-token", &good)]);
    assert_eq!(subject(&forwarded, there), alice);
    assert_refused(
        &forwarded,
        with_token(&good),
        Code::Unauthenticated,
        MISSING,
    );

    // A call changes something, and nothing shows that the browser's user wanted it.
    let cookie = interceptor(&world).source(Cookie::new("access").unwrap());
    let from_browser = call(&[("cookie", &format!("access={good}"))]);
    let message = "CSRF token missing or wrong";
    assert_refused(&cookie, from_browser, Code::PermissionDenied, message);

    let query = interceptor(&world).source(Query::new("access_token").unwrap());
    assert_refused(&query, with_token(&good), Code::Unauthenticated, MISSING);
}

/// An interceptor cannot wait.
#[test]
fn keys_that_come_late() {
    let world = World::new();
    let keys = LateKeys::default();
    let verifier = world.builder_with::<Value>(keys.clone()).build().unwrap();
    let interceptor = BearerInterceptor::new(verifier);
    let good = world.good();
    for _ in 0..2 {
        assert_refused(
            &interceptor,
            with_token(&good),
            Code::Unavailable,
            UNAVAILABLE,
        );
    }
    keys.come(world.issuer.verifying_key());
    assert_eq!(subject(&interceptor, with_token(&good)).unwrap(), "alice");

    let verifier = world.builder_with::<Value>(NoKeys(Duration::from_secs(7)));
    let interceptor = BearerInterceptor::new(verifier.build().unwrap());
    assert_refused(
        &interceptor,
        with_token(&good),
        Code::Unavailable,
        UNAVAILABLE,
    );
}

/// The refused call has begun the fetch, and nobody waits for it.
#[tokio::test]
async fn remote_keys_are_fetched_meanwhile() {
    let issuer = TestIssuer::new(ISSUER, Algorithm::ES256);
    let keys = RemoteKeys::discover(ISSUER)
        .client::<_, String, _>(KeyServer::of(&issuer))
        .build()
        .unwrap();
    let verifier = tower_bearer::Verifier::builder()
        .issuer(ISSUER, keys.clone())
        .audience("my-api")
        .build()
        .unwrap();
    let interceptor = BearerInterceptor::new(verifier);
    let good = issuer.token().subject("alice").audience("my-api").sign();
    assert_refused(
        &interceptor,
        with_token(&good),
        Code::Unavailable,
        UNAVAILABLE,
    );
    while keys.status().keys == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(subject(&interceptor, with_token(&good)).unwrap(), "alice");
}

/// One decision, one event; identity by request only.
#[test]
fn events() {
    let world = World::new();
    let interceptor = interceptor(&world);
    let run =
        |interceptor: &BearerInterceptor, call| logged(|| drop(interceptor.clone().call(call)));
    let log = run(&interceptor, with_token(&world.good()));
    assert_eq!(log, "DEBUG bearer_auth: tower_bearer: token accepted\n");
    let log = run(&interceptor, call(&[]));
    assert_eq!(
        log,
        "DEBUG bearer_auth: tower_bearer: request refused: the request carries no bearer token \
         reason=\"missing_token\"\n"
    );
    let log = run(&interceptor.record_identity(), with_token(&world.good()));
    let span = format!("bearer_auth{{iss=\"{ISSUER}\" sub=\"alice\"}}");
    assert_eq!(log, format!("DEBUG {span}: tower_bearer: token accepted\n"));
}

/// Behind a layer with the same verifier, a token is not verified twice.
#[test]
fn behind_a_layer() {
    let world = World::new();
    let verifier = world.builder::<Value>().build().unwrap();
    let mut interceptor = BearerInterceptor::new(verifier.clone());
    let passed = interceptor.call(with_token(&world.good())).unwrap();
    assert_eq!(logged(|| drop(interceptor.call(passed))), "");
}

type Tonic = BoxCloneService<http::Request<Full<Bytes>>, http::Response<Body>, Infallible>;

#[track_caller]
fn answer(service: &Tonic, method: &str, token: Option<&str>) -> http::Response<Body> {
    let mut request = http::Request::post(format!("/library.v1.Library/{method}"))
        .header("content-type", "application/grpc");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    // One message, not compressed, of length 0.
    let request = request.body(Full::from(vec![0; 5])).unwrap();
    let answered = service.clone().oneshot(request).now_or_never();
    answered.unwrap().unwrap()
}

/// Methods refuse in the words of the layer, whether it or an interceptor runs before, and tell once.
#[test]
fn refusals_of_methods() {
    let world = World::new();
    let layered = LayerExt::named_layer(&world.layer().optional(), LibraryServer::new(Service));
    let interceptor = interceptor(&world).optional();
    let intercepted = LibraryServer::with_interceptor(Service, interceptor);
    let intercepted =
        tower::util::MapResponseLayer::new(|response: http::Response<_>| response.map(Body::new))
            .layer(intercepted);
    let good = world.good();
    for service in [Tonic::new(layered), Tonic::new(intercepted)] {
        assert!(
            answer(&service, "Find", None)
                .headers()
                .get("grpc-status")
                .is_none()
        );
        let rows = [
            ("Borrow", None, "16", MISSING, "missing_token"),
            (
                "Borrow",
                Some(&*good),
                "7",
                "insufficient scope",
                "insufficient_scope",
            ),
            (
                "Discard",
                Some(&*good),
                "7",
                "insufficient scope",
                "insufficient_scope",
            ),
        ];
        for (method, token, code, message, reason) in rows {
            let log = logged(|| {
                let response = answer(&service, method, token);
                assert_eq!(response.status(), 200);
                // Tonic encodes spaces too.
                let message = message.replace(' ', "%20");
                let expected = [
                    ("content-type", "application/grpc"),
                    ("grpc-message", &message),
                    ("grpc-status", code),
                ];
                assert_headers(response.headers(), &expected);
            });
            let told = log.matches(&format!("reason=\"{reason}\"")).count();
            assert_eq!(told, 1, "{log}");
        }
    }
}

#[test]
fn behind_no_layer() {
    let service = Tonic::new(LibraryServer::new(Service));
    let log = logged(|| {
        let response = answer(&service, "Borrow", None);
        assert_eq!(response.headers()["grpc-status"], "13");
        assert_eq!(response.headers()["grpc-message"], "internal%20error");
    });
    let line = "ERROR tower_bearer: request refused: no BearerAuthLayer runs before this service: \
                add one around it reason=\"missing_layer\"\n";
    assert_eq!(log, line);
}

/// A status says what the layer would have answered.
#[test]
fn statuses_are_those_of_the_layer() {
    let unavailable = Duration::from_secs(7);
    let mut errors = vec![
        AuthError::MissingToken,
        AuthError::InsufficientScope(Some("secret".into())),
        AuthError::InsufficientScope(None),
        AuthError::KeysUnavailable(unavailable),
        AuthError::RevocationsUnavailable(unavailable),
        AuthError::MissingLayer,
    ];
    errors.extend(RequestError::ALL.iter().map(|reason| (*reason).into()));
    errors.extend(TokenError::ALL.iter().map(|reason| (*reason).into()));
    errors.extend(CsrfError::ALL.iter().map(|reason| (*reason).into()));
    let request = http::Request::post("/").header("content-type", "application/grpc");
    let request = request.body(()).unwrap();
    for error in errors {
        let rejection = tower_bearer::reject::Rejection::new(&error, (&request).into());
        let response: http::Response<()> = rejection.default_response();
        let of_layer = Status::from_header_map(response.headers()).unwrap();
        let status = Status::from(error);
        assert_status(&status, of_layer.code(), of_layer.message());
        let response: http::Response<()> = status.into_http();
        let of_status = Status::from_header_map(response.headers()).unwrap();
        assert_eq!(of_status.message(), of_layer.message());
    }
}

#[test]
fn debug_shows_no_secret() {
    let world = World::new();
    let debug = format!("{:?}", interceptor(&world));
    let layer = format!(
        "{:?}",
        BearerAuthLayer::new(world.builder::<Value>().build().unwrap())
    );
    assert_eq!(debug, format!("BearerInterceptor({layer})"));
}
