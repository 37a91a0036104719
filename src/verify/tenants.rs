//! Issuers that are known only at run time.

use std::fmt;

use super::Validation;
use crate::error::ConfigError;
use crate::keys::KeyProvider;
#[cfg(feature = "remote")]
use crate::keys::{RemoteKeys, RemoteKeysBuilder};

/// As many as a server deals with in the same minutes. Each has its keys in memory, and a task.
const DEFAULT_MAX: usize = 100;

/// Issuers that are known only at run time: the tenants of a service, each with an identity
/// provider of its own, or a realm of a common one.
///
/// A predicate decides whom to trust, before anything is fetched. It is asked for each token, also
/// for one that was verified before: whoever it no longer trusts is refused at once.
///
/// **The predicate must know the tenants**, from a table in memory. One that only looks at the form
/// of the name lets anybody who can write tokens choose what this server fetches, and which
/// tenants leave.
///
/// Keys come with the first token of a tenant. Tenants have nothing in common: while the
/// keys of one cannot be had, the others do not notice. At most 100 have their keys at hand; for
/// another one, that leaves whose last token was accepted longest ago, but not before it was there
/// for 30 s. Until then, tokens of another one are answered with 503. A tenth of the places is all
/// that tenants without an accepted token can take from the others.
///
#[cfg_attr(
    feature = "remote",
    doc = r#"```
use std::collections::HashSet;
use std::sync::{Arc, RwLock};
use tower_bearer::Verifier;
use tower_bearer::verify::Tenants;

// Kept up to date by the application.
let tenants = Arc::new(RwLock::new(HashSet::from(["https://login.example.com/acme".to_owned()])));

let known = Arc::clone(&tenants);
let verifier = Verifier::builder()
    .tenants(Tenants::discover(move |issuer| known.read().unwrap().contains(issuer))?)
    .audience("my-api")
    .build()?;

tenants.write().unwrap().insert("https://login.example.com/initech".to_owned());
# Ok::<(), tower_bearer::ConfigError>(())
```"#
)]
#[must_use]
pub struct Tenants {
    pub(super) is_trusted: Predicate,
    pub(super) provide: Provide,
    pub(super) max: usize,
    pub(super) validation: Option<Validation>,
}

pub(super) type Predicate = Box<dyn Fn(&str) -> bool + Send + Sync>;
pub(super) type Provide =
    Box<dyn Fn(&str) -> Result<Box<dyn KeyProvider>, ConfigError> + Send + Sync>;

impl Tenants {
    /// Trusts the issuers for which the predicate is true, with keys of whatever kind.
    ///
    /// The second closure makes the keys, when the tenant's first token comes; it gets the `iss` of
    /// the token, which is trusted by then. Like the predicate, it must return at once. Where it
    /// fails, which is warned of once, tokens are refused.
    ///
    /// ```
    /// # use tower_bearer::VerifyingKey;
    /// # let keys = std::collections::HashMap::from([("acme", VerifyingKey::from_secret([7; 32])?)]);
    /// use tower_bearer::Verifier;
    /// use tower_bearer::keys::KeySet;
    /// use tower_bearer::verify::Tenants;
    ///
    /// let is_tenant = |issuer: &str| issuer == "acme";
    /// let verifier = Verifier::builder()
    ///     .tenants(Tenants::new(is_tenant, move |issuer| {
    ///         Ok(keys.get(issuer).cloned().map(KeySet::from).unwrap_or_default())
    ///     }))
    ///     .audience("my-api")
    ///     .build()?;
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    pub fn new<P, F, K>(is_trusted: P, keys: F) -> Self
    where
        P: Fn(&str) -> bool + Send + Sync + 'static,
        F: Fn(&str) -> Result<K, ConfigError> + Send + Sync + 'static,
        K: KeyProvider,
    {
        Self {
            is_trusted: Box::new(is_trusted),
            provide: Box::new(move |issuer| {
                let keys = keys(issuer)?;
                Ok(Box::new(keys))
            }),
            max: DEFAULT_MAX,
            validation: None,
        }
    }

    /// Trusts the issuers for which the predicate is true, with the keys that each publishes: see
    /// [`RemoteKeys::discover`](crate::keys::RemoteKeys::discover). Issuers on this machine or in
    /// a private network are refused, in case they are named by the tenants themselves.
    ///
    /// # Errors
    ///
    /// Those of [`RemoteKeysBuilder::build`](crate::keys::RemoteKeysBuilder::build) that do not
    /// depend on the issuer.
    #[cfg(feature = "remote")]
    pub fn discover<P>(is_trusted: P) -> Result<Self, ConfigError>
    where
        P: Fn(&str) -> bool + Send + Sync + 'static,
    {
        Self::discover_with(is_trusted, RemoteKeysBuilder::public_addresses_only)
    }

    /// As [`discover`](Self::discover), with keys that the second closure sets up; also from
    /// private networks, unless it forbids them.
    ///
    /// # Errors
    ///
    /// As [`discover`](Self::discover).
    #[cfg(feature = "remote")]
    pub fn discover_with<P, F>(is_trusted: P, set_up: F) -> Result<Self, ConfigError>
    where
        P: Fn(&str) -> bool + Send + Sync + 'static,
        F: Fn(RemoteKeysBuilder) -> RemoteKeysBuilder + Send + Sync + 'static,
    {
        // One client for all: to make one reads certificates, with some features from the disk.
        Ok(Self::new(is_trusted, RemoteKeys::discoverer(set_up)?))
    }

    /// How many have their keys at hand: 100 unless set otherwise.
    pub fn max(mut self, max: usize) -> Self {
        self.max = max;
        self
    }

    /// Rules of their own, in place of those of the verifier.
    pub fn validation(mut self, validation: Validation) -> Self {
        self.validation = Some(validation);
        self
    }
}

impl fmt::Debug for Tenants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenants")
            .field("max", &self.max)
            .field("validation", &self.validation)
            .finish_non_exhaustive()
    }
}
