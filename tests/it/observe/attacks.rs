use std::collections::HashSet;
use std::time::Duration;

use http::{HeaderValue, Request};
use serde_json::Value;
use tower::{Layer, service_fn};
use tower_bearer::keys::KeySet;
use tower_bearer::test_util::FixedClock;
use tower_bearer::{BearerAuthLayer, JwkSet, Verifier};

use super::logged;
use crate::auth::{answer, whoami};

/// Each token of `tests/vectors/derived`, one for every class of attack, is told of in one line, at
/// debug level, that holds nothing of it.
#[test]
fn no_token_makes_noise() {
    let file = include_str!("../../vectors/derived/tokens.json");
    let file: Value = serde_json::from_str(file).unwrap();
    let jwks = JwkSet::parse(file["jwks"].to_string()).unwrap();
    let verifier = <Verifier>::builder()
        .issuer(file["issuer"].as_str().unwrap(), KeySet::from(jwks))
        .audience(file["audience"].as_str().unwrap())
        .leeway(Duration::ZERO)
        .clock(FixedClock::at(file["clock"].as_u64().unwrap()))
        .build()
        .unwrap();
    let service = BearerAuthLayer::new(verifier).layer(service_fn(whoami));
    let mut told = 0;
    for case in file["cases"].as_array().unwrap() {
        let token = case["token"].as_str().unwrap();
        let Ok(field) = HeaderValue::from_bytes(format!("Bearer {token}").as_bytes()) else {
            continue;
        };
        let request = Request::get("/").header("authorization", field);
        let log = logged(|| drop(answer(service.clone(), request.body(()).unwrap())));
        assert!(
            log.starts_with("DEBUG bearer_auth: tower_bearer::observe: "),
            "{log}"
        );
        assert_eq!(log.lines().count(), 1, "{log}");
        let parts: HashSet<_> = token.as_bytes().windows(8).collect();
        assert!(!log.as_bytes().windows(8).any(|part| parts.contains(part)));
        told += 1;
    }
    assert!(told > 250, "{told}");
}
