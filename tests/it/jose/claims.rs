use tower_bearer::TokenError;
use tower_bearer::jose::{NumericDate, RegisteredClaims};

#[track_caller]
fn parse(json: &str) -> RegisteredClaims {
    RegisteredClaims::parse(json).unwrap()
}

#[track_caller]
fn assert_refuses(json: &str) {
    assert_eq!(
        RegisteredClaims::parse(json),
        Err(TokenError::InvalidClaims),
        "{json}"
    );
}

#[track_caller]
fn assert_scopes(members: &str, expected: &[&str]) {
    let claims = parse(&format!("{{{members}}}"));
    assert_eq!(claims.scopes().collect::<Vec<_>>(), expected, "{members}");
    for scope in expected {
        assert!(claims.has_scope(scope), "{members}");
    }
}

#[test]
fn every_claim_is_read() {
    let claims = parse(
        r#"{"iss":"i","sub":"s","aud":"a","exp":3,"nbf":2,"iat":1.5,"jti":"j","sid":"d","scope":"x","o":{}}"#,
    );
    assert_eq!(claims.issuer(), Some("i"));
    assert_eq!(claims.subject(), Some("s"));
    assert!(claims.audiences().eq(["a"]));
    assert_eq!(claims.expires_at(), Some(NumericDate::from_secs(3)));
    assert_eq!(claims.not_before(), Some(NumericDate::from_secs(2)));
    assert_eq!(claims.issued_at().map(NumericDate::as_secs), Some(1));
    assert_eq!(claims.token_id(), Some("j"));
    assert_eq!(claims.session_id(), Some("d"));
    assert!(claims.scopes().eq(["x"]));
}

#[test]
fn no_claim_is_required_here() {
    let claims = parse("{}");
    assert_eq!(claims.issuer(), None);
    assert_eq!(claims.subject(), None);
    assert_eq!(claims.token_id(), None);
    assert_eq!(claims.session_id(), None);
    assert_eq!(claims.expires_at(), None);
    assert_eq!(claims.not_before(), None);
    assert_eq!(claims.issued_at(), None);
    assert_eq!(claims.audiences().count(), 0);
    assert_eq!(claims.scopes().count(), 0);
    assert!(!claims.has_scope(""));
}

#[test]
fn claims_of_the_wrong_type_are_refused() {
    for name in ["iss", "sub", "jti", "sid"] {
        for value in ["null", "1", "true", "[]", r#"["a"]"#, "{}"] {
            assert_refuses(&format!(r#"{{"{name}":{value}}}"#));
        }
    }
    for name in ["exp", "nbf", "iat"] {
        for value in [
            "null",
            "true",
            "[]",
            "[1]",
            "{}",
            r#""1""#,
            r#""never""#,
            "1e400",
            "-1e400",
            "NaN",
            "0x10",
            "01",
            "+1",
            "1.",
            "-",
        ] {
            assert_refuses(&format!(r#"{{"{name}":{value}}}"#));
        }
    }
    for name in ["aud", "scope", "scp"] {
        for value in [
            "null",
            "1",
            "true",
            "{}",
            "[1]",
            "[null]",
            r#"["a",5]"#,
            r#"["a",["b"]]"#,
            r#"[["a"]]"#,
            r#"["a",{}]"#,
        ] {
            assert_refuses(&format!(r#"{{"{name}":{value}}}"#));
        }
    }
}

#[test]
fn repeated_claims_are_refused() {
    for name in [
        "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "sid", "scope", "scp", "cnf", "other",
    ] {
        let value = if ["exp", "nbf", "iat"].contains(&name) {
            "1"
        } else {
            r#""a""#
        };
        let (first, rest) = name.split_at(1);
        let escaped = format!(r"\u{:04x}{rest}", first.as_bytes()[0]);
        parse(&format!(r#"{{"{name}":{value}}}"#));
        parse(&format!(r#"{{"{escaped}":{value}}}"#));
        assert_refuses(&format!(r#"{{"{name}":{value},"{name}":{value}}}"#));
        assert_refuses(&format!(
            r#"{{"{name}":{value},"x":1,"{escaped}":{value}}}"#
        ));
        assert_refuses(&format!(r#"{{"{escaped}":{value},"{name}":{value}}}"#));
    }
}

#[test]
fn audiences_are_one_or_many() {
    let audiences = |json| {
        parse(json)
            .audiences()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(audiences(r#"{"aud":"a b"}"#), ["a b"]);
    assert_eq!(audiences(r#"{"aud":""}"#), [""]);
    assert_eq!(audiences(r#"{"aud":["a","b","a"]}"#), ["a", "b", "a"]);
    assert_eq!(audiences(r#"{"aud":["\u0061\n"]}"#), ["a\n"]);
    assert!(audiences(r#"{"aud":[]}"#).is_empty());
}

#[test]
fn an_array_has_so_many_texts_and_no_more() {
    for claim in ["aud", "scope", "scp"] {
        let of = |count: usize| format!(r#"{{"{claim}":[{}"x"]}}"#, r#""x","#.repeat(count - 1));
        parse(&of(512));
        assert_refuses(&of(513));
        // Of a text with spaces in it, nothing is kept but itself.
        parse(&format!(r#"{{"{claim}":"{}"}}"#, "x ".repeat(513)));
    }
}

#[test]
fn scopes_stand_between_spaces_or_in_an_array() {
    assert_scopes(r#""scope":"read""#, &["read"]);
    assert_scopes(r#""scope":"read write:all""#, &["read", "write:all"]);
    assert_scopes(r#""scope":"  read  write ""#, &["read", "write"]);
    assert_scopes(r#""scope":"""#, &[]);
    assert_scopes(r#""scope":"   ""#, &[]);
    assert_scopes(r#""scope":["read","write all"]"#, &["read", "write all"]);
    assert_scopes(r#""scope":[]"#, &[]);
    assert_scopes(r#""scp":"read write""#, &["read", "write"]);
    assert_scopes(r#""scp":["read"]"#, &["read"]);
    assert_scopes(r#""scp":["b"],"scope":"a b""#, &["a", "b", "b"]);
    // Only spaces part scopes (RFC 6749, section 3.3).
    assert_scopes(r#""scope":"a\tb c,d\ne""#, &["a\tb", "c,d\ne"]);
    assert_scopes(r#""scope":"a\u00a0b""#, &["a\u{a0}b"]);
}

#[test]
fn scopes_are_compared_as_a_whole_and_to_the_letter() {
    let claims = parse(r#"{"scope":"read:all Write a.b"}"#);
    for absent in [
        "read",
        "all",
        "read:",
        "READ:ALL",
        "write",
        "read:all Write",
        "read:all ",
        " ",
        "",
        "a",
    ] {
        assert!(!claims.has_scope(absent), "{absent:?}");
    }
    // Not a scope by its grammar, and still never one that everybody has.
    assert!(!parse(r#"{"scope":" "}"#).has_scope(""));
}

#[test]
fn debug_shows_no_value() {
    let claims = parse(r#"{"iss":"secret","sub":"secret","aud":["secret"],"exp":1234567890}"#);
    assert_eq!(format!("{claims:?}"), "RegisteredClaims { .. }");
}

#[test]
fn claims_are_kept_to_the_letter() {
    for len in [0, 1, 62, 63, 64, 65, 4094, 4096, 5000, 300_000] {
        let text = "\u{e9}".repeat(len);
        let json = format!(r#"{{"jti":"{text}","sub":"a","aud":["","{text}"],"scp":["x y"]}}"#);
        let claims = parse(&json);
        assert_eq!(claims.token_id(), Some(&*text));
        assert_eq!(claims.subject(), Some("a"));
        assert!(claims.audiences().eq(["", &text]));
        assert!(claims.scopes().eq(["x y"]));
    }
    for date in [
        "0",
        "1",
        "63",
        "64",
        "1700000000",
        "1700000000.5",
        "1700000000.000000238",
        "0.999999999",
        "9223372036854775807",
        "1e-9",
    ] {
        let claims = parse(&format!(
            r#"{{"exp":{date},"sub":"a","nbf":1,"iat":{date}}}"#
        ));
        let date: NumericDate = serde_json::from_str(date).unwrap();
        assert_eq!(claims.expires_at(), Some(date));
        assert_eq!(claims.issued_at(), Some(date));
        assert_eq!(claims.not_before(), Some(NumericDate::from_secs(1)));
        assert_eq!(claims.subject(), Some("a"));
    }
}
