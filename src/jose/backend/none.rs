//! No cryptography: the crate compiles, and loading a key fails.

use std::convert::Infallible;

use super::PrivateMaterial;
use crate::error::KeyError;
use crate::jose::Algorithm;
use crate::jose::key_material::{KeyMaterial, PublicMaterial};

/// Cannot exist.
pub(crate) struct VerifyKey(Infallible);

impl VerifyKey {
    pub(crate) fn new(_: Algorithm, _: &KeyMaterial<'_>) -> Result<Self, KeyError> {
        Err(KeyError::NoBackend)
    }

    pub(crate) fn verify(&self, _: &[u8], _: &[u8]) -> bool {
        match self.0 {}
    }
}

/// Cannot exist.
pub(crate) struct SignKey(Infallible);

impl SignKey {
    pub(crate) fn new(_: Algorithm, _: PrivateMaterial<'_>) -> Result<Self, KeyError> {
        Err(KeyError::NoBackend)
    }

    pub(crate) fn generate(_: Algorithm) -> Result<Self, KeyError> {
        Err(KeyError::NoBackend)
    }

    pub(crate) fn sign(&self, _: &[u8]) -> Result<Vec<u8>, KeyError> {
        match self.0 {}
    }

    pub(crate) fn public_half(&self) -> Result<Option<PublicMaterial>, KeyError> {
        match self.0 {}
    }
}

pub(crate) fn sha256(_: &[u8]) -> Result<[u8; 32], KeyError> {
    Err(KeyError::NoBackend)
}

pub(crate) fn random<const N: usize>() -> Option<[u8; N]> {
    None
}
