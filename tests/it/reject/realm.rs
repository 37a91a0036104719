use tower_bearer::AuthError;
use tower_bearer::reject::Realm;

use super::{EMPTY, reject_in};

#[test]
fn is_escaped() {
    let rows = [
        ("orders", r#"Bearer realm="orders""#),
        ("", r#"Bearer realm="""#),
        ("my \"realm\"", r#"Bearer realm="my \"realm\"""#),
        ("a\\b", r#"Bearer realm="a\\b""#),
        ("\\", r#"Bearer realm="\\""#),
        (r#"\""#, r#"Bearer realm="\\\"""#),
        (
            r#"x", error="invalid_token"#,
            r#"Bearer realm="x\", error=\"invalid_token""#,
        ),
        ("a, Basic realm=b", r#"Bearer realm="a, Basic realm=b""#),
        (" !~ ", r#"Bearer realm=" !~ ""#),
    ];
    for (text, expected) in rows {
        let realm = Realm::new(text).unwrap();
        assert_eq!(realm.as_str(), text);
        let response = reject_in(&realm, EMPTY, &AuthError::MissingToken, None);
        assert_eq!(response.headers()["www-authenticate"], expected);
    }
}

#[test]
fn has_only_visible_ascii_and_spaces() {
    for text in [
        "a\r\nb", "a\nb", "\t", "\u{0}", "\u{7f}", "Zürich", "\u{a0}",
    ] {
        assert_eq!(
            Realm::new(text).unwrap_err().to_string(),
            format!(
                "the realm {text:?} has a character that a challenge must not have: \
                 use ASCII letters, digits, punctuation and spaces"
            ),
        );
    }
}
