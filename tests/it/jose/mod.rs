use tower_bearer::{Algorithm, ConfigError, SigningKey};

mod algorithm;
mod backend;
mod claim_path;
mod claims;
mod differential;
pub(crate) mod forged;
mod header;
mod jwk;
mod jwk_numbers;
mod jwk_set;
mod members;
mod numeric_date;
mod private_names;
mod signing_key;
mod token;
mod verifying_key;

/// A fixture by the name of its file, without `.pem`.
macro_rules! pem {
    ($name:literal) => {
        include_bytes!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/it/fixtures/",
            $name,
            ".pem"
        ))
    };
}
pub(crate) use pem;

pub(crate) const SECRET: [u8; 64] =
    *b"0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789ABCDEF";

/// A signing key for the algorithm, out of the fixtures.
pub(crate) fn signing_key(algorithm: Algorithm) -> SigningKey {
    let pem: &[u8] = match algorithm {
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => {
            return SigningKey::from_secret(algorithm, SECRET).unwrap();
        }
        Algorithm::ES256 => pem!("p256.pkcs8"),
        Algorithm::ES384 => pem!("p384.pkcs8"),
        Algorithm::ES512 => pem!("p521.pkcs8"),
        Algorithm::EdDSA | Algorithm::Ed25519 => pem!("ed25519.pkcs8"),
        _ => pem!("rsa2048.pkcs8"),
    };
    SigningKey::from_pem(algorithm, pem).unwrap()
}

pub(crate) fn der(pem: &[u8]) -> Vec<u8> {
    pem::parse(pem).unwrap().into_contents()
}

/// Asserts that a set-up fails, and how it says so.
#[track_caller]
pub(crate) fn assert_error<T: std::fmt::Debug>(result: Result<T, ConfigError>, text: &str) {
    assert_eq!(result.unwrap_err().to_string(), text);
}

pub(crate) const NOT_BASE64: &str = "a member of the JWK is not base64url without padding";
pub(crate) const NOT_AN_OBJECT: &str =
    "the JWK is not one JSON object with well-typed, unrepeated members";
pub(crate) const NO_MEMBER: &str = "the JWK lacks a member of its type";
pub(crate) const WRONG_ALGORITHM: &str = "the algorithm does not fit the key, or is not supported: \
     name one of the key's own family";
pub(crate) const WRONG_TYPE: &str = "the key is of a type or a curve that is not supported: \
     use RSA, P-256, P-384, P-521, Ed25519 or an HMAC secret";
pub(crate) const NOT_FOR_VERIFICATION: &str =
    "the key is not for verifying signatures, by its `use` or `key_ops`: use another";
pub(crate) const PRIVATE: &str = "this is a private key: give the public key that belongs to it, \
     and keep the private key where tokens are issued";
pub(crate) const SECRET_IS_KEY: &str = "the secret is a public key, a private key or a certificate: \
     load it as a key, or use random bytes as the secret";
pub(crate) const WRONG_COORDINATE: &str =
    "a coordinate of the EC key is not as long as its curve demands";
pub(crate) const BAD_NUMBERS: &str = "the numbers of the public key do not make a key";
pub(crate) const BAD_EXPONENT: &str =
    "the exponent of the RSA key is not an odd number from 3 to 2^33";
