//! The log of attacks.

use std::collections::HashSet;
use std::convert::Infallible;
use std::time::Duration;

use http::{HeaderValue, Request, Response};
use serde_json::Value;
use tower::{Layer, Service, service_fn};
use tower_bearer::keys::KeySet;
use tower_bearer::test_util::FixedClock;
use tower_bearer::{BearerAuthLayer, JwkSet, Verifier};

use super::logged;
use crate::auth::{World, answer, whoami};

fn service(
    verifier: Verifier,
) -> impl Service<Request<()>, Response = Response<String>, Error = Infallible> + Clone {
    BearerAuthLayer::new(verifier).layer(service_fn(whoami))
}

/// One line, at debug level, with nothing of the input.
#[track_caller]
fn assert_quiet(log: &str, sent: &str) {
    let start = "DEBUG bearer_auth: tower_bearer: ";
    assert!(log.starts_with(start), "{log}");
    assert_eq!(log.lines().count(), 1, "{log}");
    let parts: HashSet<_> = sent.as_bytes().windows(8).collect();
    let mut log = log.as_bytes().windows(8);
    assert!(!log.any(|part| parts.contains(part)), "{sent}");
}

/// From `tests/vectors/derived`, one token for every class of attack.
#[test]
fn no_token_makes_noise() {
    let file = include_str!("../../vectors/derived/tokens.json");
    let file: Value = serde_json::from_str(file).unwrap();
    let jwks = JwkSet::parse(file["jwks"].to_string()).unwrap();
    let verifier = Verifier::builder()
        .issuer(file["issuer"].as_str().unwrap(), KeySet::from(jwks))
        .audience(file["audience"].as_str().unwrap())
        .leeway(Duration::ZERO)
        .clock(FixedClock::at(file["clock"].as_u64().unwrap()))
        .build();
    let service = service(verifier.unwrap());
    let mut sent = 0;
    for case in file["cases"].as_array().unwrap() {
        let token = case["token"].as_str().unwrap();
        let Ok(field) = HeaderValue::from_bytes(format!("Bearer {token}").as_bytes()) else {
            continue;
        };
        let request = Request::get("/").header("authorization", field);
        let request = request.body(()).unwrap();
        assert_quiet(&logged(|| drop(answer(service.clone(), request))), token);
        sent += 1;
    }
    assert!(sent > 250, "{sent}");
}

#[test]
fn no_request_makes_noise() {
    let file = include_str!("../../vectors/derived/http_requests.json");
    let file: Value = serde_json::from_str(file).unwrap();
    let world = World::new();
    let service = service(world.builder().build().unwrap());
    let mut sent = 0;
    for case in file["cases"].as_array().unwrap() {
        let Some(fields) = case.get("headers").and_then(Value::as_array) else {
            continue;
        };
        let mut request = Request::get("/");
        let mut text = String::new();
        for field in fields {
            let value = field[1].as_str().unwrap().replace("{TOKEN}", &world.good());
            request = request.header(field[0].as_str().unwrap(), &value);
            text += &value;
        }
        // The words that answer and request share.
        let text = text.replace("Bearer ", " ");
        let request = request.body(()).unwrap();
        assert_quiet(&logged(|| drop(answer(service.clone(), request))), &text);
        sent += 1;
    }
    assert!(sent > 30, "{sent}");
}
