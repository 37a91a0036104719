//! Tenants that are added at run time.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use loom::sync::atomic::Ordering;
use tower_bearer::keys::{KeyProvider, KeySet};
use tower_bearer::test_util::TestIssuer;
use tower_bearer::verify::{Cache, Tenants};
use tower_bearer::{Algorithm, Verifier};

use super::*;

/// Keys that count their instances.
struct Counted(KeySet, Arc<AtomicUsize>);

impl KeyProvider for Counted {
    fn snapshot(&self) -> KeySet {
        self.0.clone()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.1.fetch_sub(1, Ordering::Relaxed);
    }
}

fn issuer(name: &str) -> TestIssuer {
    TestIssuer::new(name, Algorithm::HS256)
}

/// Two tokens of one tenant and one of another arrive at once, each tenant's first: all are
/// accepted, and each tenant ends up with one provider.
#[test]
fn each_tenant_comes_once() {
    let tokens: [Arc<str>; 2] = ["a", "b"].map(|name| issuer(name).token().sign().into());
    explore("tenants, first tokens", move || {
        let living = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&living);
        let tenants = Tenants::new(
            |_| true,
            move |name| {
                counted.fetch_add(1, Ordering::Relaxed);
                let keys = issuer(name).verifying_key().into();
                Ok(Counted(keys, Arc::clone(&counted)))
            },
        );
        let verifier = Verifier::builder().tenants(tenants).any_audience();
        let verifier = verifier.cache(Cache::disabled()).build().unwrap();
        let verifying = [0, 1].map(|which| {
            let (verifier, token) = (verifier.clone(), Arc::clone(&tokens[which]));
            spawn(move || drop(verifier.verify_now(&*token).unwrap()))
        });
        verifier.verify_now(&*tokens[0]).unwrap();
        for thread in verifying {
            thread.join().unwrap();
        }
        assert_eq!(living.load(Ordering::Relaxed), 2);
        for token in &tokens {
            verifier.verify_now(&**token).unwrap();
        }
        assert_eq!(living.load(Ordering::Relaxed), 2);
    });
}
