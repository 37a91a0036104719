//! Cryptography by AWS-LC.

use aws_lc_rs::digest;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::{self, SystemRandom};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, Ed25519KeyPair, KeyPair,
    ParsedPublicKey, RsaEncoding, RsaKeyPair, RsaParameters, RsaPublicKeyComponents,
};

use super::PrivateMaterial;
use crate::error::KeyError;
use crate::jose::key_material::{Curve, KeyMaterial, PublicMaterial};
use crate::jose::{Algorithm, der};

/// A verifying key for one algorithm.
pub(crate) enum VerifyKey {
    Hmac(Box<hmac::Key>),
    Public(ParsedPublicKey),
}

impl VerifyKey {
    pub(crate) fn new(algorithm: Algorithm, material: &KeyMaterial<'_>) -> Result<Self, KeyError> {
        let parsed = match material {
            KeyMaterial::Secret(secret) => {
                return hmac_key(algorithm, secret).map(Self::Hmac);
            }
            KeyMaterial::Public(PublicMaterial::Rsa { n, e }) => {
                RsaPublicKeyComponents { n, e }.to_parsed_public_key(rsa_parameters(algorithm)?)
            }
            KeyMaterial::Public(PublicMaterial::Ec { curve, point }) => {
                ParsedPublicKey::new(ecdsa_verification(algorithm, *curve)?, point)
            }
            KeyMaterial::Public(PublicMaterial::Ed25519(key)) => {
                ParsedPublicKey::new(&signature::ED25519, key)
            }
        };
        parsed
            .map(Self::Public)
            .map_err(|_| KeyError::Malformed("the numbers of the public key do not make a key"))
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Hmac(key) => hmac::verify(key, message, signature).is_ok(),
            Self::Public(key) => key.verify_sig(message, signature).is_ok(),
        }
    }
}

/// A signing key for one algorithm.
pub(crate) enum SignKey {
    Hmac(Box<hmac::Key>),
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    Ec(EcdsaKeyPair, Curve),
    Ed25519(Ed25519KeyPair),
}

impl SignKey {
    pub(crate) fn new(
        algorithm: Algorithm,
        material: PrivateMaterial<'_>,
    ) -> Result<Self, KeyError> {
        match material {
            PrivateMaterial::Secret(secret) => hmac_key(algorithm, secret).map(Self::Hmac),
            PrivateMaterial::Pkcs1(pkcs1) => {
                let pair = RsaKeyPair::from_der(pkcs1).map_err(|_| MALFORMED)?;
                Ok(Self::Rsa(pair, rsa_encoding(algorithm)?))
            }
            PrivateMaterial::Pkcs8(pkcs8) => Self::from_pkcs8(algorithm, pkcs8),
        }
    }

    /// Generates a key pair. The caller generates secrets, to keep their hash.
    pub(crate) fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        match algorithm {
            Algorithm::ES256 | Algorithm::ES384 | Algorithm::ES512 => {
                let (curve, signing) = ecdsa_signing(algorithm)?;
                EcdsaKeyPair::generate(signing).map(|pair| Self::Ec(pair, curve))
            }
            Algorithm::EdDSA | Algorithm::Ed25519 => Ed25519KeyPair::generate().map(Self::Ed25519),
            _ => {
                let encoding = rsa_encoding(algorithm)?;
                RsaKeyPair::generate(KeySize::Rsa2048).map(|pair| Self::Rsa(pair, encoding))
            }
        }
        .map_err(|_| KeyError::GenerationFailed)
    }

    fn from_pkcs8(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, KeyError> {
        match algorithm {
            Algorithm::ES256 | Algorithm::ES384 | Algorithm::ES512 => {
                let (curve, signing) = ecdsa_signing(algorithm)?;
                let pair = EcdsaKeyPair::from_pkcs8(signing, pkcs8).map_err(|_| MALFORMED)?;
                Ok(Self::Ec(pair, curve))
            }
            Algorithm::EdDSA | Algorithm::Ed25519 => Ed25519KeyPair::from_pkcs8(pkcs8)
                .map(Self::Ed25519)
                .map_err(|_| MALFORMED),
            _ => {
                let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| MALFORMED)?;
                Ok(Self::Rsa(pair, rsa_encoding(algorithm)?))
            }
        }
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match self {
            Self::Hmac(key) => Ok(hmac::sign(key, message).as_ref().to_vec()),
            Self::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &SystemRandom::new(), message, &mut signature)
                    .map(|()| signature)
            }
            .map_err(|_| KeyError::SigningFailed),
            Self::Ec(pair, _) => pair
                .sign(&SystemRandom::new(), message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| KeyError::SigningFailed),
            Self::Ed25519(pair) => pair
                .try_sign(message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| KeyError::SigningFailed),
        }
    }

    /// The public half of a key pair. `None` for a secret.
    pub(crate) fn public_half(&self) -> Result<Option<PublicMaterial>, KeyError> {
        match self {
            Self::Hmac(_) => Ok(None),
            Self::Rsa(pair, _) => der::pkcs1_public(pair.public_key().as_ref()).map(Some),
            Self::Ec(pair, curve) => {
                PublicMaterial::ec_point(*curve, pair.public_key().as_ref()).map(Some)
            }
            Self::Ed25519(pair) => PublicMaterial::ed25519(pair.public_key().as_ref()).map(Some),
        }
    }
}

/// The SHA-256 of some bytes.
#[expect(clippy::unnecessary_wraps, reason = "without a back end, this fails")]
pub(crate) fn sha256(bytes: &[u8]) -> Result<[u8; 32], KeyError> {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    Ok(hash)
}

/// Cryptographically secure random bytes.
pub(crate) fn random<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).ok()?;
    Some(bytes)
}

const MALFORMED: KeyError = KeyError::Malformed("the private key is damaged or inconsistent");

fn hmac_key(algorithm: Algorithm, secret: &[u8]) -> Result<Box<hmac::Key>, KeyError> {
    let hash = match algorithm {
        Algorithm::HS256 => hmac::HMAC_SHA256,
        Algorithm::HS384 => hmac::HMAC_SHA384,
        Algorithm::HS512 => hmac::HMAC_SHA512,
        _ => return Err(KeyError::Algorithm),
    };
    Ok(Box::new(hmac::Key::new(hash, secret)))
}

/// For PSS, these require a salt as long as the hash.
fn rsa_parameters(algorithm: Algorithm) -> Result<&'static RsaParameters, KeyError> {
    match algorithm {
        Algorithm::RS256 => Ok(&signature::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => Ok(&signature::RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => Ok(&signature::RSA_PKCS1_2048_8192_SHA512),
        Algorithm::PS256 => Ok(&signature::RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => Ok(&signature::RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => Ok(&signature::RSA_PSS_2048_8192_SHA512),
        _ => Err(KeyError::Algorithm),
    }
}

fn rsa_encoding(algorithm: Algorithm) -> Result<&'static dyn RsaEncoding, KeyError> {
    match algorithm {
        Algorithm::RS256 => Ok(&signature::RSA_PKCS1_SHA256),
        Algorithm::RS384 => Ok(&signature::RSA_PKCS1_SHA384),
        Algorithm::RS512 => Ok(&signature::RSA_PKCS1_SHA512),
        Algorithm::PS256 => Ok(&signature::RSA_PSS_SHA256),
        Algorithm::PS384 => Ok(&signature::RSA_PSS_SHA384),
        Algorithm::PS512 => Ok(&signature::RSA_PSS_SHA512),
        _ => Err(KeyError::Algorithm),
    }
}

fn ecdsa_verification(
    algorithm: Algorithm,
    curve: Curve,
) -> Result<&'static EcdsaVerificationAlgorithm, KeyError> {
    match (algorithm, curve) {
        (Algorithm::ES256, Curve::P256) => Ok(&signature::ECDSA_P256_SHA256_FIXED),
        (Algorithm::ES384, Curve::P384) => Ok(&signature::ECDSA_P384_SHA384_FIXED),
        (Algorithm::ES512, Curve::P521) => Ok(&signature::ECDSA_P521_SHA512_FIXED),
        _ => Err(KeyError::Algorithm),
    }
}

fn ecdsa_signing(
    algorithm: Algorithm,
) -> Result<(Curve, &'static EcdsaSigningAlgorithm), KeyError> {
    match algorithm {
        Algorithm::ES256 => Ok((Curve::P256, &signature::ECDSA_P256_SHA256_FIXED_SIGNING)),
        Algorithm::ES384 => Ok((Curve::P384, &signature::ECDSA_P384_SHA384_FIXED_SIGNING)),
        Algorithm::ES512 => Ok((Curve::P521, &signature::ECDSA_P521_SHA512_FIXED_SIGNING)),
        _ => Err(KeyError::Algorithm),
    }
}
