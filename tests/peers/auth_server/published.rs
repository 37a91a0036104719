//! The documents under `/.well-known`.

use serde_json::json;

use super::{AUDIENCE, AuthServer};
use crate::peers::{ALGORITHMS, folder, run};

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn pyjwt_verifies_by_the_published_keys() {
    for algorithm in ["RS256", "PS256", "ES256", "ES512", "EdDSA"] {
        let server = AuthServer::start(["--algorithm", algorithm]);
        let metadata = server.get("/.well-known/oauth-authorization-server").await;
        assert_eq!(metadata.status, 200, "{metadata:?}");
        let metadata = metadata.json();
        let keys = server.server.url("/.well-known/jwks.json");
        assert_eq!(metadata["issuer"], server.server.url(""));
        assert_eq!(metadata["jwks_uri"], keys);

        // The other has its own key.
        let other = AuthServer::start(["--algorithm", algorithm]);
        let good = server.alice().await.access_token;
        let bad = other.alice().await.access_token;
        let given = json!({
            "jwks_uri": keys,
            "algorithms": ALGORITHMS.map(|(name, _)| name),
            "issuer": metadata["issuer"],
            "audience": AUDIENCE,
            "tokens": [good, bad],
        });
        let python = folder().join(".venv/bin/python");
        let told = tokio::task::spawn_blocking(move || run(python, "check_by_jwks.py", &given));
        let told = told.await.unwrap();
        assert_eq!(told[0]["claims"]["sub"], "alice", "{algorithm}: {told}");
        assert!(told[1]["error"].is_string(), "{algorithm}: {told}");
    }
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn the_keys_may_be_kept_for_a_while() {
    let server = AuthServer::start([""; 0]);
    for path in [
        "/.well-known/jwks.json",
        "/.well-known/oauth-authorization-server",
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "public, max-age=300");
        let known = server.request("GET", path);
        let known = known.header("if-none-match", answer.header("etag"));
        assert_eq!(server.send(known, "").await.status, 304);
    }
}
