//! `http/bearer_extraction.json`: what other servers take from a request.

use std::borrow::Cow;

use http::Request;
use libtest_mimic::Trial;
use serde_json::Value;
use tower_bearer::extract::{Bearer, Query, TokenSource};
use tower_bearer::{RequestError, RequestHead};

use crate::corpus::{file, list, text, trial};

pub(crate) fn trials() -> Vec<Trial> {
    file("http/bearer_extraction.json", |file| {
        let cases = list(file, "cases");
        assert_eq!(cases.len(), 19);
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

/// The token of the field, for cases where it is the whole of what follows the scheme.
fn token(case: &Value) -> Vec<u8> {
    let value = case["headers"][0][1].as_str().unwrap();
    value.split_once(' ').unwrap().1.into()
}

fn check(case: &Value) {
    const SYNTAX: Result<Option<Vec<u8>>, RequestError> = Err(RequestError::Syntax);
    let request = request(case);
    let by = |source: &dyn TokenSource| {
        let token = source.extract(RequestHead::from(&request));
        token.map(|token| token.map(Cow::into_owned))
    };
    let found = by(&Bearer);
    let with_query = by(&Bearer.or(Query::new("access_token").unwrap()));
    match text(case, "our") {
        "token extracted"
        | "extracted"
        | "token extracted (scheme is case-insensitive, RFC 9110 11.1)"
        | "extracted by the header layer; then 401 invalid_token because it is no strict JWS" => {
            assert_eq!(found, Ok(Some(token(case))));
        }
        "401, WWW-Authenticate: Bearer without error attribute"
        | "401 without error"
        | "401 without error (other scheme)"
        // Of other fields than `Authorization`, nothing is read.
        | "for Authorization: two field lines are refused with 400 invalid_request" => {
            let is_unread = list(case, "headers")
                .iter()
                .any(|field| field[0] == "token-header");
            assert_eq!(found, Ok(None));
            if is_unread {
                assert_authorization_is_not_repeated();
            }
        }
        "refuse"
        | "refuse: 400 invalid_request or 401 invalid_token, never treated as anonymous"
        | "401 invalid_token; the quote must not be reflected unescaped in WWW-Authenticate"
        | "refuse (400 invalid_request or 401 invalid_token); never cut at the space and accept GOODTOKEN" => {
            assert_eq!(found, SYNTAX);
        }
        "query source off by default: ignored; with it on: 400 invalid_request" => {
            assert_eq!(found, Ok(Some(token(case))));
            assert_eq!(with_query, Err(RequestError::SeveralTokens));
        }
        "off: 401 without error; on: 400 invalid_request" => {
            assert_eq!(found, Ok(None));
            assert_eq!(with_query, Err(RequestError::RepeatedField));
        }
        "off: 401; on: 400 invalid_request" => {
            assert_eq!(found, Ok(None));
            assert_eq!(with_query, SYNTAX);
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
