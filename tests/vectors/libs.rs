//! `libs/`: tokens from other libraries' tests.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libtest_mimic::Trial;
use serde_json::Value;
use tower_bearer::VerifyingKey;
use tower_bearer::dangerous::verifying_key_from_short_secret;
use tower_bearer::jose::RegisteredClaims;

use crate::corpus::{file, list, text, trial};
use crate::exceptions;
use crate::index::names;
use crate::outcome::{Expect, assert_outcome, is_signed_by, payload};

pub(crate) fn trials() -> Vec<Trial> {
    names("libs/")
        .flat_map(|name| file(name, |file| cases(name, file)))
        .collect()
}

fn cases(name: &str, file: &Value) -> Vec<Trial> {
    let name = name.trim_end_matches(".json");
    let cases = list(file, "cases");
    let keys: Vec<_> = cases.iter().filter_map(key).collect();
    cases
        .iter()
        .map(|case| {
            let (case, keys) = (case.clone(), keys.clone());
            let name = format!("{name}: {}", text(&case, "id"));
            trial(name, move || check(&case, keys))
        })
        .collect()
}

/// The key of a case. One that is too short for us is loaded by `dangerous`.
fn key(case: &Value) -> Option<VerifyingKey> {
    let jwk = case.get("key")?;
    let key = VerifyingKey::from_jwk(jwk.to_string());
    if case.get("short_hmac_key").is_some() {
        assert!(key.is_err(), "{jwk}");
        let secret = URL_SAFE_NO_PAD.decode(text(jwk, "k")).unwrap();
        return Some(verifying_key_from_short_secret(secret).unwrap());
    }
    key.ok()
}

fn check(case: &Value, keys: Vec<VerifyingKey>) {
    let token = text(case, "token");
    match text(case, "expect") {
        "signature_valid" => {
            if case.get("small_rsa").is_some_and(|small| !small.is_null()) {
                assert!(key(case).is_none());
                return;
            }
            assert!(is_signed_by(&[key(case).unwrap()], token));
            let expect = match case.get("registered_claims").map(|it| it.as_str().unwrap()) {
                Some("well-formed") => Expect::Accept,
                Some(reject) if reject.starts_with("reject: ") => Expect::Reject,
                None => Expect::Either,
                Some(other) => panic!("what is {other}?"),
            };
            let exception = exceptions::find("libs", text(case, "id"));
            let claims = payload(token).map(|json| RegisteredClaims::parse(&json).is_ok());
            assert_outcome(claims == Some(true), exception.unwrap_or(expect), token);
        }
        "reject" => {
            assert!(!is_signed_by(&keys, token));
            let nameless = keys.into_iter().map(|key| key.with_key_id("none"));
            assert!(!is_signed_by(&nameless.collect::<Vec<_>>(), token));
        }
        other => panic!("what is {other}?"),
    }
}
