//! Others accept our tokens.

use std::fs;

use tower_bearer::Algorithm;
use tower_bearer::jose::{KeyFamily, SigningKey};
use tower_bearer::test_util::TestIssuer;

use crate::peers::{ALGORITHMS, AUDIENCE, ISSUER, Peer, good_claims, private_key};

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn tokens_of_ours_are_accepted_by_peers() {
    for peer in Peer::ALL {
        let tokens: Vec<_> = ALGORITHMS
            .into_iter()
            .filter(|(alg, _)| peer.knows(alg))
            .map(|(alg, _)| (alg, token_of_ours(alg, 300)))
            .collect();
        for ((alg, _), answer) in tokens.iter().zip(peer.check(&tokens)) {
            assert_eq!(answer["claims"]["sub"], "ada", "{peer:?} {alg}: {answer}");
        }
    }
}

/// Shows that the peers check at all.
#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn expired_tokens_of_ours_are_refused_by_peers() {
    for peer in Peer::ALL {
        let answer = &peer.check(&[("ES256", token_of_ours("ES256", -300))])[0];
        assert!(answer["error"].is_string(), "{peer:?}: {answer}");
    }
}

fn token_of_ours(alg: &str, expires_in: i64) -> String {
    let algorithm: Algorithm = alg.parse().unwrap();
    let bytes = fs::read(private_key(alg)).unwrap();
    let key = match algorithm.family() {
        KeyFamily::Hmac => SigningKey::from_secret(algorithm, bytes),
        _ => SigningKey::from_pem(algorithm, String::from_utf8(bytes).unwrap()),
    };
    TestIssuer::new(ISSUER, algorithm)
        .key(key.unwrap())
        .token()
        .claims(good_claims())
        .audience(AUDIENCE)
        .expires_in(expires_in)
        .sign()
}
