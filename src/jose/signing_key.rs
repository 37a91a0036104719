//! Signing keys.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::error::{ConfigError, KeyError};
use crate::jose::backend::{self, PrivateMaterial, SignKey};
use crate::jose::der::DerForm;
use crate::jose::key_material::KeyMaterial;
use crate::jose::pem::{PemBlock, PemLabel};
use crate::jose::{Algorithm, KeyFamily, VerifyingKey, der, secret};

/// A key that signs with one algorithm.
///
/// It follows the rules of [`VerifyingKey`] and is cheap to clone. `Debug` shows the key id and the
/// algorithm, never the key.
///
/// ```
/// use tower_bearer::{Algorithm, SigningKey};
///
/// let key = SigningKey::from_secret(Algorithm::HS256, [7; 32])?.with_key_id("2026-01");
/// let signature = key.sign(b"message")?;
/// assert!(key.verifying_key().verify(Algorithm::HS256, b"message", &signature));
/// assert_eq!(
///     format!("{key:?}"),
///     r#"SigningKey { key_id: Some("2026-01"), algorithm: HS256, .. }"#
/// );
/// # Ok::<(), tower_bearer::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct SigningKey {
    algorithm: Algorithm,
    key: Arc<SignKey>,
    /// Made at once, so the rules for keys apply here as well.
    verifying_key: VerifyingKey,
}

impl SigningKey {
    /// An HMAC secret, shared with the verifiers.
    ///
    /// # Errors
    ///
    /// [`KeyError::Algorithm`] unless the algorithm is one of HMAC; [`KeyError::SecretTooShort`]
    /// if the secret is shorter than the hash; [`KeyError::SecretIsKey`] if it is a key of another
    /// kind.
    ///
    /// ```
    /// use tower_bearer::{Algorithm, SigningKey};
    ///
    /// let error = SigningKey::from_secret(Algorithm::HS512, [7; 32]).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the secret has 256 bits: use at least 512 random bits (64 bytes)"
    /// );
    /// ```
    pub fn from_secret(
        algorithm: Algorithm,
        secret: impl AsRef<[u8]>,
    ) -> Result<Self, ConfigError> {
        let secret = secret.as_ref();
        let algorithms = secret::algorithms_for(secret, algorithm)?;
        Ok(Self {
            algorithm,
            key: Arc::new(SignKey::new(algorithm, PrivateMaterial::Secret(secret))?),
            verifying_key: VerifyingKey::new(&KeyMaterial::Secret(secret), algorithms)?,
        })
    }

    /// A private key in PEM: one block labelled `PRIVATE KEY` (PKCS#8) or `RSA PRIVATE KEY`
    /// (PKCS#1).
    ///
    /// # Errors
    ///
    /// [`KeyError::Pem`] unless the text is exactly one such block, unencrypted;
    /// [`KeyError::PublicKey`] for a public key. Otherwise as [`from_der`](Self::from_der).
    ///
    /// ```
    /// use tower_bearer::{Algorithm, SigningKey};
    ///
    /// let key = SigningKey::from_pem(
    ///     Algorithm::EdDSA,
    ///     "-----BEGIN PRIVATE KEY-----\n\
    ///      MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
    ///      -----END PRIVATE KEY-----\n",
    /// )?;
    /// assert_eq!(key.sign(b"message")?.len(), 64);
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    pub fn from_pem(algorithm: Algorithm, pem: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let block = PemBlock::parse(pem.as_ref())?;
        match block.label {
            PemLabel::PrivateKey | PemLabel::RsaPrivateKey => {
                Self::from_der(algorithm, &*block.der)
            }
            PemLabel::PublicKey | PemLabel::RsaPublicKey | PemLabel::Certificate => {
                Err(KeyError::PublicKey.into())
            }
            PemLabel::EncryptedPrivateKey => Err(ENCRYPTED.into()),
            PemLabel::EcPrivateKey => Err(SEC1.into()),
            PemLabel::OpensshPrivateKey => Err(KeyError::Pem(
                "the private key is in the form of OpenSSH: convert it with \
                 `ssh-keygen -p -m PKCS8`",
            )
            .into()),
        }
    }

    /// A private key in DER: PKCS#8 ([RFC 5958](https://www.rfc-editor.org/rfc/rfc5958)), or for
    /// RSA also PKCS#1.
    ///
    /// # Errors
    ///
    /// [`KeyError::PublicKey`] for a public key or a certificate; [`KeyError::Algorithm`] if the
    /// key is not of the type or the curve of the algorithm; [`KeyError::RsaTooSmall`] and
    /// [`KeyError::RsaTooLarge`]; [`KeyError::Malformed`] for anything else.
    ///
    /// ```
    /// use tower_bearer::{Algorithm, ConfigError, KeyError, SigningKey};
    ///
    /// let error = SigningKey::from_der(Algorithm::ES256, b"no DER").unwrap_err();
    /// assert!(matches!(error, ConfigError::Key(KeyError::Malformed(_))));
    /// ```
    pub fn from_der(algorithm: Algorithm, der: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let bytes = der.as_ref();
        let material = match DerForm::of(bytes)? {
            DerForm::Pkcs8 => {
                der::check_pkcs8(bytes, algorithm)?;
                PrivateMaterial::Pkcs8(bytes)
            }
            DerForm::Pkcs1Private => {
                der::check_pkcs1_private(bytes)?;
                PrivateMaterial::Pkcs1(bytes)
            }
            DerForm::Spki | DerForm::Certificate | DerForm::Pkcs1Public => {
                return Err(KeyError::PublicKey.into());
            }
            DerForm::EncryptedPkcs8 => return Err(ENCRYPTED.into()),
            DerForm::Sec1Private => return Err(SEC1.into()),
        };
        Self::from_pair(algorithm, SignKey::new(algorithm, material)?)
    }

    /// Generates a key with the back end's random numbers: a secret as long as the hash, a pair on
    /// the curve, or a 2048-bit RSA pair, the size that every verifier accepts.
    ///
    /// The key cannot be exported, so its tokens are lost when the process ends. Generating an RSA
    /// pair takes up to a second.
    ///
    /// # Errors
    ///
    /// [`KeyError::GenerationFailed`] if the back end runs out of memory or of random numbers.
    ///
    /// ```
    /// use tower_bearer::{Algorithm, SigningKey};
    ///
    /// let key = SigningKey::generate(Algorithm::ES256)?;
    /// let signature = key.sign(b"message")?;
    /// assert!(key.verifying_key().verify(Algorithm::ES256, b"message", &signature));
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    pub fn generate(algorithm: Algorithm) -> Result<Self, ConfigError> {
        if algorithm.family() != KeyFamily::Hmac {
            return Self::from_pair(algorithm, SignKey::generate(algorithm)?);
        }
        let secret = Zeroizing::new(backend::random_bytes::<64>()?);
        let (secret, _) = secret.split_at(algorithm.hash().bits() / 8);
        Self::from_secret(algorithm, secret)
    }

    /// Sets the `kid` of the key, which its tokens carry.
    ///
    /// ```
    /// use tower_bearer::{Algorithm, SigningKey};
    ///
    /// let key = SigningKey::from_secret(Algorithm::HS256, [7; 32])?.with_key_id("2026-01");
    /// assert_eq!(key.verifying_key().key_id(), Some("2026-01"));
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    #[must_use]
    pub fn with_key_id(mut self, key_id: impl Into<String>) -> Self {
        self.verifying_key = self.verifying_key.with_key_id(key_id);
        self
    }

    /// The `kid` of the key, if it has one.
    pub fn key_id(&self) -> Option<&str> {
        self.verifying_key.key_id()
    }

    /// The algorithm that the key signs with.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Signs a message. ECDSA signatures are in the form of
    /// [RFC 7518 §3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4).
    ///
    /// # Errors
    ///
    /// [`KeyError::SigningFailed`] if the cryptographic back end runs out of memory or of random
    /// numbers.
    ///
    /// ```
    /// use tower_bearer::{Algorithm, SigningKey};
    ///
    /// let key = SigningKey::from_secret(Algorithm::HS384, [7; 48])?;
    /// assert_eq!(key.sign(b"message")?.len(), 48);
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, ConfigError> {
        Ok(self.key.sign(message)?)
    }

    /// The key that verifies these signatures: same `kid`, this algorithm only.
    ///
    /// ```
    /// use tower_bearer::{Algorithm, SigningKey};
    ///
    /// let key = SigningKey::from_secret(Algorithm::HS256, [7; 64])?;
    /// assert_eq!(key.verifying_key().algorithms(), Algorithm::HS256.into());
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    pub fn verifying_key(&self) -> VerifyingKey {
        self.verifying_key.clone()
    }

    fn from_pair(algorithm: Algorithm, key: SignKey) -> Result<Self, ConfigError> {
        let public = key.public_half()?.ok_or(KeyError::Algorithm)?;
        Ok(Self {
            algorithm,
            verifying_key: VerifyingKey::new(&KeyMaterial::Public(&public), algorithm.into())?,
            key: Arc::new(key),
        })
    }
}

const ENCRYPTED: KeyError = KeyError::Pem(
    "the private key is encrypted: decrypt it first, with `openssl pkcs8 -in KEY -out PLAIN`",
);

const SEC1: KeyError = KeyError::Pem(
    "the private key is in the form of SEC 1: convert it to PKCS#8, \
     with `openssl pkcs8 -topk8 -nocrypt -in KEY -out PKCS8`",
);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("key_id", &self.key_id())
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}
