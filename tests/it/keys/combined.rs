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

fn verifier(keys: Combined) -> Verifier {
    let builder = Verifier::builder().issuer("issuer", keys).any_audience();
    builder.build().unwrap()
}

const UNKNOWN: AuthError = AuthError::InvalidToken(TokenError::UnknownKey);

#[test]
fn the_least_time_that_one_asks_for_is_told() {
    let silent = Replaceable::default();
    let speaking = |secs| Replaceable {
        unavailable: Some(Duration::from_secs(secs)),
        ..Replaceable::default()
    };
    let (two, one) = (speaking(2), speaking(1));
    let combined = Combined::default()
        .and(silent.clone())
        .and(two.clone())
        .and(one.clone());
    let issuer = TestIssuer::new("issuer", Algorithm::HS256);
    let verify = |keys: Combined| {
        let verified = verifier(keys).verify_now(issuer.token().sign());
        verified.map(|_| ()).unwrap_err()
    };
    assert_eq!(
        verify(combined),
        AuthError::KeysUnavailable(Duration::from_secs(1))
    );
    let asked = [&silent, &two, &one].map(|keys| keys.asked.load(Ordering::Relaxed));
    assert_eq!(asked, [1, 1, 1]);
    let combined = Combined::default().and(silent);
    assert_eq!(verify(combined), UNKNOWN);
    assert_eq!(verify(Combined::default()), UNKNOWN);
}

/// Brings a key, or nothing, when it is asked for one; or never comes back.
struct Fetching {
    keys: Arc<Mutex<KeySet>>,
    brings: Option<KeySet>,
    result: Option<Result<(), AuthError>>,
}

impl Fetching {
    fn ending(brings: Option<VerifyingKey>, result: Option<Result<(), AuthError>>) -> Self {
        Self {
            keys: Arc::default(),
            brings: brings.map(KeySet::from),
            result,
        }
    }
}

impl KeyProvider for Fetching {
    fn snapshot(&self) -> KeySet {
        self.keys.lock().unwrap().clone()
    }

    fn refresh(&self, _wanted: &WantedKey<'_>) -> Refresh {
        let keys = Arc::clone(&self.keys);
        let (brings, result) = (self.brings.clone(), self.result.clone());
        Refresh::Pending(Box::pin(async move {
            let Some(result) = result else {
                return std::future::pending().await;
            };
            if let Some(brought) = brings {
                *keys.lock().unwrap() = brought;
            }
            result
        }))
    }
}

#[tokio::test]
async fn an_outage_of_one_keeps_no_key_of_another_away() {
    let issuer = TestIssuer::new("issuer", Algorithm::HS256);
    let token = issuer.token().sign();
    let key = issuer.verifying_key();
    let down = AuthError::KeysUnavailable(Duration::from_secs(7));
    let away = Replaceable {
        unavailable: Some(Duration::from_secs(7)),
        ..Replaceable::default()
    };
    let brings = || Fetching::ending(Some(key.clone()), Some(Ok(())));
    let empty = || Fetching::ending(None, Some(Ok(())));
    let fails = || Fetching::ending(None, Some(Err(down.clone())));
    let hangs = || Fetching::ending(None, None);
    let verify = async |keys: Combined| verifier(keys).verify(&token).await.map(|_| ());

    let combined = Combined::default();
    assert_eq!(
        verify(combined.and(away.clone()).and(brings())).await,
        Ok(())
    );
    let combined = Combined::default().and(hangs()).and(fails());
    assert_eq!(verify(combined.and(empty()).and(brings())).await, Ok(()));

    // Where one could not tell, the token may be good.
    let combined = Combined::default().and(empty()).and(fails());
    assert_eq!(verify(combined).await, Err(down.clone()));
    let combined = Combined::default().and(away).and(empty());
    assert_eq!(verify(combined).await, Err(down.clone()));
    let combined = Combined::default().and(empty()).and(empty());
    assert_eq!(verify(combined).await, Err(UNKNOWN));
}
