//! The example `login`.

use serde_json::{Value, json};

use crate::client::Client;
use crate::server::Server;

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn signs_in_renews_and_signs_out() {
    let server = Server::start_example("login");
    let client = Client::new(server.url(""));
    let login = |username: &str, password: &str| {
        let body = json!({"username": username, "password": password});
        let client = client.clone();
        async move { client.post("/login", &body).await }
    };
    assert_eq!(login("alice", "builder").await.status, 401);
    assert_eq!(login("bob", "wonderland").await.status, 401);

    let first = login("alice", "wonderland").await;
    assert_eq!(first.header("cache-control"), "no-store");
    let first = first.json();
    let token = |pair: &Value| pair["access_token"].as_str().unwrap().to_owned();
    let me = client.get_as("/me", &token(&first)).await;
    assert_eq!((me.status.as_u16(), &*me.body), (200, "hello alice\n"));

    let second = client.post("/renew", &first["refresh_token"]).await.json();
    assert_eq!(client.post_as("/logout", &token(&second)).await.status, 200);
    for pair in [first, second] {
        assert_eq!(client.get_as("/me", &token(&pair)).await.status, 401);
        let renewed = client.post("/renew", &pair["refresh_token"]).await;
        assert_eq!(renewed.status, 401);
    }
}
