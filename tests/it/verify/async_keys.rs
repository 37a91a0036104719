use std::sync::Mutex;
use std::time::Duration;

use futures::FutureExt;
use futures::channel::oneshot;

use super::*;

const IN_A_MINUTE: AuthError = AuthError::KeysUnavailable(Duration::from_secs(60));
const UNKNOWN: AuthError = AuthError::InvalidToken(TokenError::UnknownKey);

/// A verifier with these keys, and the answers to its requests for others.
fn verifier_with(
    keys: impl Into<KeySet>,
    answer: impl Fn() -> Refresh + Send + Sync + 'static,
) -> (Verifier, impl Fn() -> usize) {
    let (keys, asked) = CountingKeys::new(keys, answer);
    let verifier = builder_with(keys).audience(AUDIENCE).build().unwrap();
    (verifier, asked)
}

#[track_caller]
fn assert_both_refuse(verifier: &Verifier, later: &AuthError, now: &AuthError) {
    let token = token();
    let error = verifier.verify(&token).now_or_never().unwrap().unwrap_err();
    assert_eq!(error, *later);
    assert_eq!(verifier.verify_now(&token).unwrap_err(), *now);
}

#[test]
fn with_the_key_at_hand_nothing_waits() {
    let (verifier, asked) = verifier_with(issuer().verifying_key(), || Refresh::Unchanged);
    assert!(verifier.verify(token()).now_or_never().unwrap().is_ok());
    let expired = issuer().token().audience(AUDIENCE).expires_in(-61).sign();
    let error = verifier
        .verify(expired)
        .now_or_never()
        .unwrap()
        .unwrap_err();
    assert_eq!(error, TokenError::Expired.into());
    assert_eq!(asked(), 0);
}

#[test]
fn nothing_newer() {
    let (verifier, asked) = verifier_with(KeySet::default(), || Refresh::Unchanged);
    assert_both_refuse(&verifier, &UNKNOWN, &UNKNOWN);
    assert_eq!(asked(), 2);
}

#[test]
fn nothing_to_be_had_now() {
    let (verifier, asked) = verifier_with(KeySet::default(), || {
        Refresh::Unavailable(Duration::from_secs(60))
    });
    assert_both_refuse(&verifier, &IN_A_MINUTE, &IN_A_MINUTE);
    assert_eq!(asked(), 2);
}

#[test]
fn a_refresh_that_fails() {
    let (verifier, _) = verifier_with(KeySet::default(), || {
        Refresh::Pending(async { Err(IN_A_MINUTE) }.boxed())
    });
    assert_both_refuse(
        &verifier,
        &IN_A_MINUTE,
        &AuthError::KeysUnavailable(Duration::ZERO),
    );
}

#[test]
fn a_refresh_that_brings_nothing_is_not_repeated() {
    let (verifier, asked) = verifier_with(impostor().verifying_key(), || {
        Refresh::Pending(async { Ok(()) }.boxed())
    });
    assert_both_refuse(
        &verifier,
        &UNKNOWN,
        &AuthError::KeysUnavailable(Duration::ZERO),
    );
    // Once for each call: verified again, the token does not ask again.
    assert_eq!(asked(), 2);
}

/// The `kid` and the algorithm of every requested key.
type Wanted = Arc<Mutex<Vec<(Option<String>, Algorithm)>>>;

/// Keys that arrive when they are fetched.
struct FetchedKeys {
    keys: Arc<Mutex<KeySet>>,
    fetch: Mutex<Option<oneshot::Receiver<KeySet>>>,
    wanted: Wanted,
}

impl KeyProvider for FetchedKeys {
    fn snapshot(&self) -> KeySet {
        self.keys.lock().unwrap().clone()
    }

    fn refresh(&self, wanted: &WantedKey<'_>) -> Refresh {
        let key_id = wanted.key_id.map(str::to_owned);
        self.wanted.lock().unwrap().push((key_id, wanted.algorithm));
        let Some(fetch) = self.fetch.lock().unwrap().take() else {
            return Refresh::Unchanged;
        };
        let keys = Arc::clone(&self.keys);
        let fetched = async move {
            let Ok(fetched) = fetch.await else {
                return Err(IN_A_MINUTE);
            };
            *keys.lock().unwrap() = fetched;
            Ok(())
        };
        Refresh::Pending(fetched.boxed())
    }
}

fn fetched() -> (Verifier, oneshot::Sender<KeySet>, Wanted) {
    let (sender, fetch) = oneshot::channel();
    let wanted = Wanted::default();
    let keys = FetchedKeys {
        keys: Arc::default(),
        fetch: Mutex::new(Some(fetch)),
        wanted: Arc::clone(&wanted),
    };
    let verifier = builder_with(keys).audience(AUDIENCE).build().unwrap();
    (verifier, sender, wanted)
}

#[test]
fn a_token_waits_for_its_key() {
    let (verifier, sender, wanted) = fetched();
    let token = token();
    let mut verification = Box::pin(verifier.verify(&token));
    assert!(verification.as_mut().now_or_never().is_none());
    assert_eq!(
        *wanted.lock().unwrap(),
        [(Some("es256".into()), Algorithm::ES256)]
    );
    sender.send(issuer().verifying_key().into()).unwrap();
    let accepted = verification.now_or_never().unwrap().unwrap();
    assert_eq!(accepted.registered().issuer(), Some(ISSUER));
    assert_eq!(verifier.verify_now(&token).map(|_| ()), Ok(()));
    assert_eq!(wanted.lock().unwrap().len(), 1);
}

#[test]
fn what_was_fetched_is_judged_like_any_other_key() {
    let (verifier, sender, wanted) = fetched();
    let token = token();
    let mut verification = Box::pin(verifier.verify(&token));
    assert!(verification.as_mut().now_or_never().is_none());
    let rival = impostor().verifying_key().with_key_id("es256");
    sender.send(rival.into()).unwrap();
    let error = verification.now_or_never().unwrap().unwrap_err();
    assert_eq!(error, TokenError::AlgorithmNotAllowed.into());
    assert_eq!(wanted.lock().unwrap().len(), 1);
}

#[test]
fn a_fetch_that_is_given_up_fails_the_token() {
    let (verifier, sender, _) = fetched();
    let token = issuer()
        .token()
        .audience(AUDIENCE)
        .without_header("kid")
        .sign();
    let mut verification = Box::pin(verifier.verify(&token));
    assert!(verification.as_mut().now_or_never().is_none());
    drop(sender);
    let error = verification.now_or_never().unwrap().unwrap_err();
    assert_eq!(error, IN_A_MINUTE);
}

#[test]
fn a_token_that_expires_while_it_waits_is_refused() {
    let clock = clock();
    let (sender, fetch) = oneshot::channel();
    let keys = FetchedKeys {
        keys: Arc::default(),
        fetch: Mutex::new(Some(fetch)),
        wanted: Arc::default(),
    };
    let verifier = Verifier::builder()
        .issuer(ISSUER, keys)
        .audience(AUDIENCE)
        .clock(clock.clone())
        .build()
        .unwrap();
    let token = token();
    let mut verification = Box::pin(verifier.verify(&token));
    assert!(verification.as_mut().now_or_never().is_none());
    clock.advance(Duration::from_secs(2 * 3600));
    sender.send(issuer().verifying_key().into()).unwrap();
    let error = verification.now_or_never().unwrap().unwrap_err();
    assert_eq!(error, TokenError::Expired.into());
}

#[test]
fn a_verification_that_is_dropped_leaves_the_verifier_whole() {
    let (verifier, sender, _) = fetched();
    let token = token();
    let mut verification = Box::pin(verifier.verify(&token));
    assert!(verification.as_mut().now_or_never().is_none());
    drop(verification);
    assert!(sender.send(issuer().verifying_key().into()).is_err());
    assert_refuses(&verifier, &token, TokenError::UnknownKey);
}
