//! An issuer and its keys, as data.

use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use super::RulesConfig;
use crate::error::ConfigError;
use crate::jose::VerifyingKey;
use crate::keys::{Combined, KeyFile, RemoteKeys, RemoteKeysBuilder};
use crate::verify::TrustedIssuer;

/// A [`TrustedIssuer`] as data. Keys of all kinds that are given are trusted together.
///
/// `Debug` does not show the URL of the keys: there may be a secret in it.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct IssuerConfig {
    /// The name of the issuer (`iss`), to the letter.
    pub issuer: Option<String>,
    /// In place of the name: see
    /// [`VerifierBuilder::any_issuer`](crate::verify::VerifierBuilder::any_issuer).
    pub any_issuer: bool,
    /// Whether the issuer's name is a URL, at which it says where its keys are: see
    /// [`RemoteKeys::discover`].
    pub discover: bool,
    /// The URL of the issuer's JWK Set: see [`RemoteKeys::builder`].
    pub jwks_url: Option<String>,
    /// How keys are fetched, by `discover` or from `jwks_url`, of which one must be set then.
    pub remote: RemoteConfig,
    /// Files with a JWK Set or a key in PEM, which are followed: see [`KeyFile`].
    pub key_files: Vec<PathBuf>,
    /// Files whose bytes are HMAC secrets: see [`VerifyingKey::from_secret`].
    pub secret_files: Vec<PathBuf>,
    /// An HMAC secret itself, as text.
    pub secret: Option<Secret>,
    /// Rules of its own, in place of those for all.
    pub rules: Option<RulesConfig>,
}

/// A [`RemoteKeysBuilder`] as data. Times are in seconds; what is left out has its default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct RemoteConfig {
    /// See [`RemoteKeysBuilder::allow_http`].
    pub allow_http: bool,
    /// See [`RemoteKeysBuilder::allow_private_addresses`].
    pub allow_private_addresses: bool,
    /// See [`RemoteKeysBuilder::time_to_live`].
    pub time_to_live: Option<u64>,
    /// See [`RemoteKeysBuilder::stale_window`].
    pub stale_window: Option<u64>,
    /// See [`RemoteKeysBuilder::cooldown`].
    pub cooldown: Option<u64>,
    /// See [`RemoteKeysBuilder::timeout`].
    pub timeout: Option<u64>,
}

/// A secret as text. `Debug` does not show it, and it is wiped when it is dropped.
///
/// What was read as a number is refused, since readers that guess at types have cut it short.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl IssuerConfig {
    pub(super) fn into_trusted(self) -> Result<TrustedIssuer, ConfigError> {
        let keys = self.keys()?;
        let trusted = match (self.issuer, self.any_issuer) {
            (Some(issuer), false) => TrustedIssuer::new(issuer, keys),
            (None, true) => TrustedIssuer::any(keys),
            _ => {
                return Err(ConfigError::Issuer(
                    "either `issuer` or `any_issuer` must be set".into(),
                ));
            }
        };
        Ok(match self.rules {
            Some(rules) => trusted.validation(rules.into_validation()),
            None => trusted,
        })
    }

    fn keys(&self) -> Result<Combined, ConfigError> {
        if self.remote != RemoteConfig::default() && !self.discover && self.jwks_url.is_none() {
            return Err(ConfigError::Issuer(
                "`remote` is set without `discover` or `jwks_url`: say what is to be fetched"
                    .into(),
            ));
        }
        let mut keys = Combined::default();
        if self.discover {
            let issuer = self.issuer.as_deref().ok_or(ConfigError::Issuer(
                "`discover` is set without `issuer`: name the issuer that is asked".into(),
            ))?;
            keys = keys.and(self.remote.apply(RemoteKeys::discover(issuer)).build()?);
        }
        if let Some(url) = &self.jwks_url {
            keys = keys.and(self.remote.apply(RemoteKeys::builder(url)).build()?);
        }
        for path in &self.key_files {
            keys = keys.and(KeyFile::open(path)?.watch());
        }
        for path in &self.secret_files {
            let secret = fs::read(path)
                .map(Zeroizing::new)
                .map_err(|error| ConfigError::KeyFile(path.clone(), Arc::new(error)))?;
            let key = VerifyingKey::from_secret(&**secret)
                .map_err(|error| ConfigError::KeyFileContent(path.clone(), Box::new(error)))?;
            keys = keys.and(key);
        }
        if let Some(Secret(secret)) = &self.secret {
            keys = keys.and(VerifyingKey::from_secret(secret.as_bytes())?);
        }
        if keys.is_empty() {
            return Err(ConfigError::Issuer(
                "no keys: set `discover`, `jwks_url`, `key_files`, `secret_files` or `secret`"
                    .into(),
            ));
        }
        Ok(keys)
    }
}

impl RemoteConfig {
    fn apply(&self, mut builder: RemoteKeysBuilder) -> RemoteKeysBuilder {
        if self.allow_http {
            builder = builder.allow_http();
        }
        if self.allow_private_addresses {
            builder = builder.allow_private_addresses();
        }
        if let Some(secs) = self.time_to_live {
            builder = builder.time_to_live(Duration::from_secs(secs));
        }
        if let Some(secs) = self.stale_window {
            builder = builder.stale_window(Duration::from_secs(secs));
        }
        if let Some(secs) = self.cooldown {
            builder = builder.cooldown(Duration::from_secs(secs));
        }
        if let Some(secs) = self.timeout {
            builder = builder.timeout(Duration::from_secs(secs));
        }
        builder
    }
}

impl From<String> for Secret {
    fn from(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SecretVisitor)
    }
}

struct SecretVisitor;

/// Told without the number, which is the secret.
const NUMBER: &str =
    "the secret was read as a number: quote it, or put it in one of `secret_files`";

impl Visitor<'_> for SecretVisitor {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, secret: &str) -> Result<Secret, E> {
        Ok(secret.to_owned().into())
    }

    fn visit_string<E: Error>(self, secret: String) -> Result<Secret, E> {
        Ok(secret.into())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Secret, E> {
        Err(E::custom(NUMBER))
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<Secret, E> {
        Err(E::custom(NUMBER))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Secret, E> {
        Err(E::custom(NUMBER))
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<Secret, E> {
        Err(E::custom(NUMBER))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Secret, E> {
        Err(E::custom(NUMBER))
    }
}

impl fmt::Debug for IssuerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            issuer,
            any_issuer,
            discover,
            jwks_url,
            remote,
            key_files,
            secret_files,
            secret,
            rules,
        } = self;
        f.debug_struct("IssuerConfig")
            .field("issuer", issuer)
            .field("any_issuer", any_issuer)
            .field("discover", discover)
            .field("jwks_url", &jwks_url.as_ref().map(|_| format_args!("…")))
            .field("remote", remote)
            .field("key_files", key_files)
            .field("secret_files", secret_files)
            .field("secret", secret)
            .field("rules", rules)
            .finish()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
