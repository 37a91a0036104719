//! `wycheproof/`: JWS and JWK. Most payloads are not claims, so only signatures count.

use libtest_mimic::Trial;
use serde_json::Value;
use tower_bearer::{JwkSet, VerifyingKey};

use crate::corpus::{file, list, text, trial};
use crate::outcome::{Expect, assert_outcome, is_signed_by};

pub(crate) fn trials() -> Vec<Trial> {
    let name = "wycheproof/json_web_signature_test.json";
    let mut trials = file(name, |file| cases(file, "json_web_signature", one_key));
    let name = "wycheproof/json_web_key_test.json";
    trials.extend(file(name, |file| cases(file, "json_web_key", a_set)));
    trials
}

fn cases(file: &Value, name: &str, load: fn(&Value) -> Vec<VerifyingKey>) -> Vec<Trial> {
    let mut trials = Vec::new();
    for group in list(file, "testGroups") {
        // The private keys include secrets.
        let keys = load(group.get("public").unwrap_or(&group["private"]));
        for case in list(group, "tests") {
            let id = case["tcId"].as_u64().unwrap();
            let expect = expect(case, id);
            let (keys, jws) = (keys.clone(), text(case, "jws").to_owned());
            let comment = text(case, "comment").to_owned();
            trials.push(trial(format!("wycheproof/{name}: {id}"), move || {
                assert_outcome(is_signed_by(&keys, &jws), expect, &comment);
            }));
        }
    }
    trials
}

fn expect(case: &Value, id: u64) -> Expect {
    // Corrections by the file's collectors, beside the label.
    match case.get("_our_expect").unwrap_or(&case["result"]).as_str() {
        Some("valid" | "accept") => Expect::Accept,
        Some("invalid" | "reject") => Expect::Reject,
        Some("either") => Expect::Either,
        other => panic!("{id}: what is {other:?}?"),
    }
}

/// A key that cannot be loaded accepts nothing.
fn one_key(jwk: &Value) -> Vec<VerifyingKey> {
    VerifyingKey::from_jwk(jwk.to_string())
        .into_iter()
        .collect()
}

fn a_set(jwks: &Value) -> Vec<VerifyingKey> {
    JwkSet::parse(jwks.to_string()).map_or_else(|_| Vec::new(), |set| set.keys().to_vec())
}
