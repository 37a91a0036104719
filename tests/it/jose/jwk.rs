use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tower_bearer::jose::{AlgorithmSet, Jwk, KeyFamily};
use tower_bearer::{Algorithm, VerifyingKey};

use super::*;

/// The JWK of RFC 8037, appendix A.2.
pub(super) const ED25519: &str =
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

pub(super) fn load(jwk: &Value) -> Result<VerifyingKey, ConfigError> {
    VerifyingKey::from_jwk(jwk.to_string())
}

/// The JWK of a fixture, as a map to be changed.
pub(super) fn jwk(pem: &[u8]) -> Value {
    let key = VerifyingKey::from_pem(pem).unwrap();
    let mut value = serde_json::to_value(Jwk::try_from(&key).unwrap()).unwrap();
    value.as_object_mut().unwrap().remove("alg");
    value
}

pub(super) fn with(mut jwk: Value, name: &str, value: impl Into<Value>) -> Value {
    jwk[name] = value.into();
    jwk
}

fn without(mut jwk: Value, name: &str) -> Value {
    jwk.as_object_mut().unwrap().remove(name);
    jwk
}

#[test]
fn public_keys_go_out_and_in() {
    for pem in [
        &pem!("rsa2048.spki")[..],
        pem!("p256.spki"),
        pem!("p384.spki"),
        pem!("p521.spki"),
        pem!("ed25519.spki"),
    ] {
        let key = VerifyingKey::from_pem(pem).unwrap().with_key_id("a");
        let json = serde_json::to_string(&Jwk::try_from(&key).unwrap()).unwrap();
        let back = VerifyingKey::from_jwk(&json).unwrap();
        assert_eq!(back.key_id(), Some("a"));
        assert_eq!(back.algorithms(), key.algorithms());
        let jwk: Jwk = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::to_string(&jwk).unwrap(), json);
        for algorithm in key.algorithms().iter() {
            let signature = signing_key(algorithm).sign(b"message").unwrap();
            assert!(back.verify(algorithm, b"message", &signature));
        }
    }
}

#[test]
fn what_a_key_is_for_goes_out_as_it_came_in() {
    let json = ED25519.replacen(
        '{',
        r#"{"kid":"a","use":"sig","key_ops":["verify"],"alg":"EdDSA","#,
        1,
    );
    let written = serde_json::to_value(Jwk::parse(&json).unwrap()).unwrap();
    assert_eq!(written, serde_json::from_str::<Value>(&json).unwrap());
}

#[test]
fn secrets_are_not_exported() {
    let key = VerifyingKey::from_secret(SECRET).unwrap();
    let text = "a secret is not exported: make the other key from the secret itself";
    assert_error(Jwk::try_from(&key), text);
    let jwk = Jwk::parse(r#"{"kty":"oct","k":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlBQkNERUY"}"#);
    let jwk = jwk.unwrap();
    assert_eq!(serde_json::to_string(&jwk).unwrap_err().to_string(), text);
    assert_eq!(
        format!("{jwk:?}"),
        "Jwk { key_id: None, use: None, key_ops: None, alg: None, .. }"
    );
    let key = VerifyingKey::try_from(&jwk).unwrap();
    assert_eq!(key.algorithms(), Algorithm::HS256.into());
}

#[test]
fn an_alg_permits_only_itself() {
    let rsa = jwk(pem!("rsa2048.spki"));
    let key = load(&with(rsa.clone(), "alg", "PS384")).unwrap();
    assert_eq!(key.algorithms(), Algorithm::PS384.into());
    let ed = serde_json::from_str(ED25519).unwrap();
    let key = load(&with(ed, "alg", "Ed25519")).unwrap();
    assert_eq!(key.algorithms(), Algorithm::Ed25519.into());
    for alg in ["HS256", "ES256", "none", "rs256", "RSA-OAEP", ""] {
        assert_error(load(&with(rsa.clone(), "alg", alg)), WRONG_ALGORITHM);
    }
    let p256 = jwk(pem!("p256.spki"));
    for alg in ["ES384", "ES512", "RS256", "EdDSA"] {
        assert_error(load(&with(p256.clone(), "alg", alg)), WRONG_ALGORITHM);
    }
    let secret = json!({"kty": "oct", "k": "A".repeat(43)});
    assert!(load(&with(secret.clone(), "alg", "HS256")).is_ok());
    assert_error(
        load(&with(secret.clone(), "alg", "HS512")),
        "the secret has 256 bits: use at least 512 random bits (64 bytes)",
    );
    assert_error(load(&with(secret, "alg", "RS256")), WRONG_ALGORITHM);
}

#[test]
fn only_keys_for_verifying_are_used() {
    let rsa = jwk(pem!("rsa2048.spki"));
    for good in [
        json!(["verify"]),
        json!(["sign", "verify"]),
        json!(["verify", "x"]),
    ] {
        assert!(load(&with(rsa.clone(), "key_ops", good)).is_ok());
    }
    for usage in ["enc", "SIG", "", "sig "] {
        assert_error(load(&with(rsa.clone(), "use", usage)), NOT_FOR_VERIFICATION);
    }
    for operations in [json!([]), json!(["sign"]), json!(["Verify"])] {
        let key = with(rsa.clone(), "key_ops", operations);
        assert_error(load(&key), NOT_FOR_VERIFICATION);
    }
    assert_error(
        load(&with(rsa, "key_ops", json!(["verify", "verify"]))),
        "the `key_ops` of the JWK names an operation twice",
    );
}

#[test]
fn members_have_their_type_and_stand_once() {
    let rsa = jwk(pem!("rsa2048.spki"));
    for name in [
        "kty", "kid", "use", "key_ops", "alg", "crv", "n", "e", "x", "y", "k",
    ] {
        for value in [
            json!(null),
            json!(1),
            json!(true),
            json!({}),
            json!([1]),
            json!([[]]),
        ] {
            let text = load(&with(rsa.clone(), name, value))
                .unwrap_err()
                .to_string();
            assert_eq!(text, NOT_AN_OBJECT, "{name}");
        }
    }
    assert_error(load(&with(rsa.clone(), "key_ops", "verify")), NOT_AN_OBJECT);
    let twice = |member: &str| ED25519.replacen('{', &format!("{{{member},"), 1);
    for member in [
        r#""kty":"OKP""#,
        r#""k\u0074y":"OKP""#,
        r#""x":"""#,
        r#""kid":"a","kid":"a""#,
    ] {
        assert_error(VerifyingKey::from_jwk(twice(member)), NOT_AN_OBJECT);
    }
    // An unknown member may be anything, even nested deeper than any stack.
    let deep = format!(r#""zzz":{}{}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert!(VerifyingKey::from_jwk(twice(&deep)).is_ok());
    for text in [
        "",
        "null",
        "[]",
        "{}",
        r#"["OKP"]"#,
        "{",
        "<html>",
        "\"\"",
        "{\"kty\":\"OKP\"}x",
        "\u{feff}{}",
    ] {
        assert_error(VerifyingKey::from_jwk(text), NOT_AN_OBJECT);
    }
    assert_error(VerifyingKey::from_jwk(b"{\"kty\":\"\xff\"}"), NOT_AN_OBJECT);
}

#[test]
fn what_is_no_object_is_no_key() {
    let error = serde_json::from_str::<Jwk>(r#"["oct"]"#).unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid type: sequence, expected a JSON object at line 1 column 0"
    );
}

#[test]
fn types_and_curves_are_known() {
    let cases = [
        (json!({"kty": "AKP"}), WRONG_TYPE),
        (json!({"kty": "rsa"}), WRONG_TYPE),
        (
            json!({"kty": "OKP", "crv": "X25519", "x": "AA"}),
            WRONG_TYPE,
        ),
        (json!({"kty": "OKP", "crv": "Ed448", "x": "AA"}), WRONG_TYPE),
        (
            json!({"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"}),
            WRONG_TYPE,
        ),
        (
            json!({"kty": "EC", "crv": "Ed25519", "x": "AA", "y": "AA"}),
            WRONG_TYPE,
        ),
        (json!({"kty": "OKP", "crv": "P-256", "x": "AA"}), WRONG_TYPE),
        (json!({"kty": "EC", "x": "AA", "y": "AA"}), NO_MEMBER),
        (json!({"kty": "RSA", "n": "AA"}), NO_MEMBER),
        (json!({"kty": "RSA", "e": "AA"}), NO_MEMBER),
        (json!({"kty": "oct"}), NO_MEMBER),
        (json!({"kty": "OKP", "crv": "Ed25519"}), NO_MEMBER),
    ];
    for (jwk, text) in cases {
        assert_error(load(&jwk), text);
    }
    let p256 = jwk(pem!("p256.spki"));
    assert_error(load(&without(p256.clone(), "y")), NO_MEMBER);
    assert_error(load(&with(p256, "crv", "P-384")), WRONG_COORDINATE);
}

#[test]
fn private_members_are_ignored() {
    let key = ED25519.replacen('{', r#"{"d":{"not":"read"},"d":1,"x5c":[],"#, 1);
    let key = VerifyingKey::from_jwk(&key).unwrap();
    assert_eq!(key.algorithms(), AlgorithmSet::of_family(KeyFamily::Ed));
}

/// A key's `n` and `e` count (RFC 7517, section 4.7, requires them to match).
#[test]
fn certificates_are_not_looked_at() {
    let other = STANDARD.encode(der(pem!("p256.certificate")));
    let rsa = jwk(pem!("rsa2048.spki"));
    let signature = signing_key(Algorithm::RS256).sign(b"message").unwrap();
    for certificates in [json!([other]), json!(["junk"]), json!(null), json!(1)] {
        let key = load(&with(rsa.clone(), "x5c", certificates)).unwrap();
        assert!(key.verify(Algorithm::RS256, b"message", &signature));
        assert!(!key.algorithms().contains(Algorithm::ES256));
    }
}

#[test]
fn thumbprints_are_those_of_the_rfcs() {
    for (jwk, thumbprint) in [
        (
            r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#,
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
        ),
        (ED25519, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
        (
            r#"{"kty":"EC","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs","y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA","crv":"P-256"}"#,
            "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
        ),
        // Not from an RFC: computed by another program.
        (
            r#"{"kty":"oct","k":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlBQkNERUY"}"#,
            "YGuYdyy3O_rB_kIBj2FrQrFsqOEFXF6z5B36l4CYPqU",
        ),
    ] {
        assert_eq!(Jwk::parse(jwk).unwrap().thumbprint().unwrap(), thumbprint);
    }
}

#[test]
fn a_key_is_text_also_where_it_is_skipped() {
    let with_member = |bytes: &[u8]| {
        let start = ED25519.trim_end_matches('}').as_bytes();
        VerifyingKey::from_jwk([start, br#","x5u":""#, bytes, br#""}"#].concat())
    };
    assert!(with_member("ü".as_bytes()).is_ok());
    assert_error(with_member(b"\xfc"), NOT_AN_OBJECT);
}
