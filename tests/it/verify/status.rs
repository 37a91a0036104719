use std::error::Error;

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;
use tower_bearer::keys::{Combined, KeyState, KeyStatus, NotReady};

use super::*;

/// Keys that are not to be had.
struct Missing;

impl KeyProvider for Missing {
    fn snapshot(&self) -> KeySet {
        KeySet::default()
    }

    fn ready(&self) -> BoxFuture<'static, Result<(), NotReady>> {
        Box::pin(std::future::ready(Err(NotReady::new(
            "the key server is on fire",
        ))))
    }
}

#[test]
fn each_issuer_is_told_of() {
    let verifier = builder()
        .issuer("https://else.example", Arc::new(Missing))
        .any_audience()
        .build()
        .unwrap();
    let status = verifier.status();
    let expected = json!([
        {"issuer": "https://else.example", "state": "unavailable", "age": null, "keys": 0,
         "last_error": null, "next_refresh": null},
        {"issuer": ISSUER, "state": "fresh", "age": null, "keys": 1,
         "last_error": null, "next_refresh": null},
    ]);
    assert_eq!(serde_json::to_value(&status).unwrap(), expected);
    let summary = KeyStatus::summary(status.iter().map(|issuer| &issuer.keys));
    assert_eq!((summary.state, summary.keys), (KeyState::Unavailable, 1));
}

#[test]
fn of_no_keys_the_summary_is_that_there_are_none() {
    assert_eq!(KeyStatus::summary([]).state, KeyState::Unavailable);
}

#[test]
fn a_verifier_is_ready_when_all_its_issuers_are() {
    let ready = builder().any_audience().build().unwrap();
    assert!(ready.ready().now_or_never().unwrap().is_ok());

    let combined = Combined::default()
        .and(issuer().verifying_key())
        .and(Missing);
    let name = "https://else.example";
    let verifier = builder().issuer(name, combined).any_audience();
    let error = verifier.build().unwrap().ready().now_or_never();
    let error = error.unwrap().unwrap_err();
    assert_eq!(
        error.to_string(),
        "no keys of https://else.example: the key server is on fire"
    );
    let source = error.source().unwrap().to_string();
    assert_eq!(source, "the key server is on fire");

    let any = Verifier::builder().any_issuer(Missing).any_audience();
    let verifier = any.build().unwrap();
    assert_eq!(verifier.status()[0].issuer, None);
    let error = verifier.ready().now_or_never().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "no keys: the key server is on fire");
}

#[test]
fn combined_keys_are_as_well_as_the_worst_of_them() {
    let keys = Combined::default()
        .and(issuer().verifying_key())
        .and(impostor().verifying_key());
    assert_eq!(
        (keys.status().state, keys.status().keys),
        (KeyState::Fresh, 2)
    );
    assert_eq!(keys.and(Missing).status().state, KeyState::Unavailable);
}
