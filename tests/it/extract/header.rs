use http::HeaderName;
use tower_bearer::extract::Header;

use super::{NONE, REPEATED, SYNTAX, assert_extracts, assert_field_rows, illegal, request, some};

#[test]
fn the_whole_value() {
    let source = Header::new(HeaderName::from_static("x-token"));
    assert_field_rows(
        &source,
        "x-token",
        &[
            (&[], NONE),
            (&[b"abc.def.ghi"], some("abc.def.ghi")),
            (&[b"Bearer"], some("Bearer")),
            (&[b""], SYNTAX),
            (&[b" "], SYNTAX),
            (&[b" abc"], SYNTAX),
            (&[b"abc "], SYNTAX),
            (&[b"Bearer abc"], SYNTAX),
            (&[b"\"abc\""], SYNTAX),
            (&[b"abc,def"], SYNTAX),
            (&[b"abc\xff"], SYNTAX),
            (&[b"abc", b"abc"], REPEATED),
            (&[b"jwt_token", b"foo"], REPEATED),
            (&[b"", b"\xff"], REPEATED),
        ],
    );
    assert_extracts(&source, &request(&[("authorization", "Bearer abc")]), NONE);
    assert_extracts(&source, &request(&[("wrong-token-header", "abc")]), NONE);
}

#[test]
fn with_a_scheme() {
    let source = Header::new(HeaderName::from_static("x-token"));
    assert_field_rows(
        &source.scheme("Token").unwrap(),
        "x-token",
        &[
            (&[], NONE),
            (&[b"Token abc"], some("abc")),
            (&[b"tOKEN   abc"], some("abc")),
            (&[b"Bearer abc"], NONE),
            (&[b"Tokens abc"], NONE),
            (&[b"abc"], NONE),
            (&[b"Token"], SYNTAX),
            (&[b"Token "], SYNTAX),
            (&[b"Token\tabc"], SYNTAX),
            (&[b"Token=abc"], SYNTAX),
            (&[b"Token abc "], SYNTAX),
            (&[b""], SYNTAX),
            (&[b"Token abc", b"Bearer abc"], REPEATED),
        ],
    );
}

#[test]
fn a_scheme_that_is_none() {
    for scheme in ["", " ", "Token ", "Token:", "a b", "é", "a\"", "a\n"] {
        let error = Header::new(HeaderName::from_static("x-token"))
            .scheme(scheme)
            .unwrap_err();
        assert_eq!(error.to_string(), illegal("scheme", scheme),);
    }
}
