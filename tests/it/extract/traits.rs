use std::borrow::Cow;
use std::fmt::Debug;
use std::sync::Arc;

use http::HeaderName;
use tower_bearer::extract::{Bearer, Cookie, Header, Query, TokenSource, WebSocketProtocol};
use tower_bearer::{RequestError, RequestHead};

use super::{NONE, assert_extracts, request, some};

fn assert_traits<T: TokenSource + Clone + Debug + Send + Sync + Unpin + 'static>() {}

#[test]
fn auto_traits() {
    assert_traits::<Bearer>();
    assert_traits::<Header>();
    assert_traits::<Cookie>();
    assert_traits::<WebSocketProtocol>();
    assert_traits::<Query>();
}

#[test]
fn trait_objects() {
    let sources: Vec<Box<dyn TokenSource>> = vec![
        Box::new(Bearer),
        Box::new(Cookie::new("t").unwrap()),
        Box::new(Box::new(Bearer) as Box<dyn TokenSource>),
        Box::new(Arc::new(Bearer) as Arc<dyn TokenSource>),
        Box::new(Arc::new(Bearer)),
        Box::new(from_item),
        Box::new(Box::new(from_item)),
    ];
    let request = request(&[("authorization", "Bearer abc"), ("cookie", "t=abc")]);
    for source in sources {
        assert_extracts(&source, &request, some("abc"));
    }

    let boxed: Box<dyn TokenSource> = Box::new(Bearer);
    let query = Query::new("q").unwrap();
    assert_extracts(&boxed.or(query), &request, some("abc"));
}

#[test]
fn functions() {
    fn owned(request: RequestHead<'_>) -> Result<Option<Cow<'_, [u8]>>, RequestError> {
        match request.headers().get("x-token") {
            Some(value) if value.is_empty() => Err(RequestError::Syntax),
            Some(value) => Ok(Some(value.as_bytes().to_ascii_lowercase().into())),
            None => Ok(None),
        }
    }
    assert_extracts(&owned, &request(&[("x-token", "ABC")]), some("abc"));
    assert_extracts(&owned, &request(&[("x-other", "ABC")]), NONE);
    assert_extracts(
        &owned.or(Bearer),
        &request(&[("x-token", "ABC")]),
        some("abc"),
    );
}

#[test]
fn debug() {
    let name = HeaderName::from_static("x-token");
    let source = Header::new(name).scheme("Token").unwrap();
    assert_eq!(
        format!("{source:?}"),
        r#"Header { name: "x-token", scheme: Some("Token") }"#,
    );
}

#[expect(clippy::unnecessary_wraps, reason = "the signature of a source")]
fn from_item(request: RequestHead<'_>) -> Result<Option<Cow<'_, [u8]>>, RequestError> {
    let value = request.headers().get("cookie");
    Ok(value.map(|value| value.as_bytes()[2..].into()))
}
