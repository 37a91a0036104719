use serde_json::{Value, json};
use tower_bearer::jose::Jwk;
use tower_bearer::{Algorithm, JwkSet, VerifyingKey};

use super::*;

const NO_SET: &str =
    "the document is not a JWK Set: it must be a JSON object with one array named `keys`";
const EMPTY: &str = "the JWK Set is empty: add the keys that verify signatures";

fn good(kid: &str) -> Value {
    let key = VerifyingKey::from_pem(pem!("p256.spki"))
        .unwrap()
        .with_key_id(kid);
    serde_json::to_value(Jwk::try_from(&key).unwrap()).unwrap()
}

#[test]
fn broken_keys_do_not_harm_a_good_one() {
    let mut encryption = good("enc");
    encryption["use"] = "enc".into();
    let mut weak = good("other");
    weak["alg"] = "ES384".into();
    let broken = [
        (json!(42), None, NOT_AN_OBJECT),
        (json!(null), None, NOT_AN_OBJECT),
        (json!(["OKP"]), None, NOT_AN_OBJECT),
        (json!({"kid": "empty"}), Some("empty"), NOT_AN_OBJECT),
        (json!({"kid": 1, "kty": "EC"}), None, NOT_AN_OBJECT),
        (
            json!({"kid": "pq", "kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"}),
            Some("pq"),
            WRONG_TYPE,
        ),
        (
            json!({"kid": "short", "kty": "oct", "k": "c2VjcmV0"}),
            Some("short"),
            "the secret has 48 bits: use at least 256 random bits (32 bytes)",
        ),
        (
            json!({"kid": "x", "kty": "OKP", "crv": "Ed25519", "x": "A="}),
            Some("x"),
            NOT_BASE64,
        ),
        (
            json!({"kid": "rsa", "kty": "RSA", "n": "AQ", "e": "AQAB"}),
            Some("rsa"),
            "the RSA key has 1 bits: use one of at least 2048 bits",
        ),
        (encryption, Some("enc"), NOT_FOR_VERIFICATION),
        (weak, Some("other"), WRONG_ALGORITHM),
    ];
    let mut keys: Vec<Value> = broken.iter().map(|(key, ..)| key.clone()).collect();
    keys.push(good("good"));
    let set = JwkSet::parse(json!({"keys": keys, "x": [1]}).to_string()).unwrap();
    assert_eq!(set.keys().len(), 1);
    assert_eq!(set.keys()[0].key_id(), Some("good"));
    assert_eq!(set.skipped().len(), broken.len());
    for (index, (skipped, (_, kid, text))) in set.skipped().iter().zip(&broken).enumerate() {
        assert_eq!(skipped.index(), index);
        assert_eq!(skipped.key_id(), *kid);
        assert_eq!(skipped.reason().to_string(), *text);
    }
    keys.pop();
    let first = broken.first().unwrap().2;
    assert_error(
        JwkSet::parse(json!({"keys": keys}).to_string()),
        &format!("no key of the JWK Set is usable; the first: {first}"),
    );
}

#[test]
fn identical_keys_are_kept_once() {
    let mut other = good("a");
    other["alg"] = "ES256".into();
    let ed = json!({
        "kty": "OKP", "crv": "Ed25519", "kid": "a",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    });
    let set = json!({"keys": [good("a"), other, good("b"), ed, good("a")]});
    let set = JwkSet::parse(set.to_string()).unwrap();
    let ids: Vec<_> = set.keys().iter().map(VerifyingKey::key_id).collect();
    assert_eq!(ids, [Some("a"), Some("b"), Some("a")]);
    assert!(set.skipped().is_empty());
}

#[test]
fn secrets_may_stand_in_a_set() {
    let set = json!({"keys": [{"kty": "oct", "k": "A".repeat(43), "alg": "HS256"}]});
    let set = JwkSet::parse(set.to_string()).unwrap();
    assert_eq!(set.keys()[0].algorithms(), Algorithm::HS256.into());
    assert!(!format!("{set:?}").contains("AAAA"));
}

#[test]
fn documents_that_are_no_set_are_refused() {
    let key = good("a");
    let deep = "[".repeat(100_000);
    for text in [
        "",
        " ",
        "null",
        "[]",
        "{}",
        "42",
        "<html></html>",
        r#"{"keys":null}"#,
        r#"{"keys":{}}"#,
        r#"{"keys":"#,
        r#"{"keys":[}"#,
        r#"{"keys":[{]}"#,
        "\u{feff}{\"keys\":[]}",
        "{\"keys\":[]}\0",
        &key.to_string(),
        &json!([key]).to_string(),
        &json!([[key]]).to_string(),
        &format!(r#"{{"keys":[{key}],"keys":[{key}]}}"#),
        &format!(r#"{{"keys":[{key}],"k\u0065ys":[]}}"#),
        &format!(r#"{{"keys":[{key}]}}x"#),
        &format!(r#"{{"keys":[{key},]}}"#),
        &deep,
        &format!(r#"{{"keys":{deep}"#),
    ] {
        assert_error(JwkSet::parse(text), NO_SET);
    }
    assert_error(JwkSet::parse(b"{\"keys\":[{\"kid\":\"\xff\"}]}"), NO_SET);
    assert_error(JwkSet::parse(r#"{"keys":[]}"#), EMPTY);
}

#[test]
fn depth_is_no_danger() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let key = good("a");
    let set = format!(r#"{{"a":{deep},"keys":[{deep},{{"kty":{deep}}},{{"zzz":{deep}}},{key}]}}"#);
    let set = JwkSet::parse(set).unwrap();
    assert_eq!(set.keys().len(), 1);
    assert_eq!(set.skipped().len(), 3);
}
