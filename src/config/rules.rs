//! The rules, as data.

use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::jose::Algorithm;
use crate::verify::Validation;

/// A [`Validation`]. Times are in seconds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RulesConfig {
    audiences: Vec<String>,
    any_audience: bool,
    #[serde(deserialize_with = "algorithms")]
    algorithms: Option<Vec<Algorithm>>,
    leeway: Option<u64>,
    token_type: Option<String>,
    required_claims: Vec<String>,
    max_age: Option<u64>,
    rfc9068_profile: bool,
}

impl RulesConfig {
    pub(super) fn into_validation(self) -> Validation {
        let mut validation = Validation::new();
        if self.rfc9068_profile {
            validation = validation.rfc9068_profile();
        }
        for audience in self.audiences {
            validation = validation.audience(audience);
        }
        if self.any_audience {
            validation = validation.any_audience();
        }
        if let Some(algorithms) = self.algorithms {
            validation = validation.algorithms(algorithms);
        }
        if let Some(leeway) = self.leeway {
            validation = validation.leeway(Duration::from_secs(leeway));
        }
        if let Some(token_type) = self.token_type {
            validation = validation.token_type(token_type);
        }
        for claim in self.required_claims {
            validation = validation.require_claim(claim);
        }
        if let Some(max_age) = self.max_age {
            validation = validation.max_age(Duration::from_secs(max_age));
        }
        validation
    }
}

fn algorithms<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<Algorithm>>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    let algorithms = names.iter().map(|name| {
        let unknown = |_| D::Error::custom(format_args!("unknown algorithm `{name}`"));
        name.parse().map_err(unknown)
    });
    algorithms.collect::<Result<_, _>>().map(Some)
}
