//! A verifier described by data: a file, environment variables, or both.
//!
//! [`VerifierConfig`] is read by `serde` from whatever format; names that it does not know are
//! refused. Times are in seconds. In TOML:
//!
//! ```toml
#![doc = include_str!("example.toml")]
//! ```
//!
//! Only an issuer with its keys and an audience are required. What each setting means is told
//! where it is set in code: [`Validation`](crate::Validation) for the rules,
//! [`RemoteKeysBuilder`](crate::keys::RemoteKeysBuilder) for `remote`.
//!
//! # A file and the environment
//!
//! By the crate [`config`](https://docs.rs/config); any other that speaks `serde` will do.
//!
//! ```
//! use config::{Config, Environment, File, FileFormat};
//! use tower_bearer::Verifier;
//! use tower_bearer::config::VerifierConfig;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let vars = [
//! #     ("AUTH__RULES__AUDIENCES", "my-api,my-other-api"),
//! #     ("AUTH__ISSUERS__OURS__SECRET", "32 random bytes or more, only the server knows"),
//! # ];
//! # let vars = vars.map(|(name, value)| (name.to_owned(), value.to_owned()));
//! let file = r#"
//!     [issuers.main]
//!     issuer = "https://issuer.example.com"
//!     discover = true
//!     [issuers.ours]
//!     issuer = "our-backend"
//! "#;
//! // AUTH__RULES__AUDIENCES=my-api,my-other-api
//! // AUTH__ISSUERS__OURS__SECRET=…
//! let variables = Environment::with_prefix("AUTH")
//!     .prefix_separator("__")
//!     .separator("__")
//!     .try_parsing(true)
//!     .list_separator(",")
//!     .with_list_parse_key("rules.audiences");
//! # let variables = variables.source(Some(vars.into_iter().collect()));
//!
//! let config: VerifierConfig = Config::builder()
//!     .add_source(File::from_str(file, FileFormat::Toml))
//!     .add_source(variables)
//!     .build()?
//!     .try_deserialize()?;
//! let verifier: Verifier = config.into_builder()?.build()?;
//! # Ok(())
//! # }
//! ```

mod issuer;
mod rules;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use self::issuer::{IssuerConfig, RemoteConfig, Secret};
pub use self::rules::RulesConfig;
use crate::error::ConfigError;
use crate::verify::{Cache, Verifier, VerifierBuilder};

/// A [`Verifier`] as data. [The module's page](self) shows one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct VerifierConfig {
    /// The trusted issuers, by names that only errors show.
    pub issuers: BTreeMap<String, IssuerConfig>,
    /// The rules for the tokens of all issuers that have none of their own.
    pub rules: RulesConfig,
    /// See [`VerifierBuilder::roles_claim`].
    pub roles_claims: Vec<String>,
    /// See [`VerifierBuilder::max_token_len`].
    pub max_token_len: Option<usize>,
    /// See [`Cache::entries`].
    pub cache_entries: Option<usize>,
}

impl VerifierConfig {
    /// Begins to set the verifier up that is described, so that rules and a clock can be added
    /// that are no data.
    ///
    /// # Errors
    ///
    /// [`ConfigError::InIssuer`]: the keys of an issuer are missing or cannot be used, or its name
    /// is missing. What is wrong with the whole is found by [`VerifierBuilder::build`].
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
