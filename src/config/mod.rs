//! A verifier described by data.

mod issuer;
mod rules;
mod secret;

use std::collections::BTreeMap;

use serde::Deserialize;

use self::issuer::IssuerConfig;
use self::rules::RulesConfig;
use crate::error::ConfigError;
use crate::verify::{Cache, Verifier, VerifierBuilder};

/// A [`Verifier`] described by data: a file, environment variables, or both. `Debug` shows no secret.
///
/// It deserialises from any format of `serde`. Unknown names are refused. Times are in
/// seconds. In TOML, with all settings:
///
/// ```toml
#[doc = include_str!("example.toml")]
/// ```
///
/// Only an issuer with keys and an audience are required. The settings have the names and defaults of
/// the methods in [`Validation`](crate::Validation) for `rules`,
/// [`RemoteKeysBuilder`](crate::keys::RemoteKeysBuilder) for `remote`, and
/// [`VerifierBuilder`] for the others. `key_files` are [watched](crate::keys::KeyFile::watch).
///
/// # A file and environment variables
///
/// With the crate [`config`](https://docs.rs/config):
///
/// ```
/// use config::{Config, Environment, File, FileFormat};
/// use tower_bearer::{Verifier, VerifierConfig};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let vars = [
/// #     ("AUTH__RULES__AUDIENCES", "my-api,my-other-api"),
/// #     ("AUTH__ISSUERS__OURS__SECRET", "32 random bytes or more, only the server knows"),
/// # ];
/// # let vars = vars.map(|(name, value)| (name.to_owned(), value.to_owned()));
/// let file = r#"
///     [issuers.main]
///     issuer = "https://issuer.example.com"
///     discover = true
///     [issuers.ours]
///     issuer = "our-backend"
/// "#;
/// // AUTH__RULES__AUDIENCES=my-api,my-other-api
/// // AUTH__ISSUERS__OURS__SECRET=…
/// let variables = Environment::with_prefix("AUTH")
///     .prefix_separator("__")
///     .separator("__")
///     .try_parsing(true)
///     .list_separator(",")
///     .with_list_parse_key("rules.audiences");
/// # let variables = variables.source(Some(vars.into_iter().collect()));
///
/// let config: VerifierConfig = Config::builder()
///     .add_source(File::from_str(file, FileFormat::Toml))
///     .add_source(variables)
///     .build()?
///     .try_deserialize()?;
/// let verifier: Verifier = config.into_builder()?.build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VerifierConfig {
    /// By names that only errors show.
    issuers: BTreeMap<String, IssuerConfig>,
    /// For issuers without rules of their own.
    rules: RulesConfig,
    roles_claims: Vec<String>,
    max_token_len: Option<usize>,
    cache_entries: Option<usize>,
}

impl VerifierConfig {
    /// A builder with these settings, to which code can add rules, a clock and so on.
    ///
    /// # Errors
    ///
    /// [`ConfigError::InIssuer`]: an issuer has no usable keys, or no name.
    /// [`VerifierBuilder::build`] checks the rest.
    pub fn into_builder<C>(self) -> Result<VerifierBuilder<C>, ConfigError> {
        let mut builder = Verifier::typed().validation(self.rules.into_validation());
        for (name, issuer) in self.issuers {
            let trusted = issuer
                .into_trusted()
                .map_err(|error| ConfigError::InIssuer(name.into(), Box::new(error)))?;
            builder = builder.trust(trusted);
        }
        for path in self.roles_claims {
            builder = builder.roles_claim(path);
        }
        if let Some(len) = self.max_token_len {
            builder = builder.max_token_len(len);
        }
        if let Some(entries) = self.cache_entries {
            builder = builder.cache(Cache::entries(entries));
        }
        Ok(builder)
    }
}
