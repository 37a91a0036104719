use tower_bearer::extract::Cookie;

use super::{NONE, REPEATED, SYNTAX, assert_field_rows, illegal, some};

#[test]
fn one_field() {
    assert_field_rows(
        &Cookie::new("token").unwrap(),
        "cookie",
        &[
            (&[], NONE),
            (&[b""], NONE),
            (&[b"token=abc.def.ghi"], some("abc.def.ghi")),
            (&[b"token=\"abc.def.ghi\""], some("abc.def.ghi")),
            (&[b"a=b; token=abc; c=d"], some("abc")),
            (&[b"a=b;token=abc;c=d"], some("abc")),
            (&[b" \ttoken=abc\t ;"], some("abc")),
            (&[b"token=abc=="], some("abc==")),
            (&[b"a=b"], NONE),
            (&[b"token"], NONE),
            (&[b"Token=abc"], NONE),
            (&[b"xtoken=abc; tokenx=abc; token2=abc"], NONE),
            (&[b"token =abc"], NONE),
            (&[b"=token=abc"], NONE),
            (&[b"a=token=abc"], NONE),
            (&[b"a=b, token=abc"], NONE),
            (&[b"token="], NONE),
            (&[b"token=\"\""], NONE),
            (&[b"token=; a=b"], NONE),
            (&[b"token= abc"], SYNTAX),
            (&[b"token=\""], SYNTAX),
            (&[b"token=\"abc"], SYNTAX),
            (&[b"token=abc\""], SYNTAX),
            (&[b"token=\"\"abc\"\""], SYNTAX),
            (&[b"token=a b"], SYNTAX),
            (&[b"token=abc,def"], SYNTAX),
            (&[b"token=%00"], SYNTAX),
            (&[b"token=abc\xff"], SYNTAX),
            (&[b"token=Bearer abc"], SYNTAX),
            (&[b"token=a; token=a"], REPEATED),
            (&[b"token=a; token="], REPEATED),
            (&[b"token=; token=a"], REPEATED),
            (&[b"token=; token="], REPEATED),
            (&[b"token=\xff; token=a"], REPEATED),
        ],
    );
}

#[test]
fn other_cookies_may_hold_anything() {
    assert_field_rows(
        &Cookie::new("token").unwrap(),
        "cookie",
        &[
            (&[b"a=\xff\xfe; token=abc; \xc3\xa9=\xe9"], some("abc")),
            (&[b"a; ;;; =; ==; token=abc"], some("abc")),
            (&[b"a={\"x\":[1]}; token=abc"], some("abc")),
            // Who reads quoted values as a whole sees one cookie here.
            (&[b"a=\"x; token=abc; y\""], some("abc")),
        ],
    );
}

#[test]
fn several_fields() {
    assert_field_rows(
        &Cookie::new("token").unwrap(),
        "cookie",
        &[
            (&[b"a=b", b"token=abc", b"c=d"], some("abc")),
            (&[b"token=abc", b"\xff"], some("abc")),
            (&[b"a=b", b"c=d"], NONE),
            (&[b"token=abc", b"token=abc"], REPEATED),
            (&[b"token=abc; a=b", b"c=d; token="], REPEATED),
        ],
    );
}

#[test]
fn a_name_that_is_none() {
    for name in ["", " ", "a b", "a=b", "a;", "\"a\"", "a,b", "é", "a\r\n"] {
        assert_eq!(
            Cookie::new(name).unwrap_err().to_string(),
            illegal("cookie name", name),
        );
    }
    assert!(Cookie::new("__Host-a.b").is_ok());
}
