//! Loading a [`VerifyingKey`] from a secret, PEM, DER or a JWK.

use super::VerifyingKey;
use crate::error::{ConfigError, KeyError};
use crate::jose::jwk::Jwk;
use crate::jose::key_material::{KeyMaterial, PublicMaterial};
use crate::jose::pem::PemBlock;
use crate::jose::{AlgorithmSet, KeyFamily, der, secret};

impl VerifyingKey {
    /// An HMAC secret, shared with the issuer.
    ///
    /// Permits every `HS` algorithm whose hash is not longer than the secret
    /// ([RFC 7518 §3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)).
    ///
    /// # Errors
    ///
    /// [`KeyError::SecretTooShort`] below 32 bytes. [`KeyError::SecretIsKey`] if the secret is a
    /// key of another kind: PEM or OpenSSH text, a JWK or a JWK Set, DER, or the base64 of DER.
    ///
    /// ```
    /// use tower_bearer::{Algorithm, VerifyingKey};
    ///
    /// let key = VerifyingKey::from_secret([7; 48])?;
    /// assert!(key.algorithms().contains(Algorithm::HS384));
    /// assert!(!key.algorithms().contains(Algorithm::HS512));
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    pub fn from_secret(secret: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let secret = secret.as_ref();
        let algorithms = secret::algorithms_of(secret)?;
        Ok(Self::new(&KeyMaterial::Secret(secret), algorithms)?)
    }

    /// A public key in PEM: one block labelled `PUBLIC KEY`, `RSA PUBLIC KEY` or `CERTIFICATE`
    /// ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)).
    ///
    /// Of a certificate, only the key is read: its issuer and validity are not checked.
    ///
    /// # Errors
    ///
    /// [`KeyError::Pem`] unless the text is exactly one block. [`KeyError::PrivateKey`] for a
    /// private key. Otherwise as [`from_der`](Self::from_der).
    ///
    /// ```
    /// use tower_bearer::{Algorithm, VerifyingKey};
    ///
    /// let key = VerifyingKey::from_pem(
    ///     "-----BEGIN PUBLIC KEY-----\n\
    ///      MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
    ///      -----END PUBLIC KEY-----\n",
    /// )?;
    /// assert!(key.algorithms().contains(Algorithm::EdDSA));
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let block = PemBlock::parse(pem.as_ref())?;
        if !block.label.is_public() {
            return Err(KeyError::PrivateKey.into());
        }
        Self::from_der(&*block.der)
    }

    /// A public key in DER: `SubjectPublicKeyInfo`, a PKCS#1 `RSAPublicKey`, or a certificate.
    ///
    /// # Errors
    ///
    /// [`KeyError::PrivateKey`] for a private key; [`KeyError::UnsupportedType`] for an unsupported
    /// type or curve; [`KeyError::RsaTooSmall`] and [`KeyError::RsaTooLarge`];
    /// [`KeyError::Malformed`] for anything else, such as trailing bytes, explicit curve parameters,
    /// compressed points and points off the curve.
    ///
    /// ```
    /// use tower_bearer::{ConfigError, KeyError, VerifyingKey};
    ///
    /// let error = VerifyingKey::from_der(b"no DER").unwrap_err();
    /// assert!(matches!(error, ConfigError::Key(KeyError::Malformed(_))));
    /// ```
    pub fn from_der(der: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let material = der::public_key(der.as_ref())?;
        Ok(Self::from_public(&material)?)
    }

    /// A key as the JSON text of one JWK ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)),
    /// public or of kty `oct`.
    ///
    /// If it has an `alg`, the key permits only that. A parsed [`Jwk`] converts with `try_from`.
    ///
    /// # Errors
    ///
    /// [`KeyError::NotForVerification`] if `use` or `key_ops` say so; [`KeyError::Algorithm`] if
    /// `alg` is unknown or does not fit the key; [`KeyError::UnsupportedType`] for another `kty`
    /// or `crv`; [`KeyError::Malformed`] for anything that is not a well-formed JWK. Otherwise as
    /// [`from_der`](Self::from_der) and [`from_secret`](Self::from_secret).
    ///
    /// ```
    /// use tower_bearer::{Algorithm, VerifyingKey};
    ///
    /// let key = VerifyingKey::from_jwk(
    ///     r#"{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
    /// )?;
    /// assert_eq!(key.key_id(), Some("a"));
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    pub fn from_jwk(json: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        Self::try_from(&Jwk::parse(json)?)
    }

    /// A secret of any length that permits every `HS` algorithm, for `dangerous`.
    pub(crate) fn from_short_secret(secret: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let secret = secret.as_ref();
        secret::check_not_a_key(secret)?;
        let algorithms = AlgorithmSet::of_family(KeyFamily::Hmac);
        Ok(Self::new(&KeyMaterial::Secret(secret), algorithms)?)
    }

    pub(crate) fn from_public(material: &PublicMaterial) -> Result<Self, KeyError> {
        let algorithms = material.algorithms();
        Self::new(&KeyMaterial::Public(material), algorithms)
    }
}

impl TryFrom<&Jwk> for VerifyingKey {
    type Error = ConfigError;

    /// As [`VerifyingKey::from_jwk`].
    fn try_from(jwk: &Jwk) -> Result<Self, Self::Error> {
        let key = Self::new(&jwk.material(), jwk.algorithms()?)?;
        Ok(match jwk.key_id() {
            Some(key_id) => key.with_key_id(key_id),
            None => key,
        })
    }
}

impl TryFrom<&VerifyingKey> for Jwk {
    type Error = ConfigError;

    /// The public key with its `kid`, `"use":"sig"`, and an `alg` if it permits one algorithm
    /// only: a JWK cannot name several.
    ///
    /// Fails with [`KeyError::SecretNotExported`] for a secret.
    fn try_from(key: &VerifyingKey) -> Result<Self, Self::Error> {
        let material = key.public_material().ok_or(KeyError::SecretNotExported)?;
        Ok(Self::public(
            material.clone(),
            key.key_id(),
            key.only_algorithm(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_secret_permits_every_hmac_but_is_no_key_of_another_kind() {
        let key = VerifyingKey::from_short_secret("hunter2").unwrap();
        assert_eq!(key.algorithms(), AlgorithmSet::of_family(KeyFamily::Hmac));
        let error = VerifyingKey::from_short_secret("ssh-rsa AAAA").unwrap_err();
        assert!(matches!(error, ConfigError::Key(KeyError::SecretIsKey)));
    }
}
