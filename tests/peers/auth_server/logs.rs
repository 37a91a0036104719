//! The log.

use std::fs::{self, File};

use serde_json::json;

use super::{AuthServer, pair};
use crate::server::Server;

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn no_secret_is_logged_at_any_level() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let server = AuthServer::of(Server::auth_logging_to(File::create(&log).unwrap()));
    let first = server.alice().await;
    let second = pair(&server.refresh(&first.refresh_token).await);
    server.get_as("/profile", &second.access_token).await;
    server.post_as("/logout", &second.access_token).await;
    server.get_as("/protected", &second.access_token).await;
    server.refresh(&first.refresh_token).await;
    server.try_login("alice", "a wrong guess").await;
    let credentials = json!({"username": "bob", "password": "builder"});
    let page = server.post("/session/login", &credentials).await;
    let csrf_token = page.json()["csrf_token"].as_str().unwrap().to_owned();
    drop(server);

    let log = fs::read_to_string(log).unwrap();
    assert!(log.contains("token accepted"), "{log}");
    for secret in [
        "wonderland",
        "builder",
        "a wrong guess",
        "$argon2id$",
        &csrf_token,
        signature(&first.access_token),
        signature(&second.access_token),
        &first.refresh_token,
        &second.refresh_token,
    ] {
        assert!(!log.contains(secret), "{secret}");
    }
}

fn signature(token: &str) -> &str {
    token.rsplit('.').next().unwrap()
}
