//! `Authorization` fields → the answer of the whole layer.

use std::sync::LazyLock;

use futures::FutureExt;
use http::{HeaderValue, Request};
use tower::{Layer, ServiceExt, service_fn};
use tower_bearer::{BearerAuthLayer, RequireLayer};

use crate::answer::{Answer, SCOPE, serve};
use crate::input::Parts;
use crate::world;

/// The first byte says what kind of request and of layer it is. Each line of the rest is the value
/// of an `Authorization` field.
pub fn run(input: &[u8]) {
    let Some((&kind, lines)) = input.split_first() else {
        return;
    };
    let [is_grpc, is_problem, is_optional, needs_scope] = [1, 2, 4, 8].map(|bit| kind & bit != 0);
    let fields: Vec<_> = Parts::separated(lines, b'\n')
        .filter_map(|line| HeaderValue::from_bytes(line).ok())
        .collect();

    let mut request = Request::new(());
    let headers = request.headers_mut();
    for field in &fields {
        headers.append("authorization", field.clone());
    }
    if is_grpc {
        headers.insert("content-type", HeaderValue::from_static("application/grpc"));
    }

    let layer = LAYER.with(Clone::clone);
    let layer = if is_optional { layer.optional() } else { layer };
    let require = needs_scope.then(|| RequireLayer::scope(SCOPE));
    let inner = service_fn(serve);
    let answer = if is_problem {
        let layer = layer.problem_json();
        match require {
            Some(require) => layer
                .layer(require.layer(inner))
                .oneshot(request)
                .now_or_never(),
            None => layer.layer(inner).oneshot(request).now_or_never(),
        }
    } else {
        match require {
            Some(require) => layer
                .layer(require.layer(inner))
                .oneshot(request)
                .now_or_never(),
            None => layer.layer(inner).oneshot(request).now_or_never(),
        }
    };
    let Ok(response) = answer.expect("keys are at hand");

    let expected = match credentials(&fields) {
        Credentials::None if !is_optional => Answer::NoToken,
        Credentials::None if needs_scope => Answer::NoToken,
        Credentials::Malformed => Answer::Malformed,
        Credentials::Token(token) if token != GOOD.as_bytes() => Answer::Refused,
        Credentials::Token(_) if needs_scope => Answer::LacksScope,
        Credentials::None | Credentials::Token(_) => Answer::Served,
    };
    assert_eq!(Answer::of(&response), expected, "{fields:?}");
}

static GOOD: LazyLock<String> = LazyLock::new(world::good_token);

thread_local! {
    static LAYER: BearerAuthLayer =
        BearerAuthLayer::new(world::verifier().build().expect("the set-up is right"));
}

enum Credentials<'a> {
    None,
    Malformed,
    Token(&'a [u8]),
}

/// RFC 6750 §2.1 and RFC 9110 §11.4, in the plainest words.
fn credentials(fields: &[HeaderValue]) -> Credentials<'_> {
    const MARKS: &[u8] = b"!#$%&'*+-.^_`|~";

    let value = match fields {
        [] => return Credentials::None,
        [value] => value.as_bytes(),
        _ => return Credentials::Malformed,
    };
    let mut words = value.splitn(2, |&byte| byte == b' ');
    let scheme = words.next().unwrap_or_default();
    let is_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || MARKS.contains(byte);
    if scheme.is_empty() || !scheme.iter().all(is_scheme) {
        return Credentials::Malformed;
    }
    if !scheme.eq_ignore_ascii_case(b"bearer") {
        return Credentials::None;
    }
    let rest = words.next().unwrap_or_default();
    let token = rest.trim_ascii_start();
    let spaces = rest.len() - token.len();
    if rest.iter().take(spaces).any(|&byte| byte != b' ') {
        return Credentials::Malformed;
    }
    let text = String::from_utf8_lossy(token);
    let body = text.trim_end_matches('=');
    let is_body = |letter: char| letter.is_ascii_alphanumeric() || "-._~+/".contains(letter);
    if body.is_empty() || !body.chars().all(is_body) {
        return Credentials::Malformed;
    }
    Credentials::Token(token)
}
