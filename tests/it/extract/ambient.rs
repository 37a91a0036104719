//! Whether browsers send the token by themselves.

use std::borrow::Cow;
use std::sync::Arc;

use http::HeaderName;
use http::header::COOKIE;
use tower_bearer::extract::{Bearer, Cookie, Header, Query, TokenSource, WebSocketProtocol};
use tower_bearer::{RequestError, RequestHead};

use super::request;

#[track_caller]
fn assert_ambient(source: &dyn TokenSource, fields: &[(&str, &str)], expected: bool) {
    let request = request(fields);
    let is_ambient = source.is_ambient(RequestHead::from(&request));
    assert_eq!(is_ambient, expected, "{fields:?}");
}

fn cookie() -> Cookie {
    Cookie::new("t").unwrap()
}

const BY_HEADER: &[(&str, &str)] = &[("authorization", "Bearer abc")];
const BY_COOKIE: &[(&str, &str)] = &[("cookie", "t=abc")];

#[test]
fn each_source() {
    let explicit: [&dyn TokenSource; 4] = [
        &Bearer,
        &Header::new(HeaderName::from_static("x-token")),
        &WebSocketProtocol::default(),
        &Query::new("q").unwrap(),
    ];
    for source in explicit {
        assert_ambient(source, BY_HEADER, false);
        assert_ambient(source, BY_COOKIE, false);
    }
    assert_ambient(&cookie(), BY_COOKIE, true);
    assert_ambient(&Header::new(COOKIE), BY_COOKIE, true);
}

/// Nobody can look into them.
#[test]
fn functions_and_whoever_does_not_say() {
    #[expect(clippy::unnecessary_wraps, reason = "the signature of a source")]
    fn none(_: RequestHead<'_>) -> Result<Option<Cow<'_, [u8]>>, RequestError> {
        Ok(None)
    }
    struct Silent;
    impl TokenSource for Silent {
        fn extract<'a>(
            &self,
            request: RequestHead<'a>,
        ) -> Result<Option<Cow<'a, [u8]>>, RequestError> {
            Bearer.extract(request)
        }
    }
    assert_ambient(&none, BY_HEADER, true);
    assert_ambient(&Silent, BY_HEADER, true);
}

#[test]
fn behind_pointers() {
    let boxed: [Box<dyn TokenSource>; 4] = [
        Box::new(Arc::new(Bearer)),
        Box::new(Box::new(Bearer) as Box<dyn TokenSource>),
        Box::new(Arc::new(Bearer) as Arc<dyn TokenSource>),
        Box::new(Arc::new(Arc::new(Bearer))),
    ];
    for source in boxed {
        assert_ambient(&source, BY_HEADER, false);
    }
    assert_ambient(&Arc::new(cookie()), BY_COOKIE, true);
    assert_ambient(
        &(Box::new(cookie()) as Box<dyn TokenSource>),
        BY_COOKIE,
        true,
    );
}

/// That of the two which has the token decides, whatever their order.
#[test]
fn either_of_two() {
    let query = || Query::new("q").unwrap();
    let sources: [Box<dyn TokenSource>; 4] = [
        Box::new(Bearer.or(cookie())),
        Box::new(cookie().or(Bearer)),
        Box::new(Bearer.or(cookie().or(query()))),
        Box::new(query().or(cookie()).or(Bearer)),
    ];
    for source in sources {
        assert_ambient(&source, BY_HEADER, false);
        assert_ambient(&source, BY_COOKIE, true);
        assert_ambient(&source, &[("cookie", "t=")], true);
        let other_scheme = [("authorization", "Basic dTpw"), ("cookie", "t=abc")];
        assert_ambient(&source, &other_scheme, true);
    }
    assert_ambient(&Bearer.or(query()), BY_HEADER, false);
    assert_ambient(&cookie().or(Cookie::new("u").unwrap()), BY_COOKIE, true);
}
