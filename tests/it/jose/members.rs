//! Rules for header and claims alike: one JSON object, each name once.

use std::fmt::Write;

use tower_bearer::TokenError;
use tower_bearer::jose::{Header, RegisteredClaims};

/// Whether both readers accept an object with these members.
#[track_caller]
fn assert_members(members: &str, good: bool) {
    assert_text(&format!(r#"{{"alg":"ES256",{members}}}"#), good);
}

#[track_caller]
fn assert_text(json: &str, good: bool) {
    let start: String = json.chars().take(100).collect();
    let header = Header::parse(json).map(|_| ());
    let claims = RegisteredClaims::parse(json).map(|_| ());
    if good {
        assert_eq!(header, Ok(()), "{start}");
        assert_eq!(claims, Ok(()), "{start}");
    } else {
        assert_eq!(header, Err(TokenError::InvalidHeader), "{start}");
        assert_eq!(claims, Err(TokenError::InvalidClaims), "{start}");
    }
}

/// Members `m0` to `mN`.
fn numbered(count: usize) -> String {
    let mut members = String::new();
    for number in 0..count {
        write!(members, r#""m{number}":{number},"#).unwrap();
    }
    members.trim_end_matches(',').to_owned()
}

#[test]
fn one_object_and_nothing_else() {
    let good = r#"{"alg":"ES256"}"#;
    for text in [
        "",
        " ",
        "null",
        "true",
        "42",
        r#""ES256""#,
        "[]",
        r#"["ES256"]"#,
        r#"[{"alg":"ES256"}]"#,
        "{",
        "}",
        r#"{"alg""#,
        r#"{"alg":}"#,
        r#"{"alg":"ES256""#,
        r#"{"alg":"ES256",}"#,
        r#"{,"alg":"ES256"}"#,
        r#"{"alg":"ES256" "x":1}"#,
        "{'alg':'ES256'}",
        r#"{alg:"ES256"}"#,
        r#"{"alg":"ES256"/**/}"#,
        r#"{"alg":"ES256","x":NaN}"#,
        r#"{"alg":"ES256","x":Infinity}"#,
        r#"{"alg":"ES256","x":01}"#,
        r#"{"alg":"ES256","x":.5}"#,
        r#"{"alg":"ES256","x":0x10}"#,
        r#"{"alg":"ES256","x":tru}"#,
        r#"{"alg":"ES256","x":"\q"}"#,
        r#"{"alg":"ES256","x\ud800":1}"#,
        r#"{"alg":"ES256","x":"\ud800"}"#,
        "{\"alg\":\"ES256\",\"x\":\"\n\"}",
        "{\"alg\":\"ES256\",\"x\0\":1}",
        &format!("\u{feff}{good}"),
        &format!("{good}x"),
        &format!("{good}\0"),
        &format!("{good}{good}"),
        &format!("{good},"),
        &format!("\u{a0}{good}"),
    ] {
        assert_text(text, false);
    }
    assert_text(good, true);
}

#[test]
fn no_name_twice() {
    assert_members(r#""x":1,"y":1,"X":1,"x ":1,"":1"#, true);
    for members in [
        r#""x":1,"x":1"#,
        r#""x":1,"y":2,"x":null"#,
        r#""x":null,"x":null"#,
        r#""":1,"":2"#,
        r#""x":1,"\u0078":1"#,
        r#""\u0061lg":"none""#,
        r#""\u0061lg":"ES256""#,
        r#""\u0078":1,"x":1"#,
        r#""\u0078":1,"\u0078":1"#,
        r#""a\/b":1,"a/b":1"#,
    ] {
        assert_members(members, false);
    }
}

#[test]
fn repeated_names_are_found_among_any_number() {
    for count in [1, 14, 15, 16, 17, 18, 48, 100, 240] {
        assert_members(&numbered(count), true);
        for number in [0, count / 2, count - 1] {
            assert_members(&format!(r#"{},"m{number}":0"#, numbered(count)), false);
            assert_members(&format!(r#"{},"\u006d{number}":0"#, numbered(count)), false);
            assert_members(&format!(r#""\u006d{number}":0,{}"#, numbered(count)), false);
        }
        assert_members(&format!(r#"{},"alg":0"#, numbered(count)), false);
    }
}

#[test]
fn an_object_has_so_many_members_and_no_more() {
    // And `alg`, which the claims reader does not know either.
    assert_members(&numbered(255), true);
    let header = |count| Header::parse(&format!(r#"{{"alg":"ES256",{}}}"#, numbered(count)));
    assert!(header(256).is_ok());
    assert_eq!(header(257), Err(TokenError::InvalidHeader));
    // However their names are written.
    let escaped = |count| format!(r#""\u0061":1,{}"#, numbered(count));
    assert_members(&escaped(254), true);
    assert_members(&escaped(256), false);
    assert_members(&numbered(2000), false);
}

#[test]
fn a_nested_object_has_names_of_its_own() {
    assert_members(r#""x":{"x":1,"alg":"none","x":2},"y":{"x":1}"#, true);
}

#[test]
fn depth_is_no_danger() {
    for depth in [1, 126, 127] {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        assert_members(&format!(r#""x":{open}{close}"#), true);
        assert_members(&format!(r#""x":{open}"[[[[\"[[[[",[]{close}"#), depth < 127);
        assert_members(&format!(r#""x":[{open}{close}]"#), depth < 127);
        assert_members(&format!(r#""x":{open}{{}}{close}"#), depth < 127);
    }
    let (open, close) = ("[".repeat(100_000), "]".repeat(100_000));
    assert_members(&format!(r#""x":{open}{close}"#), false);
    assert_members(&format!(r#""x":{open}"#), false);
    assert_text(&open, false);
    assert_text(&format!("{open}{close}"), false);
    let objects = r#"{"a":"#.repeat(100_000);
    assert_text(&objects, false);
    assert_members(&format!(r#""x":{objects}1{}"#, "}".repeat(100_000)), false);
    for name in ["alg", "kid", "typ"] {
        let json = format!(r#"{{"{name}":{open}{close}}}"#);
        assert_eq!(Header::parse(&json), Err(TokenError::InvalidHeader));
    }
    for name in ["iss", "aud", "exp", "scope"] {
        let json = format!(r#"{{"{name}":{open}{close}}}"#);
        assert_eq!(
            RegisteredClaims::parse(&json),
            Err(TokenError::InvalidClaims)
        );
    }
}
