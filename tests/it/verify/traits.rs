use std::error::Error;

use tower_bearer::verify::{Clock, TrustedIssuer};
use tower_bearer::{ConfigError, KeyError, RequestError};

use super::*;

/// Claims that cannot be cloned.
#[derive(serde::Deserialize)]
struct Unclonable;

#[test]
fn what_requests_share_goes_wherever_they_go() {
    fn assert_auto<T: Clone + Send + Sync + Unpin + 'static>() {}
    assert_auto::<Verifier<Unclonable>>();
    assert_auto::<VerifiedToken<Unclonable>>();
    assert_auto::<Verifier>();
    assert_auto::<VerifiedToken>();
    assert_auto::<Validation>();
    assert_auto::<KeySet>();
    assert_auto::<FixedClock>();
    assert_auto::<TestIssuer>();
}

#[test]
fn builders_go_to_other_threads() {
    fn assert_auto<T: Send + Sync + 'static>() {}
    assert_auto::<VerifierBuilder<Unclonable>>();
    assert_auto::<TrustedIssuer>();
}

#[test]
fn errors_go_into_boxes() {
    fn assert_error<T: Error + Clone + Send + Sync + Unpin + 'static>() {}
    assert_error::<AuthError>();
    assert_error::<TokenError>();
    assert_error::<RequestError>();
    assert_error::<ConfigError>();
    assert_error::<KeyError>();
}

#[test]
fn the_debug_text_of_a_token_names_its_algorithm_and_no_claim() {
    let verified = verifier().verify_now(token()).unwrap();
    assert_eq!(
        format!("{verified:?}"),
        "VerifiedToken { header: Header { algorithm: ES256, .. }, .. }"
    );
}

#[test]
fn verifying_goes_to_other_threads() {
    fn assert_send<T: Send>(_: &T) {}
    let verifier = verifier();
    assert_send(&verifier.verify("a.b.c"));
    assert_send(&verifier.verify(String::from("a.b.c")));
}

#[test]
fn providers_and_clocks_are_objects() {
    let keys: Arc<dyn KeyProvider> = Arc::new(issuer().verifying_key());
    let clock: Box<dyn Clock> = Box::new(clock());
    let verifier = Verifier::builder()
        .issuer(ISSUER, keys)
        .audience(AUDIENCE)
        .clock(move || clock.now())
        .build()
        .unwrap();
    assert_accepts(&verifier, token());
}

#[test]
fn verifiers_share_what_they_are_made_of() {
    let (keys, asked) = CountingKeys::new(KeySet::default(), || Refresh::Unchanged);
    let verifier = builder_with(keys).audience(AUDIENCE).build().unwrap();
    assert_refuses(&verifier.clone(), token(), TokenError::UnknownKey);
    assert_refuses(&verifier, token(), TokenError::UnknownKey);
    assert_eq!(asked(), 2);
}
