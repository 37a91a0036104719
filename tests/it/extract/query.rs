use http::Request;
use tower_bearer::extract::{Bearer, Query};

use super::{NONE, Outcome, REPEATED, SYNTAX, assert_extracts, illegal, some};

#[track_caller]
fn assert_uri(uri: &str, expected: Outcome<'_>) {
    let request = Request::get(uri).body(()).unwrap();
    assert_extracts(&Query::new("access_token").unwrap(), &request, expected);
}

#[test]
fn the_parameter() {
    let rows = [
        ("/", NONE),
        ("/?", NONE),
        ("/?a=b", NONE),
        ("/access_token=abc", NONE),
        ("/?Access_Token=abc", NONE),
        ("/?access_token2=abc&xaccess_token=abc", NONE),
        ("/?access%5Ftoken=abc", NONE),
        ("/?a=access_token=abc", NONE),
        ("/?access_token=abc.def.ghi", some("abc.def.ghi")),
        ("/?a=b&access_token=abc&c=%FF", some("abc")),
        ("/?&&access_token=abc&", some("abc")),
        ("/?access_token=abc==", some("abc==")),
        ("https://example.com/a?access_token=abc", some("abc")),
        ("/?access_token", SYNTAX),
        ("/?access_token=", SYNTAX),
        ("/?access_token=&a=b", SYNTAX),
        ("/?access_token=%FF", SYNTAX),
        ("/?access_token=abc%2Edef", SYNTAX),
        ("/?access_token=Bearer%20abc", SYNTAX),
        ("/?access_token=a;b", SYNTAX),
        ("/?access_token=a,b", SYNTAX),
        ("/?access_token=token1&access_token=token2", REPEATED),
        ("/?access_token=a&access_token=a", REPEATED),
        ("/?access_token&access_token=a", REPEATED),
        ("/?access_token=%FF&b=c&access_token=", REPEATED),
    ];
    for (uri, expected) in rows {
        assert_uri(uri, expected);
    }
}

#[test]
fn nobody_reads_it_unasked() {
    let request = Request::get("/?access_token=abc").body(()).unwrap();
    assert_extracts(&Bearer, &request, NONE);
}

#[test]
fn a_name_that_is_none() {
    for name in ["", " ", "a b", "a=b", "a&b", "a+b", "a%20b", "é", "token[]"] {
        assert_eq!(
            Query::new(name).unwrap_err().to_string(),
            illegal("query parameter", name),
        );
    }
    assert!(Query::new("a-b.c_d~1").is_ok());
}
