use std::borrow::Cow;

use http::HeaderValue;
use tower_bearer::extract::{Bearer, TokenSource};
use tower_bearer::{RequestError, RequestHead};

use super::{NONE, REPEATED, SYNTAX, assert_extracts, assert_field_rows, request, some};

#[test]
fn one_field_with_a_token() {
    assert_field_rows(
        &Bearer,
        "authorization",
        &[
            (&[b"Bearer abc.def.ghi"], some("abc.def.ghi")),
            (&[b"bearer abc.def.ghi"], some("abc.def.ghi")),
            (&[b"BEARER abc.def.ghi"], some("abc.def.ghi")),
            (&[b"bEaReR abc.def.ghi"], some("abc.def.ghi")),
            (&[b"Bearer  abc"], some("abc")),
            (&[b"Bearer     abc"], some("abc")),
            (&[b"Bearer x"], some("x")),
            (&[b"Bearer -._~+/09azAZ"], some("-._~+/09azAZ")),
            (&[b"Bearer test-token=="], some("test-token==")),
            (&[b"Bearer jwt_token"], some("jwt_token")),
            (&[b"Bearer ....."], some(".....")),
            (&[b"Bearer bearer"], some("bearer")),
        ],
    );
}

#[test]
fn no_field_or_another_scheme() {
    assert_field_rows(
        &Bearer,
        "authorization",
        &[
            (&[], NONE),
            (&[b"Basic dGVzdDp0ZXN0"], NONE),
            (&[b"Basic"], NONE),
            (&[b"Basic "], NONE),
            (&[b"Digest username=\"x\""], NONE),
            (&[b"Digest \xe9"], NONE),
            (&[b"JWT abc.def.ghi"], NONE),
            (&[b"Token abc.def.ghi"], NONE),
            (&[b"DPoP abc.def.ghi"], NONE),
            (&[b"BearerX abc"], NONE),
            (&[b"Bearo ToKen"], NONE),
            (&[b"Beare abc"], NONE),
            (&[b"Bearerabc.def.ghi"], NONE),
            (&[b"abc.def.ghi"], NONE),
            (&[b"Basic dTpw, Bearer abc"], NONE),
            (&[b"!#$%&'*+-.^_`|~ x"], NONE),
        ],
    );
    for name in [
        "x-forwarded-authorization",
        "proxy-authorization",
        "x-authorization",
    ] {
        assert_extracts(&Bearer, &request(&[(name, "Bearer abc")]), NONE);
    }
    assert_extracts(&Bearer, &request(&[("cookie", "access_token=abc")]), NONE);
}

#[test]
fn broken_syntax() {
    assert_field_rows(
        &Bearer,
        "authorization",
        &[
            (&[b""], SYNTAX),
            (&[b" "], SYNTAX),
            (&[b" Bearer abc"], SYNTAX),
            (&[b"\tBearer abc"], SYNTAX),
            (&[b"Bearer"], SYNTAX),
            (&[b"bearer"], SYNTAX),
            (&[b"Bearer "], SYNTAX),
            (&[b"Bearer    "], SYNTAX),
            (&[b"Bearer\tabc"], SYNTAX),
            (&[b"Bearer \tabc"], SYNTAX),
            (&[b"Bearer\xc2\xa0abc"], SYNTAX),
            (&[b"Bearer \xc2\xa0abc"], SYNTAX),
            (&[b"Bearer: abc"], SYNTAX),
            (&[b"Bearer=abc"], SYNTAX),
            (&[b"Bearer,abc"], SYNTAX),
            (&[b"Bearer abc "], SYNTAX),
            (&[b"Bearer abc\t"], SYNTAX),
            (&[b"Bearer abc def"], SYNTAX),
            (&[b"Bearer GOODTOKEN .jjjj"], SYNTAX),
            (&[b"Bearer Bearer abc"], SYNTAX),
            (&[b"Bearer bearer abc"], SYNTAX),
            (&[b"Bearer abc, Bearer abc"], SYNTAX),
            (&[b"Bearer abc,def"], SYNTAX),
            (&[b"Bearer abc; foo=bar"], SYNTAX),
            (&[b"Bearer ="], SYNTAX),
            (&[b"Bearer =="], SYNTAX),
            (&[b"Bearer a=b"], SYNTAX),
            (&[b"Bearer =abc"], SYNTAX),
            (&[b"Bearer \"abc\""], SYNTAX),
            (&[b"Bearer an\"invalid\"token"], SYNTAX),
            (&[b"Bearer a\"b\\c"], SYNTAX),
            (&[b"Bearer <abc>"], SYNTAX),
            (&[b"Bearer {\"a\":1}"], SYNTAX),
            (&[b"Bearer %00abc"], SYNTAX),
            (&[b"Bearer abc%0d%0aX-Injected:1"], SYNTAX),
            (&[b"Bearer abc%2Edef"], SYNTAX),
            (&[b"Bearer ab\xc3\xa9def"], SYNTAX),
            (&[b"Bearer abc\xffdef"], SYNTAX),
            (&[b"Bearer\xff"], SYNTAX),
            (&[b"\xffBearer abc"], SYNTAX),
            (&[b"Basic\tabc"], SYNTAX),
            (&[b"Basic: abc"], SYNTAX),
            (&[b"Basic, Bearer abc"], SYNTAX),
            (&[b"Basic\xff"], SYNTAX),
            (&[b"abc=="], SYNTAX),
            (&[b"\"Bearer abc\""], SYNTAX),
        ],
    );
}

#[test]
fn two_fields() {
    assert_field_rows(
        &Bearer,
        "authorization",
        &[
            (&[b"Bearer abc", b"Bearer abc"], REPEATED),
            (&[b"Bearer abc", b"Bearer x y"], REPEATED),
            (&[b"Bearer x y", b"Bearer abc"], REPEATED),
            (&[b"Basic dTpw", b"Bearer abc"], REPEATED),
            (&[b"Bearer abc", b"Basic dTpw"], REPEATED),
            (&[b"Basic dTpw", b"Basic dTpw"], REPEATED),
            (&[b"Bearer abc", b""], REPEATED),
            (&[b"", b"Bearer abc"], REPEATED),
            (&[b"", b""], REPEATED),
            (&[b"Bearer abc", b"\xff"], REPEATED),
            (&[b"Bearer a", b"Bearer b", b"Bearer c"], REPEATED),
        ],
    );
}

/// Every byte that a header field may contain, at every offset of a vector register.
#[test]
fn every_byte_of_a_token() {
    let bytes = (0..=u8::MAX).filter(|&byte| HeaderValue::from_bytes(&[byte]).is_ok());
    for byte in bytes {
        let legal = byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
        // A space would be legal at the first offset, and `=` at the last.
        for offset in 1..69 {
            let mut value = b"Bearer ".to_vec();
            value.resize(7 + 70, b'a');
            value[7 + offset] = byte;
            let request = request(&[("authorization", &value)]);
            let outcome = Bearer.extract(RequestHead::from(&request));
            let expected = if legal {
                Ok(Some(Cow::Borrowed(&value[7..])))
            } else {
                Err(RequestError::Syntax)
            };
            assert_eq!(outcome, expected, "{byte:#x} at {offset}");
        }
    }
}

/// No request can contain these, so no source has to refuse them.
#[test]
fn bytes_that_http_refuses() {
    for value in ["Bearer abc\x7f", "Bearer abc\0", "Bearer abc\r\n def"] {
        assert!(HeaderValue::from_bytes(value.as_bytes()).is_err());
    }
}

/// The verifier limits the length, so all sources share one limit.
#[test]
fn any_length() {
    for length in [1, 255, 256, 257, 16 * 1024, 16 * 1024 + 1, 1 << 20] {
        let token = "a".repeat(length);
        let request = request(&[("authorization", format!("Bearer {token}"))]);
        assert_extracts(&Bearer, &request, some(&token));
    }
}

#[test]
fn the_token_is_not_copied() {
    let request = request(&[("authorization", "Bearer abc")]);
    let token = Bearer
        .extract(RequestHead::from(&request))
        .unwrap()
        .unwrap();
    assert!(matches!(token, Cow::Borrowed(b"abc")));
}
