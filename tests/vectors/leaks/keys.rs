//! Every key is loaded, as it is and damaged. Neither its `Debug` nor an error has a part of it.

use std::collections::HashSet;
use std::error::Error;
use std::fmt::Debug;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tower_bearer::jose::Jwk;
use tower_bearer::keys::KeySet;
use tower_bearer::{JwkSet, VerifyingKey};

use super::{documents, ours, walk};

/// The members of a JWK that are its numbers.
const NUMBERS: [&str; 10] = ["k", "d", "p", "q", "dp", "dq", "qi", "n", "x", "y"];

pub(super) fn every_key() {
    let mut keys = HashSet::new();
    for document in ours() {
        each_key(&document, &mut |key| keys.extend(damaged(key)));
    }
    assert!(keys.len() > 500, "{}", keys.len());
    for document in documents() {
        each_key(&document, &mut |key| {
            keys.insert(key.clone());
        });
    }
    keys.iter().for_each(check_key);
}

fn each_key(document: &Value, visit: &mut dyn FnMut(&Value)) {
    walk(document, &mut |value| {
        // Some sets are text.
        let inner = value.as_str().and_then(|it| serde_json::from_str(it).ok());
        walk(inner.as_ref().unwrap_or(value), &mut |value| {
            if value.get("kty").is_some() {
                visit(value);
            }
        });
    });
}

/// The key, with private numbers added, and in ways in which it cannot be loaded.
fn damaged(key: &Value) -> Vec<Value> {
    let with = |name: &str, value: Value| {
        let mut key = key.clone();
        key[name] = value;
        key
    };
    let mut keys = vec![
        key.clone(),
        with("alg", json!("ES512")),
        with("crv", json!("P-521")),
        with("use", json!("enc")),
        with("kty", json!("oct")),
    ];
    for name in NUMBERS {
        let Some(number) = key[name].as_str() else {
            continue;
        };
        let shorter = number.get(1..).unwrap_or_default();
        keys.push(with(name, json!(shorter)));
        keys.push(with(name, json!(format!("{number}=="))));
        keys.push(with(name, json!([number])));
        // A private number, and a secret.
        for secret in ["d", "p", "qi", "k"] {
            keys.push(with(secret, json!(number)));
        }
    }
    keys
}

fn check_key(jwk: &Value) {
    let json = jwk.to_string();
    let set = format!(r#"{{"keys":[{json}]}}"#);
    let shown = [
        outcome(Jwk::parse(&json)),
        outcome(VerifyingKey::from_jwk(&json)),
        outcome(JwkSet::parse(&set)),
        outcome(JwkSet::parse(&set).map(KeySet::from)),
    ]
    .concat();
    let parts: HashSet<&[u8]> = shown.as_bytes().windows(8).collect();
    for number in NUMBERS.iter().filter_map(|name| jwk[*name].as_str()) {
        let bytes = URL_SAFE_NO_PAD.decode(number).unwrap_or_default();
        let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let hex = hex.concat();
        let mut secret = [number, &hex]
            .into_iter()
            .flat_map(|it| it.as_bytes().windows(8));
        assert!(
            !secret.any(|part| parts.contains(part)),
            "{number} in {shown}"
        );
    }
    // Nor does a list of bytes.
    let is_list = |part: &[u8]| matches!(part, [b'0'..=b'9', b',', b' ', b'0'..=b'9']);
    assert!(!shown.as_bytes().windows(4).any(is_list), "{shown}");
}

fn outcome<T: Debug, E: Error>(result: Result<T, E>) -> String {
    match result {
        Ok(value) => format!("{value:?} {value:#?}"),
        Err(error) => format!("{error:?} {error} {:?}", error.source()),
    }
}
