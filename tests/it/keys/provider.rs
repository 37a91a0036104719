use std::sync::{Arc, RwLock};

use tower_bearer::keys::{Refresh, WantedKey};
use tower_bearer::test_util::TestIssuer;
use tower_bearer::{AuthError, TokenError, Verifier};

use super::*;

#[test]
fn keys_closures_and_pointers_are_providers() {
    let set: KeySet = [named(1, "a"), named(2, "b")].into_iter().collect();
    assert_provides(&named(1, "a"), &[Some("a")]);
    assert_provides(&set, &[Some("a"), Some("b")]);
    assert_provides(&Arc::new(named(1, "a")), &[Some("a")]);
    let object: Arc<dyn KeyProvider> = Arc::new(set.clone());
    assert_provides(&object, &[Some("a"), Some("b")]);
    assert_provides(&move || set.clone(), &[Some("a"), Some("b")]);
    assert_provides(&KeySet::default, &[]);
}

#[test]
fn keys_are_read_anew_for_each_token() {
    let issuer = TestIssuer::new("issuer", Algorithm::HS256);
    let keys = Arc::new(RwLock::new(KeySet::default()));
    let shared = Arc::clone(&keys);
    let verifier = Verifier::builder()
        .issuer("issuer", move || shared.read().unwrap().clone())
        .any_audience()
        .build()
        .unwrap();
    let token = issuer.token().sign();
    let refused = |reason: TokenError| Err(AuthError::from(reason));
    let verify = || verifier.verify_now(&token).map(|_| ());
    assert_eq!(verify(), refused(TokenError::UnknownKey));
    *keys.write().unwrap() = issuer.verifying_key().into();
    assert_eq!(verify(), Ok(()));
    // A key that is taken away is trusted no longer.
    *keys.write().unwrap() = named(1, "hs256").into();
    assert_eq!(verify(), refused(TokenError::BadSignature));
    *keys.write().unwrap() = KeySet::default();
    assert_eq!(verify(), refused(TokenError::UnknownKey));
}

#[test]
fn a_pointer_passes_the_question_on() {
    struct Asked(RwLock<Vec<String>>);
    impl KeyProvider for Asked {
        fn snapshot(&self) -> KeySet {
            KeySet::default()
        }

        fn refresh(&self, wanted: &WantedKey<'_>) -> Refresh {
            self.0
                .write()
                .unwrap()
                .push(format!("{:?} {}", wanted.key_id, wanted.algorithm));
            Refresh::Unchanged
        }
    }
    let keys = Arc::new(Asked(RwLock::default()));
    let object: Arc<dyn KeyProvider> = Arc::<Asked>::clone(&keys);
    let verifier = Verifier::builder().issuer("issuer", object).any_audience();
    let verifier = verifier.build().unwrap();
    let issuer = TestIssuer::new("issuer", Algorithm::HS256);
    assert!(verifier.verify_now(issuer.token().sign()).is_err());
    assert!(
        verifier
            .verify_now(issuer.token().without_header("kid").sign())
            .is_err()
    );
    assert_eq!(
        *keys.0.read().unwrap(),
        [r#"Some("hs256") HS256"#, "None HS256"]
    );
}

#[test]
fn answers_show_what_they_are() {
    use std::time::Duration;

    let pending = Refresh::Pending(Box::pin(async { Ok(()) }));
    assert_eq!(format!("{pending:?}"), "Pending");
    assert_eq!(format!("{:?}", Refresh::Unchanged), "Unchanged");
    let unavailable = Refresh::Unavailable(Duration::from_secs(1));
    assert_eq!(format!("{unavailable:?}"), "Unavailable(1s)");
}

#[test]
fn what_a_token_wants_is_not_shown() {
    let issuer = TestIssuer::new("issuer", Algorithm::HS256);
    let verifier = Verifier::builder()
        .issuer("issuer", Shown)
        .any_audience()
        .build()
        .unwrap();
    let token = issuer.token().header("kid", "from-a-stranger").sign();
    assert!(verifier.verify_now(token).is_err());
}

/// Looks at how a wish is shown.
struct Shown;

impl KeyProvider for Shown {
    fn snapshot(&self) -> KeySet {
        KeySet::default()
    }

    fn refresh(&self, wanted: &WantedKey<'_>) -> Refresh {
        assert_eq!(wanted.key_id, Some("from-a-stranger"));
        assert_eq!(format!("{wanted:?}"), "WantedKey { algorithm: HS256, .. }");
        Refresh::Unchanged
    }
}
