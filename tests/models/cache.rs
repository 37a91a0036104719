//! The cache.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use arc_swap::ArcSwap;
use loom::sync::atomic::{AtomicBool, Ordering};
use tower_bearer::keys::{KeyProvider, KeySet};
use tower_bearer::test_util::TestIssuer;
use tower_bearer::verify::Cache;
use tower_bearer::{Algorithm, AuthError, TokenError, Verifier};

use super::*;

const ISSUER: &str = "issuer";
const UNKNOWN: AuthError = AuthError::InvalidToken(TokenError::UnknownKey);

fn issuer() -> TestIssuer {
    TestIssuer::new(ISSUER, Algorithm::HS256)
}

/// Keys that are withdrawn at some time.
#[derive(Clone)]
struct Keys(Arc<ArcSwap<KeySet>>);

impl Keys {
    fn new() -> Self {
        let keys = KeySet::from(issuer().verifying_key());
        Self(Arc::new(ArcSwap::from_pointee(keys)))
    }

    fn withdraw(&self) {
        self.0.store(Arc::default());
    }
}

impl KeyProvider for Keys {
    fn snapshot(&self) -> KeySet {
        KeySet::clone(&self.0.load())
    }
}

/// Claims that count their instances.
struct Counted;

static LIVING: AtomicUsize = AtomicUsize::new(0);

impl<'de> serde::Deserialize<'de> for Counted {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer)?;
        LIVING.fetch_add(1, Ordering::Relaxed);
        Ok(Self)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        LIVING.fetch_sub(1, Ordering::Relaxed);
    }
}

fn living() -> usize {
    LIVING.load(Ordering::Relaxed)
}

fn verifier(keys: &Keys, cache: Cache) -> Verifier<Counted> {
    let builder = Verifier::typed().issuer(ISSUER, keys.clone());
    builder.any_audience().cache(cache).build().unwrap()
}

/// The 32nd lookup of a cached token makes it hot in its thread's lane. Two threads are about to
/// make that lookup when the key is withdrawn. No verification that starts after that accepts,
/// whether the token is cached or hot. Once it was refused, nothing holds it.
#[test]
fn nobody_accepts_after_the_key_is_gone() {
    let token: Arc<str> = issuer().token().sign().into();
    explore("cache, a key that goes", move || {
        let keys = Keys::new();
        let verifier = verifier(&keys, Cache::default());
        // All but one of the lookups of the lane that this odd-numbered thread shares with the next
        // but one.
        for _ in 0..31 {
            assert!(verifier.verify_now(&*token).is_ok());
        }
        let is_gone = Arc::new(AtomicBool::new(false));
        let verifying = [(); 2].map(|()| {
            let (verifier, token) = (verifier.clone(), Arc::clone(&token));
            let is_gone = Arc::clone(&is_gone);
            spawn(move || {
                let must_refuse = is_gone.load(Ordering::Acquire);
                match verifier.verify_now(&*token) {
                    Ok(_) => assert!(!must_refuse, "accepted after its key was withdrawn"),
                    Err(error) => assert_eq!(error, UNKNOWN),
                }
            })
        });
        keys.withdraw();
        is_gone.store(true, Ordering::Release);
        assert_eq!(verifier.verify_now(&*token).map(drop).unwrap_err(), UNKNOWN);
        for thread in verifying {
            thread.join().unwrap();
        }
        assert_eq!(verifier.verify_now(&*token).map(drop).unwrap_err(), UNKNOWN);
        assert_eq!(living(), 0, "what was refused is still held");
    });
}
