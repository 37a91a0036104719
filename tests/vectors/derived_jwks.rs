//! `derived/jwks_documents.json`: documents, and what tokens then do.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use libtest_mimic::Trial;
use serde_json::Value;
use tower_bearer::keys::KeySet;
use tower_bearer::test_util::FixedClock;
use tower_bearer::{JwkSet, Verifier};

use crate::corpus::{list, text, trial};
use crate::outcome::{Expect, assert_outcome};

pub(crate) fn trials() -> Vec<Trial> {
    let file: Value = serde_json::from_str(include_str!("derived/jwks_documents.json")).unwrap();
    let cases = list(&file, "cases");
    assert_eq!(cases.len(), 49);
    cases
        .iter()
        // They belong to keys that are fetched: in a set of one's own, a secret may stand.
        .filter(|case| case["only_remote"] != true)
        .map(|case| {
            let (file, case) = (file.clone(), case.clone());
            let name = format!("derived/jwks_documents: {}", text(&case, "id"));
            trial(name, move || check(&file, &case))
        })
        .collect()
}

fn check(file: &Value, case: &Value) {
    let mut document = None;
    for (name, value) in case.as_object().unwrap() {
        match name.as_str() {
            "jwks" => document = Some(value.to_string().into_bytes()),
            "body" => document = Some(value.as_str().unwrap().into()),
            "body_b64" => document = Some(STANDARD.decode(value.as_str().unwrap()).unwrap()),
            "id" | "tokens" | "why" => {}
            other => panic!("what is {other}?"),
        }
    }
    // A document that is refused leaves no keys behind.
    let keys = JwkSet::parse(document.unwrap()).map_or_else(|_| KeySet::default(), KeySet::from);
    let verifier = <Verifier>::builder()
        .issuer(text(file, "issuer"), keys)
        .audience(text(file, "audience"))
        .leeway(Duration::ZERO)
        .clock(FixedClock::at(file["clock"].as_u64().unwrap()))
        .build()
        .unwrap();
    let tokens = list(case, "tokens");
    assert!(!tokens.is_empty());
    for (index, token) in tokens.iter().enumerate() {
        let expect = match text(token, "expect") {
            "accept" => Expect::Accept,
            "reject" => Expect::Reject,
            "either" => Expect::Either,
            other => panic!("what is {other}?"),
        };
        let result = verifier.verify_now(text(token, "token")).map(|_| ());
        assert_outcome(
            result.is_ok(),
            expect,
            &format!("token {index}: {result:?}"),
        );
    }
}
