//! Random numbers, hashes and comparisons for tokens that are not JWTs.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tower_bearer::KeyError;

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], KeyError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| KeyError::GenerationFailed)?;
    Ok(bytes)
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Compares in constant time.
pub(crate) fn equal<const N: usize>(one: &[u8; N], other: &[u8; N]) -> bool {
    one.ct_eq(other).into()
}
