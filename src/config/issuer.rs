//! An issuer and its keys, as data.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use zeroize::Zeroizing;

use super::rules::RulesConfig;
use super::secret::{HiddenUrl, Secret};
use crate::error::ConfigError;
use crate::jose::VerifyingKey;
use crate::keys::{Combined, KeyFile, RemoteKeys, RemoteKeysBuilder};
use crate::verify::TrustedIssuer;

/// A [`TrustedIssuer`]. Keys of all kinds are combined.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct IssuerConfig {
    issuer: Option<String>,
    any_issuer: bool,
    discover: bool,
    jwks_url: Option<HiddenUrl>,
    remote: RemoteConfig,
    key_files: Vec<PathBuf>,
    secret_files: Vec<PathBuf>,
    secret: Option<Secret>,
    rules: Option<RulesConfig>,
}

/// A [`RemoteKeysBuilder`]. Times are in seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RemoteConfig {
    allow_http: bool,
    allow_private_addresses: bool,
    time_to_live: Option<u64>,
    stale_window: Option<u64>,
    cooldown: Option<u64>,
    timeout: Option<u64>,
}

impl IssuerConfig {
    pub(super) fn into_trusted(self) -> Result<TrustedIssuer, ConfigError> {
        let keys = self.keys()?;
        let trusted = match (self.issuer, self.any_issuer) {
            (Some(issuer), false) => TrustedIssuer::new(issuer, keys),
            (None, true) => TrustedIssuer::any(keys),
            (Some(_), true) => return Err(fault("both `issuer` and `any_issuer` are set")),
            (None, false) => return Err(fault("set `issuer`, or `any_issuer = true`")),
        };
        Ok(match self.rules {
            Some(rules) => trusted.validation(rules.into_validation()),
            None => trusted,
        })
    }

    fn keys(&self) -> Result<Combined, ConfigError> {
        if self.remote != RemoteConfig::default() && !self.discover && self.jwks_url.is_none() {
            return Err(fault("`remote` needs `discover` or `jwks_url`"));
        }
        let mut keys = Combined::default();
        if self.discover {
            let issuer = self.issuer.as_deref();
            let issuer = issuer.ok_or_else(|| fault("`discover` needs `issuer`"))?;
            keys = keys.and(self.remote.apply(RemoteKeys::discover(issuer)).build()?);
        }
        if let Some(HiddenUrl(url)) = &self.jwks_url {
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
            return Err(fault(
                "no keys: set `discover`, `jwks_url`, `key_files`, `secret_files` or `secret`",
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

fn fault(text: &'static str) -> ConfigError {
    ConfigError::Issuer(text.into())
}
