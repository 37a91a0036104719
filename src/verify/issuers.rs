//! The issuers of a verifier.

use std::fmt;
use std::sync::Arc;

use super::{TrustedIssuer, Validation};
use crate::error::ConfigError;
use crate::keys::KeyProvider;

/// The trusted issuers: several with names, or whoever signs with certain keys.
#[derive(Debug)]
pub(super) enum Issuers {
    Any(Arc<Issuer>),
    /// Sorted by name.
    Named(Vec<(Box<str>, Arc<Issuer>)>),
}

/// A trusted issuer with the rules that hold for it.
pub(super) struct Issuer {
    pub(super) keys: Box<dyn KeyProvider>,
    pub(super) validation: Validation,
}

impl Issuers {
    /// Checks the issuers, each by its own rules or else by `default`.
    pub(super) fn new(
        issuers: Vec<TrustedIssuer>,
        default: &Validation,
    ) -> Result<Self, ConfigError> {
        let mut any = None;
        let mut named = Vec::with_capacity(issuers.len());
        for TrustedIssuer {
            name,
            keys,
            validation,
        } in issuers
        {
            let issuer = Arc::new(Issuer::new(
                keys,
                validation.unwrap_or_else(|| default.clone()),
            )?);
            match name {
                Some(name) if name.is_empty() => {
                    return Err(ConfigError::Issuer(
                        "the name of an issuer is empty: give the `iss` of its tokens",
                    ));
                }
                Some(name) => named.push((name, issuer)),
                None if any.is_some() => {
                    return Err(ConfigError::Issuer(
                        "`any_issuer` is set twice: combine the keys with `keys::Combined`",
                    ));
                }
                None => any = Some(issuer),
            }
        }

        named.sort_by(|(a, _), (b, _)| a.cmp(b));
        if named
            .windows(2)
            .any(|pair| matches!(pair, [(a, _), (b, _)] if a == b))
        {
            return Err(ConfigError::Issuer(
                "an issuer is named twice: combine its keys with `keys::Combined`",
            ));
        }
        match any {
            None if named.is_empty() => Err(ConfigError::NoIssuer),
            None => Ok(Self::Named(named)),
            Some(any) if named.is_empty() => Ok(Self::Any(any)),
            Some(_) => Err(ConfigError::Issuer(
                "both `issuer` and `any_issuer` are set: choose one",
            )),
        }
    }

    /// The issuer of this name (`iss`), if it is trusted.
    pub(super) fn find(&self, name: Option<&str>) -> Option<&Arc<Issuer>> {
        match self {
            Self::Any(issuer) => Some(issuer),
            Self::Named(issuers) => {
                let name = name?;
                let at = issuers
                    .binary_search_by(|(known, _)| (**known).cmp(name))
                    .ok()?;
                issuers.get(at).map(|(_, issuer)| issuer)
            }
        }
    }
}

impl Issuer {
    fn new(keys: Box<dyn KeyProvider>, validation: Validation) -> Result<Self, ConfigError> {
        validation.check()?;
        let known = keys.snapshot();
        let fits = |allowed| {
            known
                .keys()
                .iter()
                .any(|key| !key.algorithms().intersection(allowed).is_empty())
        };
        // A provider that has no keys yet may still get some that fit.
        if !known.is_empty() && !validation.named_algorithms().is_none_or(fits) {
            return Err(ConfigError::Algorithms(
                "no key permits any of the algorithms that are named: name another, \
                 or use a key that fits (an HMAC secret must be as long as the hash)",
            ));
        }
        Ok(Self { keys, validation })
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer")
            .field("validation", &self.validation)
            .finish_non_exhaustive()
    }
}
