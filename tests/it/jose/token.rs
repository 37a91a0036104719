use tower_bearer::TokenError;
use tower_bearer::jose::Token;

#[track_caller]
fn assert_parts(text: &str, header: &str, payload: &str, signature: &str) {
    let token = Token::parse(text.as_bytes()).unwrap();
    assert_eq!(token.as_bytes(), text.as_bytes());
    assert_eq!(token.header(), header.as_bytes());
    assert_eq!(token.payload(), payload.as_bytes());
    assert_eq!(token.signature(), signature.as_bytes());
    assert_eq!(
        token.signing_input(),
        format!("{header}.{payload}").as_bytes()
    );
}

#[test]
fn two_dots_make_three_parts() {
    assert_parts("a.b.c", "a", "b", "c");
    assert_parts("abc.defg.hi", "abc", "defg", "hi");
    assert_parts("a.b.", "a", "b", "");
    assert_parts("a..c", "a", "", "c");
    assert_parts(".b.c", "", "b", "c");
    assert_parts("..", "", "", "");
    // The content of the parts is not checked here.
    assert_parts("= \n.%2E.ä", "= \n", "%2E", "ä");
}

#[test]
fn anything_else_is_malformed() {
    for text in [
        "",
        ".",
        "a",
        "a.b",
        "...",
        "a.b.c.",
        ".a.b.c",
        "a.b.c.d",
        "a.b.c.d.e",
        "a\u{ff0e}b\u{ff0e}c",
        "a\u{3002}b\u{3002}c",
        "a%2Eb%2Ec",
        &".".repeat(100_000),
        &format!("a.b.{}", "c.".repeat(8_000)),
    ] {
        assert_eq!(Token::parse(text.as_bytes()), Err(TokenError::Malformed));
    }
}

#[test]
fn debug_shows_the_length_only() {
    let token = Token::parse(b"header.payload.signature").unwrap();
    assert_eq!(format!("{token:?}"), "Token { len: 24, .. }");
    assert_eq!(format!("{token:#?}"), "Token {\n    len: 24,\n    ..\n}");
}
