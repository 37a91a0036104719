use tower_bearer::{Algorithm, SigningKey, VerifyingKey};

use super::{pem, signing_key};

const MESSAGE: &[u8] = b"eyJhbGciOiJIUzI1NiJ9.e30";

#[test]
fn every_algorithm_verifies_what_it_signs_and_nothing_else() {
    for &algorithm in Algorithm::ALL {
        let key = signing_key(algorithm);
        let signature = key.sign(MESSAGE).unwrap();
        for &other in Algorithm::ALL {
            assert_eq!(
                key.verifying_key().verify(other, MESSAGE, &signature),
                other == algorithm,
                "{algorithm} under {other}"
            );
        }
        assert!(
            !key.verifying_key()
                .verify(algorithm, b"another", &signature)
        );
        assert!(!key.verifying_key().verify(algorithm, b"", &signature));
    }
}

#[test]
fn the_form_of_signatures_is_that_of_jose() {
    let lengths = [
        32, 48, 64, 256, 256, 256, 256, 256, 256, 64, 96, 132, 64, 64,
    ];
    for (&algorithm, length) in Algorithm::ALL.iter().zip(lengths) {
        let signature = signing_key(algorithm).sign(MESSAGE).unwrap();
        assert_eq!(signature.len(), length, "{algorithm}");
    }
}

#[test]
fn no_flipped_bit_of_a_signature_is_accepted() {
    for (algorithm, step) in [
        (Algorithm::HS256, 1),
        (Algorithm::ES256, 1),
        (Algorithm::EdDSA, 1),
        (Algorithm::RS256, 7),
        (Algorithm::PS256, 61),
        (Algorithm::ES512, 61),
    ] {
        let key = signing_key(algorithm);
        let signature = key.sign(MESSAGE).unwrap();
        for bit in (0..signature.len() * 8).step_by(step) {
            let mut flipped = signature.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(
                !key.verifying_key().verify(algorithm, MESSAGE, &flipped),
                "{algorithm}, bit {bit}"
            );
        }
    }
}

#[test]
fn signatures_of_a_wrong_length_are_refused() {
    for &algorithm in Algorithm::ALL {
        let key = signing_key(algorithm);
        let signature = key.sign(MESSAGE).unwrap();
        let verify = |signature: &[u8]| key.verifying_key().verify(algorithm, MESSAGE, signature);
        for length in [0, 1, 16, 63, 65, 66, 4096] {
            let mut other = signature.clone();
            other.resize(length, 0);
            assert!(!verify(&other), "{algorithm}, {length} bytes");
        }
        assert!(!verify(&signature[1..]), "{algorithm}");
        assert!(!verify(&[&signature[..], &[0]].concat()), "{algorithm}");
        assert!(!verify(&[&[0], &signature[..]].concat()), "{algorithm}");
        assert!(!verify(&signature[..signature.len() / 2]), "{algorithm}");
    }
}

#[test]
fn ecdsa_refuses_zeros_and_ones() {
    for (algorithm, length) in [
        (Algorithm::ES256, 64),
        (Algorithm::ES384, 96),
        (Algorithm::ES512, 132),
    ] {
        let key = signing_key(algorithm).verifying_key();
        assert!(!key.verify(algorithm, MESSAGE, &vec![0; length]));
        assert!(!key.verify(algorithm, MESSAGE, &vec![0xff; length]));
        let mut half = signing_key(algorithm).sign(MESSAGE).unwrap();
        half[..length / 2].fill(0);
        assert!(!key.verify(algorithm, MESSAGE, &half));
    }
}

#[test]
fn an_exponent_of_3_is_accepted() {
    let key = SigningKey::from_pem(Algorithm::RS256, pem!("rsa2048.e3.pkcs8")).unwrap();
    let public = VerifyingKey::from_pem(pem!("rsa2048.e3.spki")).unwrap();
    let signature = key.sign(MESSAGE).unwrap();
    assert!(public.verify(Algorithm::RS256, MESSAGE, &signature));
}
