//! The rules for HMAC secrets.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;
use serde::Deserialize;
use serde::de::IgnoredAny;
use zeroize::Zeroizing;

use crate::error::KeyError;
use crate::jose::algorithm::Hash;
use crate::jose::der::DerForm;
use crate::jose::object::Object;
use crate::jose::{Algorithm, AlgorithmSet, KeyFamily};

/// The algorithms that a secret is long enough for
/// ([RFC 7518 §3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)).
pub(crate) fn algorithms_of(secret: &[u8]) -> Result<AlgorithmSet, KeyError> {
    check_not_a_key(secret)?;
    let bits = bit_length(secret);
    let algorithms: AlgorithmSet = AlgorithmSet::of_family(KeyFamily::Hmac)
        .iter()
        .filter(|algorithm| algorithm.hash().bits() <= bits)
        .collect();
    if algorithms.is_empty() {
        return Err(KeyError::SecretTooShort {
            bits,
            needed: Hash::Sha256.bits(),
        });
    }
    Ok(algorithms)
}

/// The given algorithm, if the secret is long enough for it.
pub(crate) fn algorithms_for(
    secret: &[u8],
    algorithm: Algorithm,
) -> Result<AlgorithmSet, KeyError> {
    if algorithm.family() != KeyFamily::Hmac {
        return Err(KeyError::Algorithm);
    }
    check_not_a_key(secret)?;
    let (bits, needed) = (bit_length(secret), algorithm.hash().bits());
    if bits < needed {
        return Err(KeyError::SecretTooShort { bits, needed });
    }
    Ok(algorithm.into())
}

pub(crate) fn bit_length(secret: &[u8]) -> usize {
    secret.len().saturating_mul(8)
}

/// Refuses secrets that are keys of another kind. Everyone knows a public key: as a secret, it lets
/// everyone sign (CVE-2016-10555, CVE-2022-29217, CVE-2024-33663, CVE-2026-34950).
pub(crate) fn check_not_a_key(secret: &[u8]) -> Result<(), KeyError> {
    let text = secret.trim_ascii();
    if is_pem(text) || is_openssh(text) || is_jwk(text) || is_der(secret) || is_base64_der(text) {
        return Err(KeyError::SecretIsKey);
    }
    Ok(())
}

/// Finds a block anywhere: a byte order mark or a comment may precede it.
fn is_pem(text: &[u8]) -> bool {
    memmem::find(text, b"---- BEGIN ").is_some() || memmem::find(text, b"-----BEGIN ").is_some()
}

fn is_openssh(text: &[u8]) -> bool {
    [&b"ssh-"[..], b"ecdsa-sha2-", b"sk-ssh-", b"sk-ecdsa-sha2-"]
        .iter()
        .any(|prefix| text.starts_with(prefix))
}

fn is_jwk(text: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct JwkOrSet {
        kty: Option<IgnoredAny>,
        keys: Option<IgnoredAny>,
    }
    serde_json::from_slice::<Object<JwkOrSet>>(text)
        .is_ok_and(|Object(found)| found.kty.is_some() || found.keys.is_some())
}

fn is_der(bytes: &[u8]) -> bool {
    DerForm::of(bytes).is_ok()
}

/// A PEM block without its first and last line, as some consoles show public keys.
fn is_base64_der(text: &[u8]) -> bool {
    // Every key in DER begins with the byte 0x30, and so with this letter.
    if !text.starts_with(b"M") {
        return false;
    }
    let letters: Zeroizing<Vec<u8>> = Zeroizing::new(
        text.iter()
            .copied()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect(),
    );
    STANDARD
        .decode(&*letters)
        .map(Zeroizing::new)
        .is_ok_and(|bytes| is_der(&bytes))
}
