//! Conversions from and to the types of `jsonwebtoken` 12.
//!
//! Nothing here reaches the process-wide `CryptoProvider` of that crate: it panics unless exactly
//! one back end is enabled.

use jsonwebtoken::jwk::{self, AlgorithmParameters};
use jsonwebtoken::{AlgorithmFamily, DecodingKey, DecodingKeyKind, EncodingKey};
use zeroize::Zeroizing;

use crate::error::{ConfigError, KeyError, TokenError};
use crate::jose::{
    Algorithm, Curve, Header, Jwk, JwkSet, KeyFamily, PublicMaterial, SigningKey, VerifyingKey,
};

/// Maps each algorithm to its counterpart, in both directions.
macro_rules! algorithms {
    ($($name:ident),+) => {
        impl TryFrom<jsonwebtoken::Algorithm> for Algorithm {
            type Error = ConfigError;

            /// Fails with [`KeyError::Algorithm`] for an algorithm added by a later `jsonwebtoken`.
            fn try_from(algorithm: jsonwebtoken::Algorithm) -> Result<Self, Self::Error> {
                match algorithm {
                    $(jsonwebtoken::Algorithm::$name => Ok(Self::$name),)+
                    _ => Err(KeyError::Algorithm.into()),
                }
            }
        }

        impl TryFrom<Algorithm> for jsonwebtoken::Algorithm {
            type Error = ConfigError;

            /// Fails with [`KeyError::Algorithm`] for `ES512` and `Ed25519`, which `jsonwebtoken`
            /// lacks.
            fn try_from(algorithm: Algorithm) -> Result<Self, Self::Error> {
                match algorithm {
                    $(Algorithm::$name => Ok(Self::$name),)+
                    _ => Err(KeyError::Algorithm.into()),
                }
            }
        }
    };
}

algorithms!(
    HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA
);

impl TryFrom<&DecodingKey> for VerifyingKey {
    type Error = ConfigError;

    /// Checks the key as the constructors of [`VerifyingKey`] do.
    fn try_from(key: &DecodingKey) -> Result<Self, Self::Error> {
        let material = match (key.family(), key.kind()) {
            (AlgorithmFamily::Hmac, DecodingKeyKind::SecretOrDer(secret)) => {
                return Self::from_secret(secret);
            }
            (AlgorithmFamily::Rsa, DecodingKeyKind::SecretOrDer(der)) => {
                let key = Self::from_der(der)?;
                if key.family() != KeyFamily::Rsa {
                    return Err(KeyError::Algorithm.into());
                }
                return Ok(key);
            }
            (AlgorithmFamily::Rsa, DecodingKeyKind::RsaModulusExponent { n, e }) => {
                PublicMaterial::rsa(n, e)
            }
            (AlgorithmFamily::Ec, DecodingKeyKind::SecretOrDer(point)) => {
                let curve = Curve::ALL
                    .into_iter()
                    .find(|curve| point.len() == curve.point_len())
                    .ok_or(KeyError::Malformed("the EC key holds no point of a curve"))?;
                PublicMaterial::ec_point(curve, point)
            }
            (AlgorithmFamily::Ed, DecodingKeyKind::SecretOrDer(bytes)) => {
                PublicMaterial::ed25519(bytes)
            }
            (_, DecodingKeyKind::RsaModulusExponent { .. }) => Err(KeyError::Algorithm),
        };
        Ok(Self::from_public(&material?)?)
    }
}

impl TryFrom<&VerifyingKey> for DecodingKey {
    type Error = ConfigError;

    /// The public key, without its `kid` and algorithms.
    ///
    /// Fails with [`KeyError::SecretNotExported`] for a secret, and with [`KeyError::Algorithm`]
    /// for a P-521 key, which `jsonwebtoken` does not support.
    fn try_from(key: &VerifyingKey) -> Result<Self, Self::Error> {
        match key.public_material() {
            None => Err(KeyError::SecretNotExported.into()),
            Some(PublicMaterial::Rsa { n, e }) => Ok(Self::from_rsa_raw_components(n, e)),
            Some(PublicMaterial::Ec {
                curve: Curve::P521, ..
            }) => Err(KeyError::Algorithm.into()),
            Some(PublicMaterial::Ec { point, .. }) => Ok(Self::from_ec_der(point)),
            Some(PublicMaterial::Ed25519(bytes)) => Ok(Self::from_ed_der(bytes)),
        }
    }
}

impl TryFrom<&jwk::Jwk> for VerifyingKey {
    type Error = ConfigError;

    /// As [`VerifyingKey::from_jwk`].
    ///
    /// `jsonwebtoken` discards an `alg` that it does not know, such as `ES512` or `Ed25519`. Such a
    /// key fails with [`KeyError::Algorithm`].
    fn try_from(key: &jwk::Jwk) -> Result<Self, Self::Error> {
        if matches!(key.algorithm, AlgorithmParameters::Other(_)) {
            return Err(KeyError::UnsupportedType.into());
        }
        let json = serde_json::to_vec(key)
            .map(Zeroizing::new)
            .map_err(|_| KeyError::Malformed("the JWK cannot be written as JSON"))?;
        Self::from_jwk(&*json)
    }
}

impl TryFrom<&jwk::JwkSet> for JwkSet {
    type Error = ConfigError;

    /// As [`JwkSet::parse`], key by key.
    fn try_from(set: &jwk::JwkSet) -> Result<Self, Self::Error> {
        Self::judge(
            set.keys
                .iter()
                .map(|key| (key.common.key_id.clone(), VerifyingKey::try_from(key))),
        )
    }
}

impl TryFrom<&VerifyingKey> for jwk::Jwk {
    type Error = ConfigError;

    /// The public key with its `kid`, `"use":"sig"`, and an `alg` if the key permits one algorithm
    /// only and `jsonwebtoken` knows it.
    ///
    /// Fails with [`KeyError::SecretNotExported`] for a secret, and with [`KeyError::Algorithm`] if
    /// `jsonwebtoken` cannot name the only algorithm and omitting it would permit others.
    fn try_from(key: &VerifyingKey) -> Result<Self, Self::Error> {
        let ours = Jwk::try_from(key)?;
        let algorithm = match key.only_algorithm() {
            // The curve has no other algorithm, so nothing is lost.
            None | Some(Algorithm::ES512) => None,
            Some(algorithm) => Some(jsonwebtoken::Algorithm::try_from(algorithm)?.into()),
        };
        let mut theirs: Self = serde_json::to_value(&ours)
            .and_then(serde_json::from_value)
            .map_err(|_| KeyError::Malformed("the JWK cannot be written as JSON"))?;
        theirs.common.key_algorithm = algorithm;
        Ok(theirs)
    }
}

impl TryFrom<&JwkSet> for jwk::JwkSet {
    type Error = ConfigError;

    /// Converts each key of the set.
    fn try_from(set: &JwkSet) -> Result<Self, Self::Error> {
        let keys = set.keys().iter().map(jwk::Jwk::try_from);
        Ok(Self {
            keys: keys.collect::<Result<_, _>>()?,
        })
    }
}

impl TryFrom<&jsonwebtoken::Header> for Header {
    type Error = TokenError;

    /// As [`Header::parse`].
    fn try_from(header: &jsonwebtoken::Header) -> Result<Self, Self::Error> {
        let json = serde_json::to_string(header).map_err(|_| TokenError::InvalidHeader)?;
        Self::parse(&json)
    }
}

impl TryFrom<&Header> for jsonwebtoken::Header {
    type Error = TokenError;

    /// Fails with [`TokenError::UnsupportedAlgorithm`] for `ES512` and `Ed25519`, which
    /// `jsonwebtoken` lacks, and with [`TokenError::InvalidHeader`] if it cannot read a member that
    /// this crate ignores.
    fn try_from(header: &Header) -> Result<Self, Self::Error> {
        jsonwebtoken::Algorithm::try_from(header.algorithm())
            .map_err(|_| TokenError::UnsupportedAlgorithm)?;
        serde_json::from_str(header.json()).map_err(|_| TokenError::InvalidHeader)
    }
}

impl SigningKey {
    /// A key of `jsonwebtoken`, for one algorithm.
    ///
    /// # Errors
    ///
    /// [`KeyError::Algorithm`] if the key does not fit the algorithm. Otherwise as
    /// [`from_secret`](Self::from_secret) and [`from_der`](Self::from_der).
    ///
    /// ```
    /// use tower_bearer::{Algorithm, SigningKey};
    ///
    /// let theirs = jsonwebtoken::EncodingKey::from_secret(&[7; 32])?;
    /// let ours = SigningKey::from_encoding_key(Algorithm::HS256, &theirs)?;
    /// assert_eq!(ours.algorithm(), Algorithm::HS256);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_encoding_key(algorithm: Algorithm, key: &EncodingKey) -> Result<Self, ConfigError> {
        let family = match key.family() {
            AlgorithmFamily::Hmac => KeyFamily::Hmac,
            AlgorithmFamily::Rsa => KeyFamily::Rsa,
            AlgorithmFamily::Ec => KeyFamily::Ec,
            AlgorithmFamily::Ed => KeyFamily::Ed,
        };
        if family != algorithm.family() {
            return Err(KeyError::Algorithm.into());
        }
        if family == KeyFamily::Hmac {
            return Self::from_secret(algorithm, key.as_bytes());
        }
        Self::from_der(algorithm, key.as_bytes())
    }
}
