//! A sign-out everywhere during a session's renewal.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures::FutureExt;
use loom::sync::atomic::{AtomicU64, Ordering};
use tower_bearer::verify::{Clock, Revocation, RevocationList};
use tower_bearer::{Algorithm, Verifier};
use tower_bearer_issuer::TokenIssuer;
use tower_bearer_issuer::store::MemoryStore;
use tower_bearer_issuer::{Grant, RefreshTokens};

use super::*;

const ISSUER: &str = "issuer";

/// Token times in whole seconds, counted from a day in 2026.
#[derive(Clone)]
struct Seconds(Arc<AtomicU64>);

impl Clock for Seconds {
    fn now(&self) -> SystemTime {
        let seconds = 1_767_225_600 + self.0.load(Ordering::SeqCst);
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }
}

/// An access token is dated after its refresh token was used. In between, its user may sign out
/// everywhere, and a second may pass, so no revocation covers the token. A server that asks whether
/// the family is alive before handing it out hands out none that outlives the sign-out.
#[test]
fn no_access_token_outlives_a_sign_out_everywhere() {
    explore("sessions, a sign-out everywhere", || {
        let seconds = Seconds(Arc::default());
        let store = MemoryStore::new().clock(seconds.clone());
        let tokens = <RefreshTokens>::builder(store).clock(seconds.clone());
        let tokens = tokens.build().unwrap();
        let list = RevocationList::local().clock(seconds.clone());
        let list = list.build().unwrap();
        let key = tower_bearer::test_util::signing_key(Algorithm::HS256);
        let verifier = Verifier::builder()
            .issuer(ISSUER, key.verifying_key())
            .any_audience()
            .revocations(list.clone())
            .clock(seconds.clone())
            .build()
            .unwrap();
        let issuer = TokenIssuer::builder()
            .issuer(ISSUER)
            .audience("api")
            .key(key);
        let issuer = issuer.clock(seconds.clone()).build().unwrap();
        let first = tokens.begin(Grant::new("alice")).now_or_never();
        let first = first.unwrap().unwrap();

        let renewing = {
            let tokens = tokens.clone();
            spawn(move || {
                let used = tokens.use_token(first.as_str()).now_or_never();
                let used = used.unwrap().ok()?;
                let token = issuer.access_token("alice").issue().unwrap();
                let is_alive = tokens.is_alive(used.token().family_id()).now_or_never();
                is_alive.unwrap().unwrap().then_some(token)
            })
        };
        let passing = {
            let seconds = seconds.clone();
            spawn(move || seconds.0.fetch_add(1, Ordering::SeqCst))
        };
        tokens
            .revoke_subject("alice")
            .now_or_never()
            .unwrap()
            .unwrap();
        let revocation = Revocation::subject(ISSUER, "alice");
        list.revoke(revocation).now_or_never().unwrap().unwrap();

        passing.join().unwrap();
        if let Some(token) = renewing.join().unwrap() {
            assert!(verifier.verify_now(token.as_str()).is_err());
        }
    });
}

/// Of two concurrent uses of a token, one gets the next, and the family still ends: nobody knows
/// which is the thief.
#[test]
fn one_of_two_uses_wins() {
    explore("sessions, two uses", || {
        let tokens = <RefreshTokens>::builder(MemoryStore::new());
        let tokens = tokens.build().unwrap();
        let first = tokens.begin(Grant::new("alice")).now_or_never();
        let first = Arc::new(first.unwrap().unwrap());
        let other = {
            let (tokens, first) = (tokens.clone(), Arc::clone(&first));
            spawn(move || {
                tokens
                    .use_token(first.as_str())
                    .now_or_never()
                    .unwrap()
                    .ok()
            })
        };
        let one = tokens
            .use_token(first.as_str())
            .now_or_never()
            .unwrap()
            .ok();
        let used: Vec<_> = [one, other.join().unwrap()].into_iter().flatten().collect();
        assert_eq!(used.len(), 1);
        let is_alive = tokens.is_alive(first.family_id()).now_or_never();
        assert!(!is_alive.unwrap().unwrap());
    });
}
