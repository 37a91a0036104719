use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tower_bearer::keys::{Combined, Refresh, WantedKey};
use tower_bearer::test_util::TestIssuer;
use tower_bearer::{AuthError, TokenError, Verifier};

use super::*;

/// Keys that can be replaced, and an answer to those who ask for others.
#[derive(Clone, Default)]
struct Replaceable {
    keys: Arc<Mutex<KeySet>>,
    unavailable: Option<Duration>,
    asked: Arc<AtomicUsize>,
}

impl Replaceable {
    fn replace(&self, keys: impl Into<KeySet>) {
        *self.keys.lock().unwrap() = keys.into();
    }
}

impl KeyProvider for Replaceable {
    fn snapshot(&self) -> KeySet {
        self.keys.lock().unwrap().clone()
    }

    fn refresh(&self, _wanted: &WantedKey<'_>) -> Refresh {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.unavailable
            .map_or(Refresh::Unchanged, Refresh::Unavailable)
    }
}

#[test]
fn all_keys_are_there() {
    let combined = Combined::default();
    assert!(combined.is_empty());
    assert_provides(&combined, &[]);
    let set: KeySet = [named(1, "b"), secret(2)].into_iter().collect();
    let combined = combined.and(set).and(named(3, "a")).and(named(1, "b"));
    assert!(!combined.is_empty());
    assert_provides(&combined, &[None, Some("a"), Some("b")]);
    assert_eq!(format!("{combined:?}"), "Combined { providers: 3, .. }");
}

#[test]
fn what_a_part_replaces_is_seen_at_once() {
    let (first, second) = (Replaceable::default(), Replaceable::default());
    let combined = Combined::default().and(first.clone()).and(second.clone());
    assert_provides(&combined, &[]);
    first.replace(named(1, "a"));
    assert_provides(&combined, &[Some("a")]);
    assert_provides(&combined, &[Some("a")]);
    second.replace(named(2, "b"));
    assert_provides(&combined, &[Some("a"), Some("b")]);
    // Equal in number and id, but another key.
    let before = combined.snapshot();
    first.replace(named(3, "a"));
    let after = combined.snapshot();
    let signature = {
        let mut secret = SECRET;
        secret[0] = 3;
        let key = SigningKey::from_secret(Algorithm::HS256, secret).unwrap();
        key.sign(b"message").unwrap()
    };
    let verifies = |keys: &KeySet| keys.keys()[0].verify(Algorithm::HS256, b"message", &signature);
    assert!(!verifies(&before) && verifies(&after));
    first.replace(KeySet::default());
    assert_provides(&combined, &[Some("b")]);
}

#[test]
fn the_first_that_has_something_to_say_is_heard() {
    let silent = Replaceable::default();
    let speaking = |secs| Replaceable {
        unavailable: Some(Duration::from_secs(secs)),
        ..Replaceable::default()
    };
    let (one, two) = (speaking(1), speaking(2));
    let combined = Combined::default()
        .and(silent.clone())
        .and(one.clone())
        .and(two.clone());
    let issuer = TestIssuer::new("issuer", Algorithm::HS256);
    let verify = |keys: Combined| {
        let verifier = <Verifier>::builder().issuer("issuer", keys).any_audience();
        let token = issuer.token().sign();
        verifier
            .build()
            .unwrap()
            .verify_now(token)
            .map(|_| ())
            .unwrap_err()
    };
    assert_eq!(
        verify(combined),
        AuthError::KeysUnavailable(Duration::from_secs(1))
    );
    let asked = [&silent, &one, &two].map(|keys| keys.asked.load(Ordering::Relaxed));
    assert_eq!(asked, [1, 1, 0]);
    let combined = Combined::default().and(silent);
    assert_eq!(verify(combined), TokenError::UnknownKey.into());
    assert_eq!(verify(Combined::default()), TokenError::UnknownKey.into());
}
