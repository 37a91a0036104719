mod ambient;
mod bearer;
mod cookie;
mod header;
mod or;
mod protocol;
mod query;
mod traits;

use http::{HeaderValue, Request};
use tower_bearer::extract::TokenSource;
use tower_bearer::{RequestError, RequestHead};

type Outcome<'a> = Result<Option<&'a str>, RequestError>;

const NONE: Outcome<'static> = Ok(None);
const SYNTAX: Outcome<'static> = Err(RequestError::Syntax);
const REPEATED: Outcome<'static> = Err(RequestError::RepeatedField);

#[expect(clippy::unnecessary_wraps, reason = "a row of a table")]
fn some(token: &str) -> Outcome<'_> {
    Ok(Some(token))
}

/// What is said of a name that no request could carry.
fn illegal(what: &str, name: &str) -> String {
    format!(
        "the {what} {name:?} is empty or has an illegal character: \
         use letters, digits, `-`, `.` and `_`"
    )
}

/// A request to `/` with these fields, which may hold any bytes that HTTP allows.
#[track_caller]
fn request<V: AsRef<[u8]>>(fields: &[(&str, V)]) -> Request<()> {
    let mut builder = Request::get("/");
    for (name, value) in fields {
        builder = builder.header(*name, HeaderValue::from_bytes(value.as_ref()).unwrap());
    }
    builder.body(()).unwrap()
}

#[track_caller]
fn assert_extracts(source: &dyn TokenSource, request: &Request<()>, expected: Outcome<'_>) {
    let outcome = source.extract(RequestHead::from(request));
    assert_eq!(
        outcome.as_ref().map(Option::as_deref),
        expected.as_ref().map(|token| token.map(str::as_bytes)),
        "{:?} {}",
        request.headers(),
        request.uri(),
    );
}

/// Each row: the values of all the fields of one name, and what comes of them.
#[track_caller]
fn assert_field_rows(source: &dyn TokenSource, name: &str, rows: &[(&[&[u8]], Outcome<'_>)]) {
    for (values, expected) in rows {
        let fields: Vec<_> = values.iter().map(|value| (name, value)).collect();
        assert_extracts(source, &request(&fields), *expected);
    }
}
