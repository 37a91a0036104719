//! Others' tokens are accepted here, and refused if they must be.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::http::get;
use crate::peers::{ALGORITHMS, Peer, claims_with, good_claims, jwk_set};
use crate::server::Server;

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn tokens_of_peers_are_accepted_by_keys_without_kid() {
    let server = Server::with_every_key(&[]);
    for peer in Peer::ALL {
        accepts_each_algorithm(&server, peer, &json!({}));
        accepts_each_algorithm(&server, peer, &json!({"kid": "any"}));
    }
}

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn tokens_of_peers_are_accepted_by_a_jwk_set_of_jose() {
    // Two keys of one algorithm, so that only `kid` distinguishes them.
    let set = jwk_set(&[
        ("RS256", "r"),
        ("PS256", "p"),
        ("ES256", "e"),
        ("EdDSA", "d"),
    ]);
    let (_folder, server) = with_jwk_set(&set);

    for peer in Peer::ALL {
        for (alg, kid) in [
            ("RS256", "r"),
            ("PS256", "p"),
            ("ES256", "e"),
            ("EdDSA", "d"),
        ] {
            let token = &peer.make(&[(alg, json!({"kid": kid}), good_claims())])[0];
            let response = get(&server.url("/whoami"), Some(token));
            assert_eq!(response.status, 200, "{peer:?} {alg}: {response:?}");
        }
        // The keys are good, but not for these: a JWK with `alg` permits only that one.
        for (alg, kid) in [("RS256", "p"), ("RS384", "r"), ("RS256", "unknown")] {
            let token = &peer.make(&[(alg, json!({"kid": kid}), good_claims())])[0];
            let response = get(&server.url("/whoami"), Some(token));
            assert_eq!(response.status, 401, "{peer:?} {alg} {kid}: {response:?}");
        }
    }
}

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn unacceptable_tokens_of_peers_are_refused() {
    let server = Server::with_every_key(&[]);
    let now = crate::peers::now();
    let unacceptable: BTreeMap<_, _> = [
        ("expired", json!({"exp": now - 3600})),
        ("not yet valid", json!({"nbf": now + 3600})),
        ("issued in the future", json!({"iat": now + 3600})),
        ("other issuer", json!({"iss": "https://else.example.com"})),
        ("other audience", json!({"aud": "else"})),
        ("no audience", json!({"aud": []})),
        ("without exp", json!({"exp": null})),
        ("bound to a sender", json!({"cnf": {"jkt": "x"}})),
    ]
    .into();

    for peer in Peer::ALL {
        for (why, claims) in &unacceptable {
            let token = peer.make_one(claims_with(claims.clone()));
            let response = get(&server.url("/whoami"), Some(&token));
            assert_eq!(response.status, 401, "{peer:?}, {why}: {response:?}");
            assert!(
                response
                    .header("www-authenticate")
                    .unwrap()
                    .starts_with("Bearer error=\"invalid_token\""),
                "{peer:?}, {why}: {response:?}"
            );
        }
    }
}

fn accepts_each_algorithm(server: &Server, peer: Peer, header: &Value) {
    let wanted: Vec<_> = ALGORITHMS
        .into_iter()
        .filter(|(alg, _)| peer.knows(alg))
        .map(|(alg, _)| (alg, header.clone(), good_claims()))
        .collect();
    for ((alg, _, claims), token) in wanted.iter().zip(peer.make(&wanted)) {
        let response = get(&server.url("/whoami"), Some(&token));
        assert_eq!(response.status, 200, "{peer:?} {alg}: {response:?}");
        let body = response.json();
        assert_eq!(body["claims"], *claims, "{peer:?} {alg}");
        assert_eq!(body["header"]["alg"], *alg, "{peer:?}");
    }
}

fn with_jwk_set(set: &Value) -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jwks.json");
    fs::write(&file, set.to_string()).unwrap();
    let server = Server::start([
        "--jwks",
        file.to_str().unwrap(),
        "--issuer",
        crate::peers::ISSUER,
        "--audience",
        crate::peers::AUDIENCE,
    ]);
    (folder, server)
}
