//! Where a token stands, in the plainest words.

use http::{HeaderValue, Request};
use tower_bearer::RequestError;

use super::{NAME, PREFIX};

type Found = Result<Option<Vec<u8>>, RequestError>;

pub(super) fn find(request: &Request<()>) -> [Found; 5] {
    let values = |name| -> Vec<&[u8]> {
        let values = request.headers().get_all(name).into_iter();
        values.map(HeaderValue::as_bytes).collect()
    };
    let query = request.uri().query().unwrap_or_default();
    [
        one(values("authorization")).and_then(|value| value.map_or(Ok(None), bearer)),
        one(cookies(&values("cookie"))).and_then(|value| value.map_or(Ok(None), cookie)),
        one(parameters(query)).and_then(|value| value.map(token).transpose()),
        one(protocols(&values("sec-websocket-protocol")))
            .and_then(|value| value.map(token).transpose()),
        one(values("x-token")).and_then(|value| value.map(token).transpose()),
    ]
}

fn one<T>(values: impl IntoIterator<Item = T>) -> Result<Option<T>, RequestError> {
    let mut values = values.into_iter();
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        _ => Err(RequestError::RepeatedField),
    }
}

fn bearer(value: &[u8]) -> Found {
    let text: String = value.iter().map(|&byte| char::from(byte)).collect();
    let is_scheme =
        |letter: char| letter.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(letter);
    let scheme: String = text
        .chars()
        .take_while(|&letter| is_scheme(letter))
        .collect();
    let rest = value.get(scheme.len()..).unwrap_or_default();
    match (scheme.to_lowercase().as_str(), rest) {
        ("bearer", [b' ', ..]) => {
            let spaces = rest.iter().take_while(|&&byte| byte == b' ').count();
            token(rest.get(spaces..).unwrap_or_default()).map(Some)
        }
        ("" | "bearer", _) => Err(RequestError::Syntax),
        (_, [] | [b' ', ..]) => Ok(None),
        _ => Err(RequestError::Syntax),
    }
}

fn cookies<'a>(lines: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let pairs = lines
        .iter()
        .flat_map(|line| line.split(|&byte| byte == b';'));
    pairs
        .filter_map(|pair| without_blanks(pair).strip_prefix(b"t="))
        .collect()
}

fn cookie(value: &[u8]) -> Found {
    let inner = value
        .strip_prefix(b"\"")
        .and_then(|inner| inner.strip_suffix(b"\""));
    match inner.unwrap_or(value) {
        [] => Ok(None),
        inner => token(inner).map(Some),
    }
}

fn parameters(query: &str) -> Vec<&[u8]> {
    let pairs = query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs
        .filter(|(name, _)| *name == NAME)
        .map(|(_, value)| value.as_bytes())
        .collect()
}

fn protocols<'a>(lines: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let entries = lines
        .iter()
        .flat_map(|line| line.split(|&byte| byte == b','));
    entries
        .filter_map(|entry| without_blanks(entry).strip_prefix(PREFIX.as_bytes()))
        .collect()
}

fn without_blanks(value: &[u8]) -> &[u8] {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = value.iter().take_while(|&byte| is_blank(byte)).count();
    let rest = value.get(start..).unwrap_or_default();
    let end = rest.iter().rev().take_while(|&byte| is_blank(byte)).count();
    rest.get(..rest.len() - end).unwrap_or_default()
}

fn token(value: &[u8]) -> Result<Vec<u8>, RequestError> {
    let padding = value.iter().rev().take_while(|&&byte| byte == b'=').count();
    let body = value.get(..value.len() - padding).unwrap_or_default();
    let is_body = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(byte);
    if body.is_empty() || !body.iter().all(is_body) {
        return Err(RequestError::Syntax);
    }
    Ok(value.to_vec())
}
