//! PEM, DER, certificates and secrets → keys.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::EncodingKey;
use tower_bearer::jose::{Jwk, KeyFamily};
use tower_bearer::{Algorithm, ConfigError, KeyError, SigningKey, VerifyingKey};

/// The input is read as PEM, as DER, as the DER inside of a PEM block, and as a secret.
pub fn run(input: &[u8]) {
    let by_pem = VerifyingKey::from_pem(input);
    let by_der = VerifyingKey::from_der(input);
    for key in [&by_pem, &by_der].into_iter().flatten() {
        check_public(key);
    }
    if by_pem.is_ok() {
        let begins = input
            .windows(11)
            .filter(|text| *text == b"-----BEGIN ")
            .count();
        assert_eq!(begins, 1, "one of several keys was chosen");
    }
    read_wrapped(input, &by_der);

    let mut is_key = by_pem.is_ok() || by_der.is_ok();
    for algorithm in ALGORITHMS {
        let pair = SigningKey::from_pem(algorithm, input);
        let by_der = SigningKey::from_der(algorithm, input);
        let theirs = SigningKey::from_encoding_key(algorithm, &encoding_key(algorithm, input));
        assert_eq!(theirs.is_ok(), by_der.is_ok());
        if let Ok(pair) = pair.or(by_der) {
            check_pair(&pair, algorithm);
            is_key = true;
        }
    }
    read_secret(input, is_key);
}

/// One for each type of key: the others of its family differ in the signature only.
const ALGORITHMS: [Algorithm; 5] = [
    Algorithm::RS256,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::ES512,
    Algorithm::EdDSA,
];

fn encoding_key(algorithm: Algorithm, der: &[u8]) -> EncodingKey {
    match algorithm.family() {
        KeyFamily::Rsa => EncodingKey::from_rsa_der(der),
        KeyFamily::Ec => EncodingKey::from_ec_der(der),
        _ => EncodingKey::from_ed_der(der),
    }
}

/// What is in a block is told by the block, whatever its label says.
fn read_wrapped(der: &[u8], by_der: &Result<VerifyingKey, ConfigError>) {
    let content = STANDARD.encode(der);
    for label in ["PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE"] {
        let pem = format!("-----BEGIN {label}-----\n{content}\n-----END {label}-----\n");
        match (VerifyingKey::from_pem(pem), by_der) {
            (Ok(key), Ok(expected)) => assert_eq!(thumbprint(&key), thumbprint(expected)),
            (key, expected) => assert_eq!(key.is_ok(), expected.is_ok(), "{label}"),
        }
    }
}

fn read_secret(secret: &[u8], is_key: bool) {
    let key = VerifyingKey::from_secret(secret);
    if is_key {
        assert!(
            matches!(key, Err(ConfigError::Key(KeyError::SecretIsKey))),
            "{key:?}"
        );
        return;
    }
    let Ok(key) = key else {
        return;
    };
    assert_eq!(key.family(), KeyFamily::Hmac);
    assert!(secret.len() >= 32);
    for algorithm in key.algorithms().iter() {
        let pair = SigningKey::from_secret(algorithm, secret).expect("it permits this");
        check_pair(&pair, algorithm);
        let signature = pair.sign(b"message").expect("it can sign");
        assert!(key.verify(algorithm, b"message", &signature));
    }
}

fn check_public(key: &VerifyingKey) {
    assert_ne!(key.family(), KeyFamily::Hmac);
    assert!(!key.algorithms().is_empty());
    for algorithm in key.algorithms().iter() {
        assert_eq!(algorithm.family(), key.family());
        assert!(!key.verify(algorithm, b"message", b""));
    }
    // It is the same key that others get to see.
    let written = serde_json::to_string(&Jwk::try_from(key).expect("it is public"));
    let again =
        VerifyingKey::from_jwk(written.expect("it can be written")).expect("it can be read");
    assert_eq!(thumbprint(&again), thumbprint(key));
    assert_eq!(again.algorithms(), key.algorithms());
}

/// The halves of what an operator gives need not fit: then it may not sign.
fn check_pair(pair: &SigningKey, algorithm: Algorithm) {
    assert_eq!(pair.algorithm(), algorithm);
    let shown = format!("SigningKey {{ key_id: None, algorithm: {algorithm}, .. }}");
    assert_eq!(format!("{pair:?}"), shown);
    let Ok(signature) = pair.sign(b"message") else {
        return;
    };
    assert!(
        pair.verifying_key()
            .verify(algorithm, b"message", &signature)
    );
    assert!(
        !pair
            .verifying_key()
            .verify(algorithm, b"another", &signature)
    );
}

fn thumbprint(key: &VerifyingKey) -> String {
    Jwk::try_from(key)
        .and_then(|jwk| jwk.thumbprint())
        .expect("it is public")
}
