use http::Request;
use tower_bearer::RequestError;
use tower_bearer::extract::{Bearer, Cookie, Query, TokenSource};

use super::{NONE, Outcome, REPEATED, SYNTAX, assert_extracts, request, some};

const SEVERAL: Outcome<'static> = Err(RequestError::SeveralTokens);

#[test]
fn header_or_cookie() {
    let source = Bearer.or(Cookie::new("t").unwrap());
    let rows: &[(&[(&str, &str)], Outcome<'_>)] = &[
        (&[], NONE),
        (&[("authorization", "Bearer abc")], some("abc")),
        (&[("cookie", "t=def")], some("def")),
        (
            &[("authorization", "Basic dTpw"), ("cookie", "t=def")],
            some("def"),
        ),
        (
            &[("authorization", "Bearer abc"), ("cookie", "a=b; t=")],
            some("abc"),
        ),
        (
            &[("authorization", "Bearer abc"), ("cookie", "t=def")],
            SEVERAL,
        ),
        (
            &[("authorization", "Bearer abc"), ("cookie", "t=abc")],
            SEVERAL,
        ),
        (&[("authorization", "Bearer"), ("cookie", "t=abc")], SYNTAX),
        (
            &[("authorization", "Bearer abc"), ("cookie", "t=a b")],
            SYNTAX,
        ),
        (
            &[("authorization", "Bearer abc"), ("cookie", "t=a; t=a")],
            REPEATED,
        ),
        (
            &[("authorization", "Bearer"), ("cookie", "t=a; t=a")],
            SYNTAX,
        ),
    ];
    for (fields, expected) in rows {
        assert_extracts(&source, &request(fields), *expected);
    }
}

#[test]
fn the_order_decides_only_whose_error_is_told() {
    let source = Cookie::new("t").unwrap().or(Bearer);
    let both =
        |authorization, cookie| request(&[("authorization", authorization), ("cookie", cookie)]);
    assert_extracts(&source, &both("Bearer", "t=a; t=a"), REPEATED);
    assert_extracts(&source, &both("Bearer abc", "t=def"), SEVERAL);
    assert_extracts(&source, &both("Bearer abc", "a=b"), some("abc"));
    assert_extracts(&source, &both("Basic abc", "t=def"), some("def"));
}

#[test]
fn three() {
    let query = || Query::new("access_token").unwrap();
    let cookie = || Cookie::new("t").unwrap();
    let left = Bearer.or(cookie()).or(query());
    let right = Bearer.or(cookie().or(query()));
    let sources: [&dyn TokenSource; 2] = [&left, &right];
    for source in sources {
        let with = |uri: &str, cookie: &str| {
            let request = Request::get(uri).header("cookie", cookie);
            request.body(()).unwrap()
        };
        assert_extracts(source, &with("/", ""), NONE);
        assert_extracts(source, &with("/?access_token=abc", ""), some("abc"));
        assert_extracts(source, &with("/", "t=abc"), some("abc"));
        assert_extracts(source, &with("/?access_token=abc", "t=abc"), SEVERAL);
        assert_extracts(source, &with("/?access_token=", "t=abc"), SYNTAX);
    }
}

#[test]
fn header_and_query_of_the_same_token() {
    let request = Request::get("/?access_token=test-token")
        .header("authorization", "Bearer test-token")
        .body(())
        .unwrap();
    let source = Bearer.or(Query::new("access_token").unwrap());
    assert_extracts(&source, &request, SEVERAL);
}
