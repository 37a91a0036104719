mod challenge;
mod grpc;
mod problem;
mod realm;
mod responses;
mod traits;

use std::time::Duration;

use http::{Request, Response};
use tower_bearer::reject::{Realm, Rejection};
use tower_bearer::{AuthError, CsrfError, RequestError, RequestHead, TokenError};

/// Every error, some also with data.
fn every_error() -> Vec<AuthError> {
    let mut errors = vec![
        AuthError::MissingToken,
        AuthError::InsufficientScope(None),
        AuthError::InsufficientScope(Some("read write".into())),
        AuthError::KeysUnavailable(Duration::from_secs(30)),
        AuthError::RevocationsUnavailable(Duration::from_secs(30)),
        AuthError::MissingLayer,
    ];
    errors.extend(RequestError::ALL.iter().map(|&reason| reason.into()));
    errors.extend(CsrfError::ALL.iter().map(|&reason| reason.into()));
    errors.extend(TokenError::ALL.iter().map(|&reason| reason.into()));
    errors
}

/// The public text of a bad token.
fn text_of(reason: TokenError) -> &'static str {
    match reason {
        TokenError::Expired => "token expired",
        _ => "invalid token",
    }
}

/// The public text of a malformed request.
fn text_of_malformed(reason: RequestError) -> &'static str {
    match reason {
        RequestError::RepeatedField => "the field that carries the token is repeated",
        RequestError::SeveralTokens => "more than one token was sent",
        RequestError::Syntax => "the credentials are not of the form `Bearer TOKEN`",
        _ => panic!("a new reason: give it a text here"),
    }
}

/// A request with a marker in every part.
fn request(content_type: Option<&str>) -> Request<()> {
    let mut builder = Request::get("/marker?marker=marker")
        .header("authorization", "Bearer marker")
        .header("marker", "marker");
    if let Some(content_type) = content_type {
        builder = builder.header("content-type", content_type);
    }
    builder.body(()).unwrap()
}

type Answer = fn(&Rejection<'_>) -> Response<String>;

const EMPTY: Answer = |rejection| rejection.default_response();
const PROBLEM: Answer = |rejection| rejection.problem_json();

fn reject(how: Answer, error: &AuthError, content_type: Option<&str>) -> Response<String> {
    let request = request(content_type);
    how(&Rejection::new(error, RequestHead::from(&request)))
}

/// As `reject`, in a realm.
fn reject_in(
    realm: &Realm,
    how: Answer,
    error: &AuthError,
    content_type: Option<&str>,
) -> Response<String> {
    let request = request(content_type);
    how(&Rejection::new(error, RequestHead::from(&request)).realm(realm))
}

#[track_caller]
fn assert_headers(response: &Response<String>, expected: &[(&str, &str)]) {
    let mut headers: Vec<_> = response
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    headers.sort_unstable();
    assert_eq!(headers, expected);
}
