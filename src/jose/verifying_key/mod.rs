//! Verifying keys.

mod load;

use std::fmt;
use std::sync::Arc;

use crate::error::{ConfigError, KeyError};
use crate::jose::backend::{self, VerifyKey};
use crate::jose::key_material::{KeyMaterial, PublicMaterial};
use crate::jose::{Algorithm, AlgorithmSet, KeyFamily, secret};

/// A key that verifies signatures, and the algorithms that it permits.
///
/// A key is parsed once and cheap to clone. `Debug` shows the key id and the algorithms, never the
/// key.
///
/// Without [`with_algorithms`](Self::with_algorithms), a key permits every algorithm of its family
/// that is safe with it. A token cannot choose another.
///
/// RSA keys must have 2048 to 8192 bits
/// ([RFC 7518 §3.3](https://www.rfc-editor.org/rfc/rfc7518#section-3.3)). An exponent of 3 is
/// accepted: attacks on it need a lax padding check, and this one is strict. Ed25519 keys of small
/// order are refused.
///
/// ```
/// use tower_bearer::{Algorithm, VerifyingKey};
///
/// let key = VerifyingKey::from_secret("at least 32 random bytes, not this text")?
///     .with_key_id("2026-01")
///     .with_algorithms([Algorithm::HS256])?;
/// assert_eq!(
///     format!("{key:?}"),
///     r#"VerifyingKey { key_id: Some("2026-01"), algorithms: {HS256}, .. }"#
/// );
/// assert!(!key.verify(Algorithm::HS256, b"message", b"no signature"));
/// # Ok::<(), tower_bearer::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct VerifyingKey {
    key_id: Option<Arc<str>>,
    algorithms: AlgorithmSet,
    parsed: Arc<Parsed>,
}

struct Parsed {
    keys: Box<[(Algorithm, VerifyKey)]>,
    origin: Origin,
}

/// The public key, or of a secret only what comparing needs.
#[derive(PartialEq, Eq)]
enum Origin {
    Secret { bits: usize, sha256: [u8; 32] },
    Public(PublicMaterial),
}

impl VerifyingKey {
    /// The key for exactly these algorithms, which must fit it.
    pub(crate) fn new(
        material: &KeyMaterial<'_>,
        algorithms: AlgorithmSet,
    ) -> Result<Self, KeyError> {
        let keys = algorithms
            .iter()
            .map(|algorithm| Ok((algorithm, VerifyKey::new(algorithm, material)?)))
            .collect::<Result<_, KeyError>>()?;
        let origin = match material {
            KeyMaterial::Secret(secret) => Origin::Secret {
                bits: secret::bit_length(secret),
                sha256: backend::sha256(secret)?,
            },
            KeyMaterial::Public(material) => Origin::Public((*material).clone()),
        };
        Ok(Self {
            key_id: None,
            algorithms,
            parsed: Arc::new(Parsed { keys, origin }),
        })
    }

    /// Sets the `kid` of the key. Only tokens with this `kid` then select it
    /// ([RFC 7515 §4.1.4](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.4)).
    ///
    /// ```
    /// use tower_bearer::VerifyingKey;
    ///
    /// let key = VerifyingKey::from_secret([7; 32])?.with_key_id("2026-01");
    /// assert_eq!(key.key_id(), Some("2026-01"));
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    #[must_use]
    pub fn with_key_id(mut self, key_id: impl Into<String>) -> Self {
        self.key_id = Some(key_id.into().into());
        self
    }

    /// Narrows the permitted algorithms to these.
    ///
    /// # Errors
    ///
    /// [`KeyError::Algorithm`] if there is none, or one that the key does not permit;
    /// [`KeyError::SecretTooShort`] for an `HS` algorithm whose hash is longer than the secret.
    ///
    /// ```
    /// use tower_bearer::{Algorithm, VerifyingKey};
    ///
    /// let key = VerifyingKey::from_secret([7; 32])?;
    /// let error = key.with_algorithms([Algorithm::HS512]).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the secret has 256 bits: use at least 512 random bits (64 bytes)"
    /// );
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    pub fn with_algorithms(
        mut self,
        algorithms: impl IntoIterator<Item = Algorithm>,
    ) -> Result<Self, ConfigError> {
        let algorithms: AlgorithmSet = algorithms.into_iter().collect();
        for algorithm in algorithms.iter() {
            if !self.algorithms.contains(algorithm) {
                return Err(self.why_not(algorithm).into());
            }
        }
        if algorithms.is_empty() {
            return Err(KeyError::Algorithm.into());
        }
        self.algorithms = algorithms;
        Ok(self)
    }

    /// The `kid` of the key, if it has one.
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The family of the key.
    pub fn family(&self) -> KeyFamily {
        match &self.parsed.origin {
            Origin::Secret { .. } => KeyFamily::Hmac,
            Origin::Public(material) => material.family(),
        }
    }

    /// The algorithms that the key permits.
    pub fn algorithms(&self) -> AlgorithmSet {
        self.algorithms
    }

    /// Whether the signature matches the message under this key and algorithm.
    ///
    /// `false` also if the key does not permit the algorithm. ECDSA signatures have the form of
    /// [RFC 7518 §3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4); `s` may be high or low,
    /// so do not identify a token by its signature.
    ///
    /// ```
    /// use tower_bearer::{Algorithm, SigningKey};
    ///
    /// let key = SigningKey::from_secret(Algorithm::HS256, [7; 32])?;
    /// let signature = key.sign(b"message")?;
    /// assert!(key.verifying_key().verify(Algorithm::HS256, b"message", &signature));
    /// assert!(!key.verifying_key().verify(Algorithm::HS256, b"another", &signature));
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    pub fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        self.algorithms.contains(algorithm)
            && self
                .parsed
                .keys
                .iter()
                .find(|(known, _)| *known == algorithm)
                .is_some_and(|(_, key)| key.verify(message, signature))
    }

    /// The public key. `None` for a secret.
    pub(crate) fn public_material(&self) -> Option<&PublicMaterial> {
        match &self.parsed.origin {
            Origin::Secret { .. } => None,
            Origin::Public(material) => Some(material),
        }
    }

    /// The permitted algorithm, if there is only one.
    pub(crate) fn only_algorithm(&self) -> Option<Algorithm> {
        let mut algorithms = self.algorithms.iter();
        let first = algorithms.next()?;
        algorithms.next().is_none().then_some(first)
    }

    fn why_not(&self, algorithm: Algorithm) -> KeyError {
        let needed = algorithm.hash().bits();
        match self.parsed.origin {
            Origin::Secret { bits, .. }
                if algorithm.family() == KeyFamily::Hmac && bits < needed =>
            {
                KeyError::SecretTooShort { bits, needed }
            }
            _ => KeyError::Algorithm,
        }
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("key_id", &self.key_id)
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}

/// Keys are equal if they have the same `kid`, algorithms and material.
impl PartialEq for VerifyingKey {
    fn eq(&self, other: &Self) -> bool {
        self.key_id == other.key_id
            && self.algorithms == other.algorithms
            && (Arc::ptr_eq(&self.parsed, &other.parsed)
                || self.parsed.origin == other.parsed.origin)
    }
}

impl Eq for VerifyingKey {}
