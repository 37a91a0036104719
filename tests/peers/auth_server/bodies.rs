//! Malformed bodies.

use serde_json::json;

use super::AuthServer;

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn bad_bodies_are_told_so_in_json() {
    let server = AuthServer::start([""; 0]);
    let deep = format!("{}{}", "[".repeat(2000), "]".repeat(2000));
    let long = json!({"username": "alice", "password": "x".repeat(10_000)}).to_string();
    let bodies: [(&[u8], u16); 12] = [
        (b"", 400),
        (b"{", 400),
        (b"null", 400),
        (b"[]", 400),
        (b"\xff", 400),
        (deep.as_bytes(), 400),
        (b"{}", 400),
        (br#"{"username": "alice"}"#, 400),
        (br#"{"username": 1, "password": true}"#, 400),
        (br#"{"username": null, "password": []}"#, 400),
        (br#"{"refresh_token": {"a": 1}}"#, 400),
        (long.as_bytes(), 413),
    ];
    for path in ["/login", "/refresh"] {
        for (body, status) in bodies {
            let answer = server.post_text(path, body.to_vec()).await;
            assert_eq!(answer.status, status, "{path} {body:?}: {answer:?}");
            answer.assert(status, &json!({"error": "invalid_request"}));
        }
        // What another site's form can send.
        for content_type in ["", "text/plain", "application/x-www-form-urlencoded"] {
            let request = server
                .request("POST", path)
                .header("content-type", content_type);
            let body = r#"{"username":"alice","password":"wonderland"}"#;
            let answer = server.send(request, body).await;
            answer.assert(415, &json!({"error": "invalid_request"}));
        }
        assert_eq!(server.get(path).await.status, 405);
    }
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn nothing_that_is_sent_comes_back() {
    let server = AuthServer::start([""; 0]);
    for body in [
        json!({"username": "marker", "password": "marker"}),
        json!({"username": ["marker"], "password": "marker"}),
        json!({"refresh_token": "marker"}),
        json!({"marker": "marker"}),
    ] {
        for path in ["/login", "/refresh", "/marker"] {
            let answer = server.post(path, &body).await;
            assert!(answer.status.is_client_error(), "{answer:?}");
            assert!(!format!("{answer:?}").contains("marker"), "{answer:?}");
        }
    }
}
