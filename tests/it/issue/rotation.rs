use tower_bearer::keys::{KeyProvider, KeyState};
use tower_bearer::{AuthError, TokenError, VerifyingKey};

use super::*;
use crate::jose::SECRET;

fn key(algorithm: Algorithm, name: &str) -> SigningKey {
    signing_key(algorithm).with_key_id(name)
}

fn token(issuer: &TokenIssuer) -> String {
    issuer.access_token("alice").issue().unwrap().into_string()
}

#[track_caller]
fn assert_keys(issuer: &TokenIssuer, expected: &[&str]) {
    let keys = issuer.snapshot();
    let key_ids: Vec<_> = keys
        .keys()
        .iter()
        .filter_map(VerifyingKey::key_id)
        .collect();
    assert_eq!(key_ids, expected);
    let published = well_known::key_ids(issuer);
    assert_eq!(published.len(), expected.len());
    assert!(
        expected
            .iter()
            .all(|id| published.iter().any(|it| it == id))
    );
}

fn world() -> (FixedClock, TokenIssuer) {
    let clock = FixedClock::new();
    let issuer = builder(&clock)
        .key(key(Algorithm::ES256, "a"))
        .build()
        .unwrap();
    (clock, issuer)
}

#[test]
fn the_old_key_stays_until_its_last_token_has_expired() {
    let (clock, issuer) = world();
    let verifier = verifier(&issuer, &clock);
    let accepts = |token: &str| verifier.verify_now(token).is_ok();
    let first = token(&issuer);
    issuer.clone().rotate(key(Algorithm::EdDSA, "b")).unwrap();
    assert_keys(&issuer, &["a", "b"]);
    let second = token(&issuer);
    assert!(second.len() != first.len() || second != first);
    let header = tower_bearer::dangerous::decode_unverified_header(&second).unwrap();
    assert_eq!(header.key_id(), Some("b"));
    assert!(accepts(&first) && accepts(&second));

    clock.advance(secs(KEPT - 1));
    assert!(accepts(&first), "within the leeway");
    assert_keys(&issuer, &["a", "b"]);
    clock.advance(secs(1));
    assert_keys(&issuer, &["b"]);
    assert_eq!(
        verifier.verify_now(&first).map(|_| ()),
        Err(AuthError::InvalidToken(TokenError::Expired))
    );
    let third = token(&issuer);
    assert!(accepts(&third));
    assert_eq!(issuer.status().state, KeyState::Fresh);
}

#[test]
fn several_rotations_overlap() {
    let (clock, issuer) = world();
    clock.advance(secs(100));
    issuer.rotate(key(Algorithm::EdDSA, "b")).unwrap();
    clock.advance(secs(100));
    issuer.rotate(key(Algorithm::RS256, "c")).unwrap();
    assert_keys(&issuer, &["a", "b", "c"]);
    clock.advance(secs(KEPT - 100));
    assert_keys(&issuer, &["b", "c"]);
    clock.advance(secs(100));
    assert_keys(&issuer, &["c"]);
}

#[test]
fn a_key_is_published_before_it_signs() {
    let (clock, issuer) = world();
    issuer
        .publish(key(Algorithm::EdDSA, "b").verifying_key())
        .unwrap();
    issuer
        .publish(key(Algorithm::EdDSA, "b").verifying_key())
        .unwrap();
    assert_keys(&issuer, &["a", "b"]);
    clock.advance(secs(10 * KEPT));
    assert_keys(&issuer, &["a", "b"]);
    issuer.rotate(key(Algorithm::EdDSA, "b")).unwrap();
    assert_keys(&issuer, &["a", "b"]);
    clock.advance(secs(KEPT));
    assert_keys(&issuer, &["b"]);
}

#[test]
fn a_key_can_come_back() {
    let (clock, issuer) = world();
    let before = token(&issuer);
    issuer.rotate(key(Algorithm::EdDSA, "b")).unwrap();
    clock.advance(secs(KEPT - 1));
    issuer.rotate(key(Algorithm::ES256, "a")).unwrap();
    clock.advance(secs(KEPT - 1));
    assert_keys(&issuer, &["a", "b"]);
    clock.advance(secs(1));
    assert_keys(&issuer, &["a"]);
    assert!(
        verifier(&issuer, &FixedClock::new())
            .verify_now(&before)
            .is_ok()
    );
    // The key of a retired one is to stay, now that it is published for good.
    issuer.rotate(key(Algorithm::EdDSA, "b")).unwrap();
    issuer
        .publish(key(Algorithm::ES256, "a").verifying_key())
        .unwrap();
    clock.advance(secs(KEPT));
    assert_keys(&issuer, &["a", "b"]);
}

#[test]
fn what_changes_nothing() {
    let (clock, issuer) = world();
    issuer.rotate(key(Algorithm::ES256, "a")).unwrap();
    issuer
        .publish(key(Algorithm::ES256, "a").verifying_key())
        .unwrap();
    clock.advance(secs(KEPT));
    assert_keys(&issuer, &["a"]);
}

#[test]
fn a_mistake_changes_nothing() {
    let (_, issuer) = world();
    issuer
        .publish(key(Algorithm::EdDSA, "b").verifying_key())
        .unwrap();
    for key_id in ["a", "b"] {
        let text = format!(
            "two keys of the issuer have the `kid` {key_id:?}: rename one with `with_key_id`"
        );
        let other = || key(Algorithm::ES384, key_id);
        assert_error(issuer.rotate(other()), &text);
        assert_error(issuer.publish(other().verifying_key()), &text);
    }
    assert_error(
        issuer.rotate(SigningKey::from_secret(Algorithm::HS256, SECRET).unwrap()),
        "the secret has no `kid`: name it with `with_key_id`",
    );
    assert_keys(&issuer, &["a", "b"]);
    let header = tower_bearer::dangerous::decode_unverified_header(token(&issuer)).unwrap();
    assert_eq!(header.key_id(), Some("a"));
}

/// While keys are replaced all the time, no token is refused. By HMAC, which is fast with either
/// back end, so that much happens at once.
#[test]
fn under_load() {
    let clock = FixedClock::new();
    let issuer = builder(&clock)
        .key(key(Algorithm::HS256, "a"))
        .build()
        .unwrap();
    let verifier = verifier(&issuer, &clock);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..500 {
                    verifier.verify_now(token(&issuer)).unwrap();
                }
            });
        }
        for round in 0..100 {
            issuer
                .rotate(key(Algorithm::HS256, &format!("round {round}")))
                .unwrap();
            clock.advance(secs(9));
        }
    });
    assert_eq!(issuer.snapshot().len(), 101);
    clock.advance(secs(KEPT - 9));
    assert_eq!(issuer.snapshot().len(), 1);
}
