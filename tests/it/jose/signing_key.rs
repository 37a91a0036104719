use tower_bearer::{Algorithm, SigningKey};

use super::*;

const SEC1: &str = "the private key is in the form of SEC 1: convert it to PKCS#8, \
     with `openssl pkcs8 -topk8 -nocrypt -in KEY -out PKCS8`";
const ENCRYPTED: &str =
    "the private key is encrypted: decrypt it first, with `openssl pkcs8 -in KEY -out PLAIN`";
const PUBLIC: &str = "this is a public key: give the private key that belongs to it";

#[test]
fn the_verifying_key_is_of_the_same_id_and_algorithm() {
    for &algorithm in Algorithm::ALL {
        let key = signing_key(algorithm).with_key_id("a");
        assert_eq!(key.algorithm(), algorithm);
        assert_eq!(key.key_id(), Some("a"));
        assert_eq!(key.verifying_key().key_id(), Some("a"));
        assert_eq!(key.verifying_key().algorithms(), algorithm.into());
    }
}

#[test]
fn rsa_keys_come_in_two_forms() {
    for pem in [&pem!("rsa2048.pkcs8")[..], pem!("rsa2048.pkcs1")] {
        for key in [
            SigningKey::from_pem(Algorithm::PS256, pem).unwrap(),
            SigningKey::from_der(Algorithm::PS256, der(pem)).unwrap(),
        ] {
            let signature = key.sign(b"message").unwrap();
            let public = signing_key(Algorithm::PS256).verifying_key();
            assert!(public.verify(Algorithm::PS256, b"message", &signature));
        }
    }
}

#[test]
fn keys_are_made_for_every_algorithm() {
    for &algorithm in Algorithm::ALL {
        let [key, other] = [(); 2].map(|()| SigningKey::generate(algorithm).unwrap());
        assert_eq!((key.algorithm(), key.key_id()), (algorithm, None));
        assert_eq!(key.verifying_key().algorithms(), algorithm.into());
        let signature = key.sign(b"message").unwrap();
        let verifies = |key: &SigningKey| {
            key.verifying_key()
                .verify(algorithm, b"message", &signature)
        };
        assert!(verifies(&key), "{algorithm}");
        assert!(!verifies(&other), "{algorithm}");
    }
}

#[test]
fn a_secret_is_as_long_as_the_hash() {
    for (algorithm, length) in [
        (Algorithm::HS256, 32),
        (Algorithm::HS384, 48),
        (Algorithm::HS512, 64),
    ] {
        assert!(SigningKey::from_secret(algorithm, &SECRET[..length]).is_ok());
        assert_error(
            SigningKey::from_secret(algorithm, &SECRET[..length - 1]),
            &format!(
                "the secret has {} bits: use at least {} random bits ({length} bytes)",
                length * 8 - 8,
                length * 8
            ),
        );
    }
    assert_error(
        SigningKey::from_secret(Algorithm::HS256, pem!("rsa2048.spki")),
        SECRET_IS_KEY,
    );
    assert_error(
        SigningKey::from_secret(Algorithm::RS256, SECRET),
        WRONG_ALGORITHM,
    );
}

#[test]
fn the_algorithm_fits_the_key() {
    for (algorithm, pem) in [
        (Algorithm::ES256, &pem!("rsa2048.pkcs8")[..]),
        (Algorithm::ES256, pem!("rsa2048.pkcs1")),
        (Algorithm::ES256, pem!("p384.pkcs8")),
        (Algorithm::ES384, pem!("p521.pkcs8")),
        (Algorithm::RS256, pem!("p256.pkcs8")),
        (Algorithm::EdDSA, pem!("p256.pkcs8")),
        (Algorithm::ES256, pem!("ed25519.pkcs8")),
        (Algorithm::HS256, pem!("ed25519.pkcs8")),
        (Algorithm::HS256, pem!("rsa2048.pkcs1")),
    ] {
        assert_error(SigningKey::from_pem(algorithm, pem), WRONG_ALGORITHM);
    }
}

#[test]
fn unusable_keys_are_refused() {
    use Algorithm::{ES256, EdDSA, RS256};
    for (algorithm, pem, text) in [
        (RS256, &pem!("rsa2048.spki")[..], PUBLIC),
        (RS256, pem!("rsa2048.public.pkcs1"), PUBLIC),
        (RS256, pem!("rsa2048.certificate"), PUBLIC),
        (EdDSA, pem!("ed25519.spki"), PUBLIC),
        (RS256, pem!("rsa2048.encrypted"), ENCRYPTED),
        (ES256, pem!("p256.sec1"), SEC1),
    ] {
        assert_error(SigningKey::from_pem(algorithm, pem), text);
        assert_error(SigningKey::from_der(algorithm, der(pem)), text);
    }
    assert_error(
        SigningKey::from_pem(RS256, pem!("rsa2048.encrypted.pkcs1")),
        ENCRYPTED,
    );
    assert_error(
        SigningKey::from_pem(EdDSA, pem!("openssh.private")),
        "the private key is in the form of OpenSSH: convert it with `ssh-keygen -p -m PKCS8`",
    );
    assert_error(
        SigningKey::from_pem(RS256, pem!("rsa1024.pkcs8")),
        "the RSA key has 1024 bits: use one of at least 2048 bits",
    );
    let good = der(pem!("rsa2048.pkcs8"));
    for length in 0..good.len() {
        assert!(SigningKey::from_der(RS256, &good[..length]).is_err());
    }
    let mut bad = good.clone();
    bad[200] ^= 1;
    assert_error(
        SigningKey::from_der(RS256, bad),
        "the private key is damaged or inconsistent",
    );
}

#[test]
fn debug_shows_no_key() {
    let key = SigningKey::from_secret(Algorithm::HS256, SECRET).unwrap();
    assert_eq!(
        format!("{key:?}"),
        "SigningKey { key_id: None, algorithm: HS256, .. }"
    );
}
