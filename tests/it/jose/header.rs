use tower_bearer::TokenError;
use tower_bearer::jose::Header;

use super::*;

#[track_caller]
fn assert_reads(json: &str, algorithm: Algorithm, key_id: Option<&str>, token_type: Option<&str>) {
    let header = Header::parse(json).unwrap();
    assert_eq!(header.algorithm(), algorithm, "{json}");
    assert_eq!(header.key_id(), key_id, "{json}");
    assert_eq!(header.token_type(), token_type, "{json}");
    assert_eq!(header.json(), json);
}

#[track_caller]
fn assert_refuses(json: &str, reason: TokenError) {
    assert_eq!(Header::parse(json), Err(reason), "{json}");
}

#[test]
fn good_headers() {
    use Algorithm::{ES256, EdDSA, HS256};

    assert_reads(r#"{"alg":"ES256"}"#, ES256, None, None);
    assert_reads(
        r#"{"kid":"k1","typ":"at+jwt","alg":"EdDSA"}"#,
        EdDSA,
        Some("k1"),
        Some("at+jwt"),
    );
    // RFC 7515, appendix A.1.
    assert_reads(
        "{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}",
        HS256,
        None,
        Some("JWT"),
    );
    assert_reads(" \t\r\n{\"alg\":\"ES256\"}\n ", ES256, None, None);
    assert_reads(
        r#"{"\u0061lg":"ES\u0032\u00356","k\u0069d":"\ud83d\ude00\"","typ":"\u0000"}"#,
        ES256,
        Some("\u{1f600}\""),
        Some("\0"),
    );
    assert_reads(r#"{"alg":"ES256","kid":""}"#, ES256, Some(""), None);
    assert_reads(r#"{"alg":"ES256","b64":true}"#, ES256, None, None);
    for &algorithm in Algorithm::ALL {
        assert_reads(
            &format!(r#"{{"alg":"{algorithm}"}}"#),
            algorithm,
            None,
            None,
        );
    }
}

#[test]
fn members_that_offer_keys_are_not_looked_at() {
    assert_reads(
        r#"{"jwk":{"kty":"oct","k":"AA"},"jku":1,"x5u":["file:///"],"x5c":null,"x5t":{},
            "x5t#S256":"","cty":"JWT","zip":"DEF","alg":"ES256","x":[1e400,-0.0,{"alg":"none"}]}"#,
        Algorithm::ES256,
        None,
        None,
    );
}

#[test]
fn unknown_algorithms() {
    for name in [
        "none",
        "None",
        "NONE",
        "nOnE",
        "none ",
        "",
        "NULL",
        "es256",
        "ES-256",
        "ES256 ",
        " ES256",
        "ES256K",
        "ES521",
        "HS1",
        "HS257",
        "RSA-OAEP",
        "dir",
        "A256GCM",
        "EDDSA",
        "eddsa",
        "ed25519",
        "Ed448",
        "ML-DSA-44",
        r"ES256\u0000",
        r"\u0415S256",
    ] {
        let json = format!(r#"{{"alg":"{name}","kid":"a"}}"#);
        assert_refuses(&json, TokenError::UnsupportedAlgorithm);
    }
}

#[test]
fn members_of_the_wrong_type() {
    let not_a_string = [
        "null",
        "0",
        "1.5",
        "true",
        "[]",
        r#"["ES256"]"#,
        r#"{"a":"ES256"}"#,
    ];
    for value in not_a_string {
        assert_refuses(&format!(r#"{{"alg":{value}}}"#), TokenError::InvalidHeader);
        for name in ["kid", "typ"] {
            let json = format!(r#"{{"alg":"ES256","{name}":{value}}}"#);
            assert_refuses(&json, TokenError::InvalidHeader);
        }
    }
    for value in ["null", "0", r#""false""#, "[]", "{}"] {
        let json = format!(r#"{{"alg":"ES256","b64":{value}}}"#);
        assert_refuses(&json, TokenError::InvalidHeader);
    }
    assert_refuses("{}", TokenError::InvalidHeader);
    assert_refuses(r#"{"kid":"a","typ":"JWT"}"#, TokenError::InvalidHeader);
}

#[test]
fn extensions_are_refused_whatever_they_are() {
    for critical in [
        r#"["b64"]"#,
        r#"["exp"]"#,
        r#"["alg"]"#,
        r#"["http://example.com/UNDEFINED"]"#,
        "[]",
        "{}",
        "null",
        "1",
        r#""exp""#,
        "[1]",
        r#"["x","x"]"#,
    ] {
        let json = format!(r#"{{"alg":"ES256","crit":{critical}}}"#);
        assert_refuses(&json, TokenError::CriticalHeader);
        let json = format!(r#"{{"\u0063rit":{critical},"alg":"none","x":1}}"#);
        assert_refuses(&json, TokenError::CriticalHeader);
    }
    assert_refuses(r#"{"alg":"ES256","b64":false}"#, TokenError::CriticalHeader);
    assert_refuses(r#"{"b64":false}"#, TokenError::CriticalHeader);
}

#[test]
fn types_are_compared_without_case_and_prefix() {
    let has_type = |actual: &str, expected: &str| {
        let json = format!(r#"{{"alg":"ES256","typ":"{actual}"}}"#);
        Header::parse(&json).unwrap().has_type(expected)
    };
    for (actual, expected) in [
        ("at+jwt", "at+jwt"),
        ("AT+JWT", "at+jwt"),
        ("application/at+jwt", "at+jwt"),
        ("Application/At+Jwt", "at+jwt"),
        ("at+jwt", "application/AT+JWT"),
        ("application/at+jwt", "application/at+jwt"),
        ("urn:example:typ", "application/urn:example:typ"),
        ("text/plain", "text/plain"),
        ("", ""),
    ] {
        assert!(has_type(actual, expected), "{actual} {expected}");
    }
    for (actual, expected) in [
        ("JWT", "at+jwt"),
        ("at+jwt2", "at+jwt"),
        ("at+jwt ", "at+jwt"),
        ("at jwt", "at+jwt"),
        ("", "at+jwt"),
        ("application/", "at+jwt"),
        ("application/application/at+jwt", "at+jwt"),
        ("text/at+jwt", "at+jwt"),
        // RFC 7515, section 4.1.9: only a type without a slash is one of `application/`.
        ("text/plain", "application/text/plain"),
        ("application/text/plain", "text/plain"),
        ("application", "at+jwt"),
        ("applicatio\u{f1}/at+jwt", "at+jwt"),
        ("at+jw\u{1e97}", "at+jwt"),
    ] {
        assert!(!has_type(actual, expected), "{actual} {expected}");
    }
    let untyped = Header::parse(r#"{"alg":"ES256"}"#).unwrap();
    assert!(!untyped.has_type("at+jwt") && !untyped.has_type(""));
}

#[test]
fn what_is_kept_is_short() {
    for name in ["kid", "typ"] {
        let header = |len| {
            Header::parse(&format!(
                r#"{{"alg":"ES256","{name}":"{}"}}"#,
                "x".repeat(len)
            ))
        };
        assert!(header(1024).is_ok());
        assert_eq!(header(1025), Err(TokenError::InvalidHeader));
    }
}

#[test]
fn debug_shows_the_algorithm_only() {
    let header = Header::parse(r#"{"alg":"ES256","kid":"secret","typ":"secret","x":"secret"}"#);
    assert_eq!(
        format!("{:?}", header.unwrap()),
        "Header { algorithm: ES256, .. }"
    );
}
