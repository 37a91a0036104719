//! `http/bearer_extraction.json`: which token other servers take from a request.

use std::borrow::Cow;
use std::convert::Infallible;

use futures::FutureExt;
use http::{Request, Response};
use libtest_mimic::Trial;
use serde_json::Value;
use tower::{Layer, ServiceExt};
use tower_bearer::extract::{Bearer, Query, TokenSource};
use tower_bearer::test_util::TestIssuer;
use tower_bearer::{Algorithm, BearerAuthLayer, RequestError, RequestHead, Verifier};

use crate::corpus::{file, list, text, trial};

pub(crate) fn trials() -> Vec<Trial> {
    file("http/bearer_extraction.json", |file| {
        let cases = list(file, "cases");
        cases
            .iter()
            .map(|case| {
                let case = case.clone();
                let name = format!("http/bearer_extraction: {}", text(&case, "id"));
                trial(name, move || check(&case))
            })
            .collect()
    })
}

fn request(case: &Value) -> Request<()> {
    let uri = match case.get("query") {
        Some(query) => format!("/?{}", query.as_str().unwrap()),
        None => "/".into(),
    };
    let mut builder = Request::get(uri);
    for field in list(case, "headers") {
        builder = builder.header(field[0].as_str().unwrap(), field[1].as_str().unwrap());
    }
    builder.body(()).unwrap()
}

/// The field's token, for cases in which it is everything after the scheme.
fn token(case: &Value) -> Vec<u8> {
    let value = case["headers"][0][1].as_str().unwrap();
    value.split_once(' ').unwrap().1.into()
}

/// The possible refusals: the status, and the challenge's error.
const NO_TOKEN: (u16, Option<&str>) = (401, None);
const INVALID_TOKEN: (u16, Option<&str>) = (401, Some("invalid_token"));
const INVALID_REQUEST: (u16, Option<&str>) = (400, Some("invalid_request"));

/// The layer's refusal.
fn respond(
    source: impl TokenSource + 'static,
    request: &Request<()>,
) -> (u16, Option<&'static str>) {
    let issuer = TestIssuer::new("issuer", Algorithm::EdDSA);
    let verifier = Verifier::builder().issuer("issuer", issuer.verifying_key());
    let verifier = verifier.audience("api").build().unwrap();
    let service = BearerAuthLayer::new(verifier)
        .source(source)
        .layer(tower::service_fn(async |_: Request<()>| {
            Ok::<_, Infallible>(Response::new(()))
        }));
    let response = service.oneshot(request.clone()).now_or_never();
    let response = response.unwrap().unwrap();
    let challenge = response.headers()["www-authenticate"].to_str().unwrap();
    let error = challenge
        .split_once("error=\"")
        .map(|(_, rest)| rest.split_once('"').unwrap().0);
    let known = [NO_TOKEN, INVALID_TOKEN, INVALID_REQUEST];
    let shown = (response.status().as_u16(), error);
    known.into_iter().find(|known| *known == shown).unwrap()
}

fn with_query() -> impl TokenSource {
    Bearer.or(Query::new("access_token").unwrap())
}

fn check(case: &Value) {
    const SYNTAX: Result<Option<Vec<u8>>, RequestError> = Err(RequestError::Syntax);
    let request = request(case);
    let statuses = [respond(Bearer, &request), respond(with_query(), &request)];
    let by = |source: &dyn TokenSource| {
        let token = source.extract(RequestHead::from(&request));
        token.map(|token| token.map(Cow::into_owned))
    };
    let found = by(&Bearer);
    let found_with_query = by(&with_query());
    match text(case, "our") {
        "token extracted"
        | "extracted"
        | "token extracted (scheme is case-insensitive, RFC 9110 11.1)"
        | "extracted by the header layer; then 401 invalid_token because it is no strict JWS" => {
            assert_eq!(found, Ok(Some(token(case))));
            // It is not one of our tokens.
            assert_eq!(statuses, [INVALID_TOKEN; 2]);
        }
        "401, WWW-Authenticate: Bearer without error attribute"
        | "401 without error"
        | "401 without error (other scheme)"
        // Only `Authorization` is read.
        | "for Authorization: two field lines are refused with 400 invalid_request" => {
            let is_unread = list(case, "headers")
                .iter()
                .any(|field| field[0] == "token-header");
            assert_eq!(found, Ok(None));
            assert_eq!(statuses[0], NO_TOKEN);
            if is_unread {
                assert_authorization_is_not_repeated();
            }
        }
        "refuse"
        | "refuse: 400 invalid_request or 401 invalid_token, never treated as anonymous"
        | "401 invalid_token; the quote must not be reflected unescaped in WWW-Authenticate"
        | "refuse (400 invalid_request or 401 invalid_token); never cut at the space and accept GOODTOKEN" => {
            assert_eq!(found, SYNTAX);
            assert_eq!(statuses, [INVALID_REQUEST; 2]);
        }
        "query source off by default: ignored; with it on: 400 invalid_request" => {
            assert_eq!(found, Ok(Some(token(case))));
            assert_eq!(found_with_query, Err(RequestError::SeveralTokens));
            assert_eq!(statuses, [INVALID_TOKEN, INVALID_REQUEST]);
        }
        "off: 401 without error; on: 400 invalid_request" => {
            assert_eq!(found, Ok(None));
            assert_eq!(found_with_query, Err(RequestError::RepeatedField));
            assert_eq!(statuses, [NO_TOKEN, INVALID_REQUEST]);
        }
        "off: 401; on: 400 invalid_request" => {
            assert_eq!(found, Ok(None));
            assert_eq!(found_with_query, SYNTAX);
            assert_eq!(statuses, [NO_TOKEN, INVALID_REQUEST]);
        }
        other => panic!("what is {other}?"),
    }
}

fn assert_authorization_is_not_repeated() {
    let request = Request::get("/")
        .header("authorization", "Bearer jwt_token")
        .header("authorization", "foo")
        .body(())
        .unwrap();
    let found = Bearer.extract(RequestHead::from(&request));
    assert_eq!(found, Err(RequestError::RepeatedField));
}
