use http::{Method, Request};
use tower_bearer::RequestHead;

fn assert_copy<T: Copy + Send + Sync>(_: T) {}

#[track_caller]
fn assert_head(head: RequestHead<'_>) {
    assert_copy(head);
    assert_eq!(head.method(), Method::PUT);
    assert_eq!(head.uri(), "https://secret:secret@host/a%20b?token=secret");
    assert_eq!(head.headers()["authorization"], "Bearer secret");
    assert_eq!(head.extensions().get(), Some(&7_u8));
    // Neither the query, nor the authority, nor a header.
    assert_eq!(
        format!("{head:?}"),
        r#"RequestHead { method: PUT, path: "/a%20b", .. }"#
    );
}

#[test]
fn of_a_request_or_its_parts() {
    let request = Request::put("https://secret:secret@host/a%20b?token=secret")
        .header("authorization", "Bearer secret")
        .extension(7_u8)
        .body("body")
        .unwrap();
    assert_head(RequestHead::from(&request));
    let (parts, _) = request.into_parts();
    assert_head(RequestHead::from(&parts));
}
