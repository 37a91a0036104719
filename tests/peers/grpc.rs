//! The gRPC method, by `@grpc/grpc-js`.

use std::path::PathBuf;

use serde_json::{Value, json};
use tower_bearer::Algorithm;
use tower_bearer::test_util::TestIssuer;

use crate::peers::{ISSUER, Peer, claims_with, good_claims, now, run};
use crate::server::Server;

const OK: u8 = 0;
const PERMISSION_DENIED: u8 = 7;
const UNAUTHENTICATED: u8 = 16;

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn a_good_token_is_answered_with_its_claims() {
    let server = Server::with_every_key(&[]);
    let claims = good_claims();
    for peer in Peer::ALL {
        let token = peer.make_one(claims.clone());
        let reply = call(&server, Some(&token));
        assert_eq!(reply["code"], OK, "{peer:?}: {reply}");
        assert_eq!(reply["subject"], "ada", "{peer:?}");
        let told: Value = serde_json::from_str(reply["claims_json"].as_str().unwrap()).unwrap();
        assert_eq!(told, claims, "{peer:?}");
    }
}

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn missing_and_bad_tokens_are_unauthenticated() {
    let server = Server::with_every_key(&[]);
    let expired = Peer::Jose.make_one(claims_with(json!({"exp": now() - 3600})));
    for token in [None, Some("junk"), Some(&expired)] {
        let reply = call(&server, token);
        assert_eq!(reply["code"], UNAUTHENTICATED, "{token:?}: {reply}");
        assert_ne!(reply["message"], "", "{token:?}");
    }
}

/// The example `tonic` demands the scope `whoami`.
#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn a_missing_scope_is_permission_denied() {
    let server = Server::start_example("tonic");
    let issuer = TestIssuer::new(ISSUER, Algorithm::EdDSA);
    let token = issuer.token().audience("my-api").claim("name", "Ada");
    let with_scope = token.clone().claim("scope", "whoami").sign();

    let reply = call(&server, Some(&token.sign()));
    assert_eq!(reply["code"], PERMISSION_DENIED, "{reply}");
    let reply = call(&server, Some(&with_scope));
    assert_eq!(reply["code"], OK, "{reply}");
}

fn call(server: &Server, token: Option<&str>) -> Value {
    let proto = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/examples/resource_server/whoami.proto"
    ));
    let input = json!({
        "proto": proto,
        "address": server.address,
        "token": token,
    });
    run("node", "whoami_client.mjs", &input)
}
