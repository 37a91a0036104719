//! The keys that the command line names.

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use tower_bearer::VerifyingKey;
use tower_bearer::keys::{Combined, KeyFile, RemoteKeys, RemoteKeysBuilder};
use tower_bearer::verify::VerifierBuilder;

#[derive(Args)]
pub(crate) struct KeyOptions {
    /// HMAC secret: the bytes of this file
    #[arg(long, value_name = "FILE")]
    secret_file: Vec<PathBuf>,
    /// Public key or certificate, in PEM
    #[arg(long, value_name = "FILE")]
    public_key: Vec<PathBuf>,
    /// JWK Set: a file or a URL
    #[arg(long, value_name = "FILE|URL")]
    jwks: Vec<String>,
    /// Issuer whose keys are found by OpenID Connect Discovery or RFC 8414
    #[arg(long, value_name = "ISSUER_URL")]
    discover: Vec<String>,
    /// Also fetch keys over http from other machines
    #[arg(long)]
    allow_http: bool,
    /// How long fetched keys are fresh, in seconds, if the answer does not say
    #[arg(long, value_name = "S")]
    jwks_ttl: Option<u64>,
    /// Seconds between two fetches for unknown keys
    #[arg(long, value_name = "S")]
    cooldown: Option<u64>,
    /// How long stale keys are used while fetches fail, in seconds
    #[arg(long, value_name = "S")]
    stale: Option<u64>,
}

impl KeyOptions {
    pub(crate) fn is_empty(&self) -> bool {
        self.secret_file.is_empty()
            && self.public_key.is_empty()
            && self.jwks.is_empty()
            && self.discover.is_empty()
    }

    /// Trusts the named issuer with all keys. Without a name, trusts each discovered issuer with its
    /// own keys, and any issuer with the others.
    pub(crate) fn trust<C>(
        &self,
        mut builder: VerifierBuilder<C>,
        issuer: Option<&str>,
    ) -> Result<VerifierBuilder<C>, Box<dyn Error>> {
        let mut keys = self.keys()?;
        for name in &self.discover {
            let discovered = self.remote(RemoteKeys::discover(name)).build()?;
            if issuer.is_some() {
                keys = keys.and(discovered);
            } else {
                builder = builder.issuer(name, discovered);
            }
        }
        Ok(match issuer {
            Some(issuer) => builder.issuer(issuer, keys),
            None if keys.is_empty() => builder,
            None => builder.any_issuer(keys),
        })
    }

    fn keys(&self) -> Result<Combined, Box<dyn Error>> {
        let mut keys = Combined::default();
        for path in &self.secret_file {
            let secret = fs::read(path).map_err(|error| {
                format!("cannot read the secret file {}: {error}", path.display())
            })?;
            let key = VerifyingKey::from_secret(secret).map_err(|error| {
                format!("cannot use the secret file {}: {error}", path.display())
            })?;
            keys = keys.and(key);
        }
        for path in &self.public_key {
            keys = keys.and(KeyFile::open(path)?.watch());
        }
        for place in &self.jwks {
            keys = if place.contains("://") {
                keys.and(self.remote(RemoteKeys::builder(place)).build()?)
            } else {
                keys.and(KeyFile::open(place)?.watch())
            };
        }
        Ok(keys)
    }

    fn remote(&self, mut builder: RemoteKeysBuilder) -> RemoteKeysBuilder {
        if self.allow_http {
            builder = builder.allow_http();
        }
        if let Some(secs) = self.jwks_ttl {
            builder = builder.time_to_live(Duration::from_secs(secs));
        }
        if let Some(secs) = self.cooldown {
            builder = builder.cooldown(Duration::from_secs(secs));
        }
        if let Some(secs) = self.stale {
            builder = builder.stale_window(Duration::from_secs(secs));
        }
        builder
    }
}
