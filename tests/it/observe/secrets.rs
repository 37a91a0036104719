use std::collections::HashSet;
use std::time::Duration;

use futures::FutureExt;
use serde_json::json;
use tower::{Layer, Service, service_fn};
use tower_bearer::test_util::sign;
use tower_bearer::{AuthError, RequireLayer};

use super::logged;
use crate::auth::{LateKeys, NoKeys, World, bearer, whoami};

/// Whatever a client sends, no log line is above `debug`, and none contains eight consecutive
/// characters of a token, a claim, or the key.
#[test]
fn no_secret_is_logged() {
    let world = World::new();
    let token = || {
        world
            .token()
            .claim("scope", "scope-of-client")
            .subject("subject-of-client")
    };
    let tokens = [
        token().sign(),
        token().claim("jti", "identifier-of-client").sign(),
        token().expires_in(-3600).sign(),
        token().claim("aud", "audience-of-client").sign(),
        token().claim("iss", "issuer-of-client").sign(),
        token().claim("nbf", "not-before-of-client").sign(),
        token().claim("cnf", "confirmation-of-client").sign(),
        token().header("alg", "algorithm-of-client").sign(),
        token().header("kid", "key-of-client").sign(),
        token().header("crit", ["critical-of-client"]).sign(),
        token().header("typ", "type-of-client").sign(),
        token()
            .header("jwk", json!({ "kty": "EC", "d": "private-of-client" }))
            .sign(),
        token()
            .header("kid", "\r\nWARN key-of-client\u{2028}")
            .sign(),
        sign(
            world.issuer.signing_key(),
            "header-of-client",
            "claims-of-client",
        ),
        format!("{}{}", token().sign(), "x".repeat(20_000)),
        "no.token.of-client".to_owned(),
        "syntax of-client".to_owned(),
    ];
    let mut secrets: HashSet<Vec<u8>> = HashSet::new();
    let mut add = |text: &[u8]| secrets.extend(text.windows(8).map(<[u8]>::to_vec));
    for token in &tokens {
        add(token.as_bytes());
    }
    add(&[0x5a; 64]);
    add("5a".repeat(64).as_bytes());

    let keys = LateKeys::default();
    let log = logged(|| {
        for layer in [
            world.layer(),
            world.layer_with(NoKeys(Duration::from_secs(7))),
            world.layer_with(keys.clone()),
        ] {
            let require = RequireLayer::scope("admin").layer(service_fn(whoami));
            let mut service = layer.layer(require);
            for token in &tokens {
                let future = service.call(bearer(token));
                keys.fail(AuthError::KeysUnavailable(Duration::ZERO));
                drop(future.now_or_never().unwrap());
            }
        }
    });
    assert!(log.lines().count() >= 3 * tokens.len(), "{log}");
    for line in log.lines() {
        assert!(line.starts_with("DEBUG "), "{line}");
        assert!(!line.contains("of-client"), "{line}");
        for window in line.as_bytes().windows(8) {
            assert!(!secrets.contains(window), "{line}");
        }
    }
}
