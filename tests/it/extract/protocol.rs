use tower_bearer::extract::WebSocketProtocol;

use super::{NONE, REPEATED, SYNTAX, assert_field_rows, illegal, some};

#[test]
fn the_default_prefix() {
    assert_field_rows(
        &WebSocketProtocol::default(),
        "sec-websocket-protocol",
        &[
            (&[], NONE),
            (&[b""], NONE),
            (&[b"chat.v1"], NONE),
            (&[b"bearer, chat.v1"], NONE),
            (&[b"Bearer.abc"], NONE),
            (&[b"xbearer.abc"], NONE),
            (&[b"bearer.abc.def.ghi"], some("abc.def.ghi")),
            (&[b"chat.v1, bearer.abc.def.ghi"], some("abc.def.ghi")),
            (&[b"bearer.abc.def.ghi,chat.v1"], some("abc.def.ghi")),
            (&[b"\t, ,bearer.abc \t,,chat.v1"], some("abc")),
            (&[b"chat.v1", b"bearer.abc"], some("abc")),
            (&[b"\xff, bearer.abc"], some("abc")),
            (&[b"bearer."], SYNTAX),
            (&[b"bearer. abc"], SYNTAX),
            (&[b"bearer.a b"], SYNTAX),
            (&[b"bearer.abc\xff"], SYNTAX),
            (&[b"bearer.\"abc\""], SYNTAX),
            (&[b"bearer.abc;x"], SYNTAX),
            (&[b"bearer.abc, bearer.abc"], REPEATED),
            (&[b"bearer.abc, bearer."], REPEATED),
            (&[b"bearer.abc", b"chat.v1, bearer.def"], REPEATED),
        ],
    );
}

#[test]
fn another_prefix() {
    assert_field_rows(
        &WebSocketProtocol::new("com.example.token-").unwrap(),
        "sec-websocket-protocol",
        &[
            (&[b"bearer.abc"], NONE),
            (&[b"com.example.token-abc, bearer.def"], some("abc")),
        ],
    );
}

#[test]
fn a_prefix_that_is_none() {
    for prefix in ["", " ", "bearer.,", "a/b", "a=", "é", "a\n"] {
        assert_eq!(
            WebSocketProtocol::new(prefix).unwrap_err().to_string(),
            illegal("subprotocol prefix", prefix),
        );
    }
}
