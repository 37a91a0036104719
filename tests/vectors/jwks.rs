//! `jwks/`: malformed keys from other libraries' tests.

use libtest_mimic::Trial;
use serde_json::Value;
use tower_bearer::jose::Header;
use tower_bearer::{JwkSet, VerifyingKey};

use crate::corpus::{file, list, text, trial};
use crate::exceptions;
use crate::outcome::{Expect, assert_outcome};

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = file("jwks/libjwt_jwks.json", |file| {
        let cases = list(file, "cases");
        let trials = cases.iter().map(|case| {
            let (case, id) = (case.clone(), text(case, "id"));
            let expect = exceptions::find("jwks/libjwt_jwks", id).unwrap_or_else(|| {
                match text(&case, "upstream") {
                    "accept" => Expect::Accept,
                    // If a name says anything, it says that the key is bad.
                    "reject_key" | "every key in the set is refused" | "see name" => Expect::Reject,
                    "must_not_crash" => Expect::Either,
                    other => panic!("what is {other}?"),
                }
            });
            trial(format!("jwks/libjwt_jwks: {id}"), move || {
                let document = text(&case, "jwks_text");
                assert_outcome(is_usable(document), expect, document);
            })
        });
        trials.collect()
    });
    trials.extend(file("jwks/jose_jwks.json", |file| {
        let cases = list(file, "cases");
        let trials = cases.iter().map(|case| {
            let (case, id) = (case.clone(), text(case, "id"));
            let expect = exceptions::find("jwks/jose_jwks", id).unwrap_or(Expect::Reject);
            trial(format!("jwks/jose_jwks: {id}"), move || {
                check_jose(&case, expect);
            })
        });
        trials.collect()
    }));
    trials
}

/// Whether a set, or a single key, has any usable key.
fn is_usable(document: &str) -> bool {
    JwkSet::parse(document).is_ok() || VerifyingKey::from_jwk(document).is_ok()
}

fn check_jose(case: &Value, expect: Expect) {
    let is_selected = match text(case, "upstream") {
        "ERR_JWKS_INVALID" => is_usable(&case["jwks"].to_string()),
        "ERR_JWKS_NO_MATCHING_KEY" => {
            let header = case["header"].to_string();
            Header::parse(&header).is_ok() && is_usable(&case["jwks"].to_string())
        }
        other => panic!("what is {other}?"),
    };
    assert_outcome(is_selected, expect, text(case, "id"));
}
