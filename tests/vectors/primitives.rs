//! `wycheproof/primitives/`: the signature functions alone.

use libtest_mimic::Trial;
use serde_json::Value;
use tower_bearer::dangerous::verifying_key_from_short_secret;
use tower_bearer::{Algorithm, VerifyingKey};

use crate::corpus::{file, list, text, trial};
use crate::outcome::{Expect, assert_outcome};

/// Each file, and its algorithm.
const FILES: [(&str, Algorithm); 9] = [
    (
        "wycheproof/primitives/ecdsa_secp256r1_sha256_p1363_test.json",
        Algorithm::ES256,
    ),
    (
        "wycheproof/primitives/ecdsa_secp521r1_sha512_p1363_test.json",
        Algorithm::ES512,
    ),
    ("wycheproof/primitives/ed25519_test.json", Algorithm::EdDSA),
    (
        "wycheproof/primitives/hmac_sha256_test.json",
        Algorithm::HS256,
    ),
    (
        "wycheproof/primitives/hmac_sha512_test.json",
        Algorithm::HS512,
    ),
    (
        "wycheproof/primitives/rsa_signature_2048_sha256_test.json",
        Algorithm::RS256,
    ),
    (
        "wycheproof/primitives/rsa_signature_2048_sha512_test.json",
        Algorithm::RS512,
    ),
    (
        "wycheproof/primitives/rsa_pss_2048_sha256_mgf1_32_test.json",
        Algorithm::PS256,
    ),
    (
        "wycheproof/primitives/rsa_pss_4096_sha512_mgf1_64_test.json",
        Algorithm::PS512,
    ),
];

pub(crate) fn trials() -> Vec<Trial> {
    FILES
        .into_iter()
        .flat_map(|(name, algorithm)| file(name, |file| cases(file, algorithm)))
        .collect()
}

fn cases(file: &Value, algorithm: Algorithm) -> Vec<Trial> {
    let mut trials = Vec::new();
    for group in list(file, "testGroups") {
        let shared = public_key(group);
        // A signature of JWS is never cut.
        let is_cut = group["tagSize"]
            .as_u64()
            .is_some_and(|bits| bits != hash_bits(algorithm));
        for case in list(group, "tests") {
            let expect = match text(case, "result") {
                "valid" if is_cut => Expect::Reject,
                "valid" => Expect::Accept,
                // A DigestInfo without the NULL is refused: RFC 8017, section 9.2, has it.
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

/// A secret that is shorter than the hash is refused, and then loaded in spite of it.
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
