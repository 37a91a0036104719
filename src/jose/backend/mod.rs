//! Cryptography by the chosen library. All back ends have the same interface, so no other module
//! knows which one is used.
//!
//! A key is parsed when it is loaded, once per algorithm: requests only verify.

use crate::error::KeyError;

#[cfg(feature = "aws-lc-rs")]
#[path = "aws_lc.rs"]
mod chosen;

#[cfg(all(feature = "rust-crypto", not(feature = "aws-lc-rs")))]
#[path = "rust_crypto.rs"]
mod chosen;

#[cfg(not(any(feature = "aws-lc-rs", feature = "rust-crypto")))]
#[path = "none.rs"]
mod chosen;

pub(crate) use chosen::{SignKey, VerifyKey, random, sha256};

/// [`random`] bytes, or the reason why there are none.
pub(crate) fn random_bytes<const N: usize>() -> Result<[u8; N], KeyError> {
    random().ok_or({
        if cfg!(any(feature = "aws-lc-rs", feature = "rust-crypto")) {
            KeyError::GenerationFailed
        } else {
            KeyError::NoBackend
        }
    })
}

/// A private key in a form that back ends read. Its type fits the algorithm.
#[derive(Clone, Copy)]
#[cfg_attr(
    not(any(feature = "aws-lc-rs", feature = "rust-crypto")),
    expect(dead_code, reason = "without a back end, nothing reads it")
)]
pub(crate) enum PrivateMaterial<'a> {
    Secret(&'a [u8]),
    Pkcs8(&'a [u8]),
    Pkcs1(&'a [u8]),
}
