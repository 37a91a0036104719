//! Cryptography in pure Rust by the `RustCrypto` project.

use hmac::{Hmac, Mac};
use p256::pkcs8::DecodePrivateKey;
use rand_core::{OsRng, RngCore};
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, RsaPrivateKey, RsaPublicKey, pkcs1v15, pss};
use sha2::{Digest, Sha256, Sha384, Sha512};
use signature::{RandomizedSigner, SignatureEncoding, Signer, Verifier};
use zeroize::Zeroizing;

use super::{PrivateMaterial, random_bytes};
use crate::error::KeyError;
use crate::jose::Algorithm;
use crate::jose::key_material::{Curve, KeyMaterial, MAX_RSA_BITS, PublicMaterial};

/// A verifying key for one algorithm.
pub(crate) struct VerifyKey(Box<VerifyFn>);

/// Takes the message and the signature.
type VerifyFn = dyn Fn(&[u8], &[u8]) -> bool + Send + Sync;

impl VerifyKey {
    pub(crate) fn new(algorithm: Algorithm, material: &KeyMaterial<'_>) -> Result<Self, KeyError> {
        match material {
            KeyMaterial::Secret(secret) => Self::hmac(algorithm, secret),
            KeyMaterial::Public(PublicMaterial::Rsa { n, e }) => Self::rsa(algorithm, n, e),
            KeyMaterial::Public(PublicMaterial::Ec { curve, point }) => match (algorithm, curve) {
                (Algorithm::ES256, Curve::P256) => {
                    p256::ecdsa::VerifyingKey::from_sec1_bytes(point)
                        .map(Self::of::<_, p256::ecdsa::Signature>)
                }
                (Algorithm::ES384, Curve::P384) => {
                    p384::ecdsa::VerifyingKey::from_sec1_bytes(point)
                        .map(Self::of::<_, p384::ecdsa::Signature>)
                }
                (Algorithm::ES512, Curve::P521) => {
                    p521::ecdsa::VerifyingKey::from_sec1_bytes(point)
                        .map(Self::of::<_, p521::ecdsa::Signature>)
                }
                _ => return Err(KeyError::Algorithm),
            }
            .map_err(|_| BAD_NUMBERS),
            // Not `verify_strict`: under the keys that `PublicMaterial` lets through, it differs
            // only in refusing an R of small order, which AWS-LC accepts and only the holder of
            // the private key can make. S is checked, and R compared by its bytes, by both.
            KeyMaterial::Public(PublicMaterial::Ed25519(key)) => {
                ed25519_dalek::VerifyingKey::from_bytes(key)
                    .map(Self::of::<_, ed25519_dalek::Signature>)
                    .map_err(|_| BAD_NUMBERS)
            }
        }
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        (self.0)(message, signature)
    }

    fn of<K, S>(key: K) -> Self
    where
        K: Verifier<S> + Send + Sync + 'static,
        S: for<'a> TryFrom<&'a [u8]>,
    {
        Self(Box::new(move |message, signature| {
            S::try_from(signature).is_ok_and(|signature| key.verify(message, &signature).is_ok())
        }))
    }

    fn hmac(algorithm: Algorithm, secret: &[u8]) -> Result<Self, KeyError> {
        fn keyed<M: Mac + Clone + Send + Sync + 'static>(mac: M) -> VerifyKey {
            VerifyKey(Box::new(move |message, signature| {
                mac.clone()
                    .chain_update(message)
                    .verify_slice(signature)
                    .is_ok()
            }))
        }
        match algorithm {
            Algorithm::HS256 => Hmac::<Sha256>::new_from_slice(secret).map(keyed),
            Algorithm::HS384 => Hmac::<Sha384>::new_from_slice(secret).map(keyed),
            Algorithm::HS512 => Hmac::<Sha512>::new_from_slice(secret).map(keyed),
            _ => return Err(KeyError::Algorithm),
        }
        .map_err(|_| BAD_NUMBERS)
    }

    /// For PSS, `pss::VerifyingKey` requires a salt as long as the hash.
    fn rsa(algorithm: Algorithm, n: &[u8], e: &[u8]) -> Result<Self, KeyError> {
        let (n, e) = (BigUint::from_bytes_be(n), BigUint::from_bytes_be(e));
        let key = RsaPublicKey::new_with_max_size(n, e, MAX_RSA_BITS).map_err(|_| BAD_NUMBERS)?;
        Ok(match algorithm {
            Algorithm::RS256 => {
                Self::of::<_, pkcs1v15::Signature>(pkcs1v15::VerifyingKey::<Sha256>::new(key))
            }
            Algorithm::RS384 => {
                Self::of::<_, pkcs1v15::Signature>(pkcs1v15::VerifyingKey::<Sha384>::new(key))
            }
            Algorithm::RS512 => {
                Self::of::<_, pkcs1v15::Signature>(pkcs1v15::VerifyingKey::<Sha512>::new(key))
            }
            Algorithm::PS256 => {
                Self::of::<_, pss::Signature>(pss::VerifyingKey::<Sha256>::new(key))
            }
            Algorithm::PS384 => {
                Self::of::<_, pss::Signature>(pss::VerifyingKey::<Sha384>::new(key))
            }
            Algorithm::PS512 => {
                Self::of::<_, pss::Signature>(pss::VerifyingKey::<Sha512>::new(key))
            }
            _ => return Err(KeyError::Algorithm),
        })
    }
}

/// A signing key for one algorithm.
pub(crate) struct SignKey {
    sign: Box<SignFn>,
    public_half: Option<PublicMaterial>,
}

/// Takes the message.
type SignFn = dyn Fn(&[u8]) -> Result<Vec<u8>, signature::Error> + Send + Sync;

impl SignKey {
    pub(crate) fn new(
        algorithm: Algorithm,
        material: PrivateMaterial<'_>,
    ) -> Result<Self, KeyError> {
        match material {
            PrivateMaterial::Secret(secret) => Self::hmac(algorithm, secret),
            PrivateMaterial::Pkcs1(pkcs1) => RsaPrivateKey::from_pkcs1_der(pkcs1)
                .map_err(|_| MALFORMED)
                .and_then(|key| Self::rsa(algorithm, key)),
            PrivateMaterial::Pkcs8(pkcs8) => Self::from_pkcs8(algorithm, pkcs8),
        }
    }

    /// Generates a key pair. The caller generates secrets, to keep their hash.
    pub(crate) fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        // Generating an RSA key panics without random numbers, so this fails first.
        let seed = Zeroizing::new(random_bytes()?);
        match algorithm {
            Algorithm::ES256 => Self::p256(&p256::SecretKey::random(&mut OsRng)),
            Algorithm::ES384 => Self::p384(&p384::SecretKey::random(&mut OsRng)),
            Algorithm::ES512 => Self::p521(&p521::SecretKey::random(&mut OsRng)),
            Algorithm::EdDSA | Algorithm::Ed25519 => {
                Self::ed25519(ed25519_dalek::SigningKey::from_bytes(&seed))
            }
            _ => RsaPrivateKey::new(&mut OsRng, GENERATED_RSA_BITS)
                .map_err(|_| KeyError::GenerationFailed)
                .and_then(|key| Self::rsa(algorithm, key)),
        }
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        (self.sign)(message).map_err(|_| KeyError::SigningFailed)
    }

    /// The public half of a key pair. `None` for a secret.
    #[expect(clippy::unnecessary_wraps, reason = "the twin can fail here")]
    pub(crate) fn public_half(&self) -> Result<Option<PublicMaterial>, KeyError> {
        Ok(self.public_half.clone())
    }

    /// Signs with random numbers for the ECDSA nonce, the PSS salt, and RSA blinding.
    fn of<K, S>(key: K, public_half: PublicMaterial) -> Self
    where
        K: RandomizedSigner<S> + Send + Sync + 'static,
        S: SignatureEncoding,
    {
        Self {
            sign: Box::new(move |message| {
                key.try_sign_with_rng(&mut OsRng, message)
                    .map(|signature| signature.to_vec())
            }),
            public_half: Some(public_half),
        }
    }

    fn hmac(algorithm: Algorithm, secret: &[u8]) -> Result<Self, KeyError> {
        fn keyed<M: Mac + Clone + Send + Sync + 'static>(mac: M) -> SignKey {
            SignKey {
                sign: Box::new(move |message| {
                    let tag = mac.clone().chain_update(message).finalize();
                    Ok(tag.into_bytes().to_vec())
                }),
                public_half: None,
            }
        }
        match algorithm {
            Algorithm::HS256 => Hmac::<Sha256>::new_from_slice(secret).map(keyed),
            Algorithm::HS384 => Hmac::<Sha384>::new_from_slice(secret).map(keyed),
            Algorithm::HS512 => Hmac::<Sha512>::new_from_slice(secret).map(keyed),
            _ => return Err(KeyError::Algorithm),
        }
        .map_err(|_| MALFORMED)
    }

    fn rsa(algorithm: Algorithm, key: RsaPrivateKey) -> Result<Self, KeyError> {
        let public = PublicMaterial::rsa(&key.n().to_bytes_be(), &key.e().to_bytes_be())?;
        Ok(match algorithm {
            Algorithm::RS256 => Self::of(pkcs1v15::SigningKey::<Sha256>::new(key), public),
            Algorithm::RS384 => Self::of(pkcs1v15::SigningKey::<Sha384>::new(key), public),
            Algorithm::RS512 => Self::of(pkcs1v15::SigningKey::<Sha512>::new(key), public),
            Algorithm::PS256 => Self::of(pss::BlindedSigningKey::<Sha256>::new(key), public),
            Algorithm::PS384 => Self::of(pss::BlindedSigningKey::<Sha384>::new(key), public),
            Algorithm::PS512 => Self::of(pss::BlindedSigningKey::<Sha512>::new(key), public),
            _ => return Err(KeyError::Algorithm),
        })
    }

    fn from_pkcs8(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, KeyError> {
        fn read<K: DecodePrivateKey>(pkcs8: &[u8]) -> Result<K, KeyError> {
            K::from_pkcs8_der(pkcs8).map_err(|_| MALFORMED)
        }
        match algorithm {
            Algorithm::ES256 => Self::p256(&read(pkcs8)?),
            Algorithm::ES384 => Self::p384(&read(pkcs8)?),
            Algorithm::ES512 => Self::p521(&read(pkcs8)?),
            Algorithm::EdDSA | Algorithm::Ed25519 => Self::ed25519(read(pkcs8)?),
            _ => Self::rsa(algorithm, read(pkcs8)?),
        }
    }

    fn ed25519(key: ed25519_dalek::SigningKey) -> Result<Self, KeyError> {
        let public = PublicMaterial::ed25519(key.verifying_key().as_bytes())?;
        Ok(Self {
            sign: Box::new(move |message| {
                key.try_sign(message).map(|signature| signature.to_vec())
            }),
            public_half: Some(public),
        })
    }
}

/// The types of the three curves share no usable trait.
macro_rules! ecdsa {
    ($curve:ident, $name:ident) => {
        impl SignKey {
            fn $curve(secret: &$curve::SecretKey) -> Result<Self, KeyError> {
                let key = $curve::ecdsa::SigningKey::from_bytes(&secret.to_bytes())
                    .map_err(|_| MALFORMED)?;
                let point = $curve::ecdsa::VerifyingKey::from(&key).to_encoded_point(false);
                let public = PublicMaterial::ec_point(Curve::$name, point.as_bytes())?;
                Ok(Self::of::<_, $curve::ecdsa::Signature>(key, public))
            }
        }
    };
}

ecdsa!(p256, P256);
ecdsa!(p384, P384);
ecdsa!(p521, P521);

/// As in `aws_lc.rs`.
const GENERATED_RSA_BITS: usize = 2048;

/// The SHA-256 of some bytes.
#[expect(clippy::unnecessary_wraps, reason = "without a back end, this fails")]
pub(crate) fn sha256(bytes: &[u8]) -> Result<[u8; 32], KeyError> {
    Ok(Sha256::digest(bytes).into())
}

/// Cryptographically secure random bytes.
pub(crate) fn random<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    OsRng.try_fill_bytes(&mut bytes).ok()?;
    Some(bytes)
}

const BAD_NUMBERS: KeyError =
    KeyError::Malformed("the numbers of the public key do not make a key");
const MALFORMED: KeyError = KeyError::Malformed("the private key is damaged or inconsistent");
