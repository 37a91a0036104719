use std::time::Duration;

use http::HeaderName;
use serde_json::Value;
use tonic::service::Interceptor;
use tonic::{Code, Request};
use tower_bearer::extract::{Cookie, Header, Query};
use tower_bearer::grpc::BearerInterceptor;
use tower_bearer::keys::RemoteKeys;
use tower_bearer::test_util::{KeyServer, TestIssuer};
use tower_bearer::{Algorithm, BearerAuthLayer, KeyProvider, VerifiedToken};

use super::{MISSING, assert_status, call, interceptor, with_token};
use crate::auth::{ISSUER, LateKeys, NoKeys, World};
use crate::observe::logged;

const UNAVAILABLE: &str = "tokens cannot be verified at the moment";

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

    // Any call may change something, and the interceptor has no CSRF protection.
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

/// The refused call starts the fetch, which continues without a waiter.
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

/// One event a decision; identity only if requested.
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
