//! `envoy_jwt_verify_lib/`: Envoy's verifier.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libtest_mimic::Trial;
use serde_json::Value;
use tower_bearer::dangerous::decode_unverified_header;
use tower_bearer::jose::{RegisteredClaims, Token};
use tower_bearer::{JwkSet, VerifyingKey};

use crate::corpus::{file, list, text, trial};
use crate::exceptions;
use crate::outcome::{Expect, assert_outcome, is_signed_by, payload};

type Check = fn(&Value, Expect);

pub(crate) fn trials() -> Vec<Trial> {
    let checks: [(&'static str, Check); 3] = [
        ("envoy_jwt_verify_lib/parse.json", check_parse),
        ("envoy_jwt_verify_lib/jwks.json", check_jwks),
        ("envoy_jwt_verify_lib/verify.json", check_verify),
    ];
    checks
        .into_iter()
        .flat_map(|(name, check)| {
            file(name, |file| {
                let trials = list(file, "cases").iter().enumerate().map(|(index, case)| {
                    let name = name.trim_end_matches(".json");
                    let (case, expect) = (case.clone(), expect(name, case));
                    let name = format!("{name}: {index} {}", text(&case, "id"));
                    trial(name, move || check(&case, expect))
                });
                trials.collect()
            })
        })
        .collect()
}

fn expect(name: &str, case: &Value) -> Expect {
    if let Some(expect) = exceptions::find(name, text(case, "id")) {
        return expect;
    }
    match case
        .get("_our_expect")
        .unwrap_or(&case["upstream_status"])
        .as_str()
    {
        Some("Ok" | "signature_valid") => Expect::Accept,
        Some("reject") => Expect::Reject,
        Some(status) if status.starts_with("Jwt") || status.starts_with("Jwks") => Expect::Reject,
        other => panic!("what is {other:?}?"),
    }
}

/// Whether it parses: most signatures are dummies.
fn check_parse(case: &Value, expect: Expect) {
    let token = text(case, "token");
    let parse = || {
        decode_unverified_header(token).ok()?;
        RegisteredClaims::parse(&payload(token)?).ok()?;
        let signature = Token::parse(token.as_bytes()).ok()?.signature();
        URL_SAFE_NO_PAD.decode(signature).ok()
    };
    assert_outcome(parse().is_some(), expect, token);
}

fn load(case: &Value, kind: &str, keys: &str) -> Vec<VerifyingKey> {
    match kind {
        "JWKS" => JwkSet::parse(keys).map_or_else(|_| Vec::new(), |set| set.keys().to_vec()),
        "PEM" => VerifyingKey::from_pem(keys).into_iter().collect(),
        other => panic!("{case}: what is {other}?"),
    }
}

fn check_jwks(case: &Value, expect: Expect) {
    let keys = load(case, text(case, "type"), text(case, "jwks_text"));
    assert_outcome(!keys.is_empty(), expect, text(case, "id"));
}

fn check_verify(case: &Value, expect: Expect) {
    // Some sets end with a comma that only Envoy's parser accepts.
    let keys = case.get("keys_text_fixed").unwrap_or(&case["keys_text"]);
    let keys = load(case, text(case, "key_type"), keys.as_str().unwrap());
    assert!(!keys.is_empty());
    assert_outcome(
        is_signed_by(&keys, text(case, "token")),
        expect,
        text(case, "id"),
    );
}
