//! Signatures that no library makes, but an attacker may.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use tower_bearer::{Algorithm, VerifyingKey};

use super::{pem, signing_key};

const MESSAGE: &[u8] = b"eyJhbGciOiJIUzI1NiJ9.e30";

#[derive(Deserialize)]
struct Forged {
    algorithm: String,
    what: String,
    signature: String,
}

/// `rsa2048.signatures.py` says how they were made.
#[test]
fn rsa_paddings_that_are_wrong() {
    let key = VerifyingKey::from_pem(pem!("rsa2048.spki")).unwrap();
    let cases = include_bytes!("../fixtures/rsa2048.signatures.json");
    let cases: Vec<Forged> = serde_json::from_slice(cases).unwrap();
    let mut good = 0;
    for case in cases {
        let algorithm = case.algorithm.parse().unwrap();
        let signature = URL_SAFE_NO_PAD.decode(&case.signature).unwrap();
        let is_good = case.what == "good";
        good += usize::from(is_good);
        let accepted = key.verify(algorithm, MESSAGE, &signature);
        assert_eq!(accepted, is_good, "{algorithm}: {}", case.what);
    }
    assert_eq!(good, 2);
}

/// The prime of a curve, and the order of its group.
fn curve(algorithm: Algorithm) -> (String, String) {
    match algorithm {
        Algorithm::ES256 => (
            format!("ffffffff00000001{}{}", "0".repeat(24), "f".repeat(24)),
            "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551".into(),
        ),
        Algorithm::ES384 => (
            format!("{}feffffffff0000000000000000ffffffff", "f".repeat(62)),
            format!(
                "{}c7634d81f4372ddf581a0db248b0a77aecec196accc52973",
                "f".repeat(48)
            ),
        ),
        Algorithm::ES512 => (
            format!("01{}", "f".repeat(130)),
            format!(
                "01{}a51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
                "f".repeat(65)
            ),
        ),
        other => panic!("{other} has no curve"),
    }
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|digits| u8::from_str_radix(str::from_utf8(digits).unwrap(), 16).unwrap())
        .collect()
}

/// The difference of two big-endian numbers of one length.
pub(crate) fn less(from: &[u8], what: &[u8]) -> Vec<u8> {
    let mut borrow = 0;
    let mut result: Vec<u8> = from
        .iter()
        .zip(what)
        .rev()
        .map(|(&from, &what)| {
            let (first, below) = from.overflowing_sub(what);
            let (second, again) = first.overflowing_sub(borrow);
            borrow = u8::from(below || again);
            second
        })
        .collect();
    result.reverse();
    result
}

/// The other of the two valid ECDSA signatures: (r, n − s). Both are good by FIPS 186-5, section
/// 6.4.2.
pub(crate) fn other_spelling(algorithm: Algorithm, signature: &[u8]) -> Vec<u8> {
    let (r, s) = signature.split_at(signature.len() / 2);
    [r, &less(&from_hex(&curve(algorithm).1), s)].concat()
}

#[test]
fn halves_of_ecdsa_that_are_out_of_range() {
    for algorithm in [Algorithm::ES256, Algorithm::ES384, Algorithm::ES512] {
        let key = signing_key(algorithm);
        let good = key.sign(MESSAGE).unwrap();
        let (r, s) = good.split_at(good.len() / 2);
        let (prime, order) = curve(algorithm);
        let (prime, order) = (from_hex(&prime), from_hex(&order));
        let (zero, ones) = (vec![0; r.len()], vec![0xff; r.len()]);
        let mut one = zero.clone();
        *one.last_mut().unwrap() = 1;
        let verifies = |r: &[u8], s: &[u8]| {
            let signature = [r, s].concat();
            key.verifying_key().verify(algorithm, MESSAGE, &signature)
        };
        assert!(verifies(r, s), "{algorithm}");
        let odd = [&zero, &one, &ones, &prime, &order, &less(&order, &one)];
        for (number, first) in odd.iter().enumerate() {
            assert!(!verifies(first, s), "{algorithm}, r is {number}");
            assert!(!verifies(r, first), "{algorithm}, s is {number}");
            for second in odd {
                assert!(!verifies(first, second), "{algorithm}, r is {number}");
            }
        }
        assert!(!verifies(s, r), "{algorithm}");
        let other = other_spelling(algorithm, &good);
        assert_ne!(other, good);
        let verifying = key.verifying_key();
        assert!(verifying.verify(algorithm, MESSAGE, &other), "{algorithm}");
    }
}

#[test]
fn an_ecdsa_signature_in_der() {
    for algorithm in [Algorithm::ES256, Algorithm::ES384] {
        let key = signing_key(algorithm);
        let good = key.sign(MESSAGE).unwrap();
        let (r, s) = good.split_at(good.len() / 2);
        let integer = |number: &[u8]| {
            // A leading zero, so that it is not negative. It may be superfluous.
            let length = u8::try_from(number.len() + 1).unwrap();
            [&[0x02, length, 0], number].concat()
        };
        let content = [integer(r), integer(s)].concat();
        let length = u8::try_from(content.len()).unwrap();
        let der = [&[0x30, length], &content[..]].concat();
        assert!(!key.verifying_key().verify(algorithm, MESSAGE, &der));
    }
}

/// Each half has 66 bytes, whatever they begin with.
#[test]
fn zeros_in_front_of_the_halves_of_es512() {
    let key = signing_key(Algorithm::ES512);
    let verifying = key.verifying_key();
    let with_zeros = |_| {
        let signature = key.sign(MESSAGE).unwrap();
        (signature[0] == 0 && signature[66] == 0).then_some(signature)
    };
    // A quarter of all have them.
    let good = (0..1000).find_map(with_zeros).unwrap();
    assert!(verifying.verify(Algorithm::ES512, MESSAGE, &good));
    let bare = [&good[1..66], &good[67..]].concat();
    assert!(!verifying.verify(Algorithm::ES512, MESSAGE, &bare));
}

/// RFC 8032, section 5.1.7: S is below the order of the group.
#[test]
fn ed25519_has_one_spelling() {
    // Little-endian.
    let order = from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let key = signing_key(Algorithm::EdDSA);
    let verifying = key.verifying_key();
    let good = key.sign(MESSAGE).unwrap();
    let mut sum = good.clone();
    // Eight times the order still fits; so do all multiples below.
    for times in 1..8 {
        let mut carry = 0;
        for (byte, add) in sum[32..].iter_mut().zip(&order) {
            let total = u16::from(*byte) + u16::from(*add) + carry;
            *byte = total.to_le_bytes()[0];
            carry = total >> 8;
        }
        assert_eq!(carry, 0);
        for algorithm in [Algorithm::EdDSA, Algorithm::Ed25519] {
            assert!(!verifying.verify(algorithm, MESSAGE, &sum), "{times}");
        }
    }
    for place in [&good[..32], &[0; 32]] {
        for s in [&order[..], &[0; 32], &[0xff; 32]] {
            let signature = [place, s].concat();
            assert!(!verifying.verify(Algorithm::EdDSA, MESSAGE, &signature));
        }
    }
    // The neutral element, and its other encodings, with S = 0.
    for r in [
        format!("01{}", "00".repeat(31)),
        format!("01{}80", "00".repeat(30)),
        format!("ee{}7f", "ff".repeat(30)),
        format!("ee{}ff", "ff".repeat(30)),
    ] {
        let signature = [&from_hex(&r)[..], &[0; 32]].concat();
        assert!(!verifying.verify(Algorithm::EdDSA, MESSAGE, &signature));
    }
}
