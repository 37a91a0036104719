//! The issuers of a verifier.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::residents::Residents;
use super::{Tenants, TrustedIssuer, Validation};
use crate::error::{AuthError, ConfigError, TokenError};
use crate::jose::{Algorithm, NumericDate, RegisteredClaims};
use crate::keys::{KeyProvider, KeySet};
use crate::sync::atomic::AtomicU64;

/// The trusted issuers.
#[derive(Debug)]
pub(super) struct Issuers {
    /// Sorted by name; or a single one without a name, for any issuer.
    fixed: Vec<(Option<Box<str>>, Arc<Issuer>)>,
    tenants: Option<Residents>,
}

/// A trusted issuer with its rules.
pub(super) struct Issuer {
    pub(super) id: IssuerId,
    pub(super) keys: Box<dyn KeyProvider>,
    pub(super) validation: Validation,
    /// A tenant's last use, as a count of uses; 0 for never.
    pub(super) used: AtomicU64,
}

/// Identifies an issuer without keeping it in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct IssuerId(u64);

impl IssuerId {
    /// Tenants count from here, fixed issuers from 0.
    const FIRST_TENANT: u64 = 1 << 63;

    fn fixed(index: usize) -> Self {
        Self(index as u64)
    }

    pub(super) fn tenant(number: u64) -> Self {
        Self(Self::FIRST_TENANT.saturating_add(number))
    }

    /// The place among the fixed issuers; none for tenants.
    fn index(self) -> Option<usize> {
        usize::try_from(self.0)
            .ok()
            .filter(|_| self.0 < Self::FIRST_TENANT)
    }
}

/// An issuer that stays while it is in use.
pub(super) enum Found<'a> {
    Fixed(&'a Issuer),
    Tenant(Arc<Issuer>),
}

impl Deref for Found<'_> {
    type Target = Issuer;

    fn deref(&self) -> &Issuer {
        match self {
            Self::Fixed(issuer) => issuer,
            Self::Tenant(issuer) => issuer,
        }
    }
}

impl Issuers {
    /// Checks the issuers. Those without rules get the default.
    pub(super) fn new(
        mut issuers: Vec<TrustedIssuer>,
        tenants: Option<Tenants>,
        default: &Validation,
    ) -> Result<Self, ConfigError> {
        issuers.sort_by(|a, b| a.name.cmp(&b.name));
        check_names(&issuers, tenants.is_some())?;
        let algorithms = check_algorithms(&issuers, tenants.as_ref(), default);
        let fixed = issuers.into_iter().enumerate().map(|(index, trusted)| {
            let validation = trusted.validation.unwrap_or_else(|| default.clone());
            let issuer = Issuer::new(IssuerId::fixed(index), trusted.keys?, validation)?;
            Ok((trusted.name, Arc::new(issuer)))
        });
        let fixed = fixed.collect::<Result<_, ConfigError>>()?;
        // After the rules themselves, whose mistakes come first.
        algorithms?;
        Ok(Self {
            fixed,
            tenants: tenants
                .map(|tenants| Residents::new(tenants, default))
                .transpose()?,
        })
    }

    /// The issuer of this name (`iss`), if it is trusted.
    pub(super) fn find(
        &self,
        name: Option<&str>,
        now: NumericDate,
    ) -> Result<Arc<Issuer>, AuthError> {
        if let Some((None, any)) = self.fixed.first() {
            return Ok(Arc::clone(any));
        }
        let name = name.ok_or(TokenError::UntrustedIssuer)?;
        let known = |(known, _): &(Option<Box<str>>, _)| known.as_deref().cmp(&Some(name));
        let found = self.fixed.binary_search_by(known).ok();
        match (found.and_then(|at| self.fixed.get(at)), &self.tenants) {
            (Some((_, issuer)), _) => Ok(Arc::clone(issuer)),
            (None, Some(tenants)) => tenants.find(name, now),
            (None, None) => Err(TokenError::UntrustedIssuer.into()),
        }
    }

    /// The issuer of this id. A tenant must still be trusted.
    pub(super) fn find_again(
        &self,
        id: IssuerId,
        claims: &RegisteredClaims,
        now: NumericDate,
    ) -> Option<Found<'_>> {
        if let Some((_, issuer)) = id.index().and_then(|index| self.fixed.get(index)) {
            return Some(Found::Fixed(issuer));
        }
        let found = self.tenants.as_ref()?.find(claims.issuer()?, now).ok()?;
        (found.id == id).then_some(Found::Tenant(found))
    }

    /// Whether the issuer is still trusted. Only a tenant's trust can end.
    pub(super) fn still_trust(&self, issuer: &Issuer, name: Option<&str>) -> bool {
        let trusts = |tenants: &Residents| name.is_some_and(|name| tenants.trust(name));
        issuer.id.index().is_some() || self.tenants.as_ref().is_some_and(trusts)
    }

    /// Notes an accepted token of the issuer.
    pub(super) fn mark_used(&self, issuer: &Issuer) {
        if let Some(tenants) = &self.tenants {
            tenants.mark_used(issuer);
        }
    }

    /// The fixed issuers with their names.
    pub(super) fn fixed(&self) -> impl Iterator<Item = (Option<&str>, &Issuer)> {
        let issuers = self.fixed.iter();
        issuers.map(|(name, issuer)| (name.as_deref(), &**issuer))
    }
}

/// Checks that the sorted names are distinct.
fn check_names(issuers: &[TrustedIssuer], has_tenants: bool) -> Result<(), ConfigError> {
    let names: Vec<_> = issuers
        .iter()
        .map(|issuer| issuer.name.as_deref())
        .collect();
    let mut pairs = names.windows(2);
    let twice = pairs.find_map(|pair| match pair {
        [Some(a), Some(b)] if a == b => Some(*a),
        _ => None,
    });
    let error = if names.contains(&Some("")) {
        "the name of an issuer is empty: give the `iss` of its tokens".into()
    } else if names.starts_with(&[None, None]) {
        "`any_issuer` is set twice: combine the keys with `keys::Combined`".into()
    } else if let Some(name) = twice {
        format!("the issuer {name:?} is named twice: combine its keys with `keys::Combined`")
    } else if names.starts_with(&[None]) && names.len() > 1 {
        "both `issuer` and `any_issuer` are set: choose one".into()
    } else if names.starts_with(&[None]) && has_tenants {
        "both `tenants` and `any_issuer` are set: choose one".into()
    } else if names.is_empty() && !has_tenants {
        return Err(ConfigError::NoIssuer);
    } else {
        return Ok(());
    };
    Err(ConfigError::Issuer(Cow::Owned(error)))
}

/// Checks that each named algorithm has a key.
fn check_algorithms(
    issuers: &[TrustedIssuer],
    tenants: Option<&Tenants>,
    default: &Validation,
) -> Result<(), ConfigError> {
    for issuer in issuers {
        if let Some(own) = &issuer.validation {
            check_keys(own, [issuer])?;
        }
    }
    if tenants.is_some_and(|tenants| tenants.validation.is_none()) {
        return Ok(());
    }
    let sharing = issuers.iter().filter(|issuer| issuer.validation.is_none());
    check_keys(default, sharing)
}

/// Checks the algorithms of rules against the keys of all issuers under them. Keys that are not
/// there yet, or may change, could serve any algorithm.
fn check_keys<'a>(
    rules: &Validation,
    issuers: impl IntoIterator<Item = &'a TrustedIssuer>,
) -> Result<(), ConfigError> {
    let Some(named) = rules.named_algorithms() else {
        return Ok(());
    };
    let mut known = Vec::new();
    for issuer in issuers {
        match &issuer.keys {
            Ok(keys) if keys.is_fixed() => known.push(keys.snapshot()),
            _ => return Ok(()),
        }
    }
    if known.is_empty() || known.iter().any(KeySet::is_empty) {
        return Ok(());
    }
    let unserved = |algorithm: &Algorithm| !known.iter().any(|keys| keys.permits(*algorithm));
    match named.iter().filter(unserved).collect::<Vec<_>>()[..] {
        [] => Ok(()),
        ref unserved => Err(no_key_permits(unserved)),
    }
}

fn no_key_permits(algorithms: &[Algorithm]) -> ConfigError {
    let names: Vec<_> = algorithms
        .iter()
        .map(|algorithm| algorithm.name())
        .collect();
    let text = format!(
        "no key permits {}: remove it from `algorithms`, or add a key that fits \
         (an HMAC secret must be as long as the hash)",
        names.join(", ")
    );
    ConfigError::Algorithms(text.into())
}

impl Issuer {
    pub(super) fn new(
        id: IssuerId,
        keys: Box<dyn KeyProvider>,
        validation: Validation,
    ) -> Result<Self, ConfigError> {
        validation.check()?;
        let known = keys.snapshot();
        if let Some(named) = validation.named_algorithms()
            && !known.is_empty()
            && !named.iter().any(|algorithm| known.permits(algorithm))
        {
            return Err(no_key_permits(&named.iter().collect::<Vec<_>>()));
        }
        Ok(Self {
            id,
            keys,
            validation,
            used: AtomicU64::new(0),
        })
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer")
            .field("validation", &self.validation)
            .finish_non_exhaustive()
    }
}
