//! Issuers that are known only at run time.

use std::fmt;

use super::Validation;
use crate::error::ConfigError;
use crate::keys::KeyProvider;
#[cfg(feature = "remote")]
use crate::keys::RemoteKeys;

/// As many as a server serves within minutes. Each takes memory for its keys, and a task.
const DEFAULT_MAX: usize = 100;

/// Issuers that are known only at run time: the tenants of a service, each with its own identity
/// provider or realm.
///
/// A predicate decides which issuers to trust, before anything is fetched. It is asked for each
/// token, even a remembered one: a tenant that it no longer trusts is refused at once.
///
/// **The predicate must look the tenant up**, in a table in memory. If it only checks the form of
/// the name, anybody who can write a token chooses what this server fetches, and which tenants are
/// evicted.
///
/// The first token of a tenant fetches its keys. An outage of one tenant does not affect the others.
/// At most 100 tenants have keys in memory. One more evicts the tenant whose last accepted token is
/// the oldest, but never within its first 30 s; until then, its tokens are answered with 503.
/// Tenants without an accepted token can take at most a tenth of the places.
///
#[cfg_attr(
    feature = "remote",
    doc = r#"```
use std::collections::HashSet;
use std::sync::{Arc, RwLock};
use tower_bearer::Verifier;
use tower_bearer::verify::Tenants;

// Updated by the application.
let tenants = Arc::new(RwLock::new(HashSet::from(["https://login.example.com/acme".to_owned()])));

let known = Arc::clone(&tenants);
let verifier = Verifier::builder()
    .tenants(Tenants::discover(move |issuer| known.read().unwrap().contains(issuer)))
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
    /// Told when the verifier is built.
    pub(super) can_fetch: Result<(), ConfigError>,
    pub(super) max: usize,
    pub(super) validation: Option<Validation>,
}

pub(super) type Predicate = Box<dyn Fn(&str) -> bool + Send + Sync>;
pub(super) type Provide =
    Box<dyn Fn(&str) -> Result<Box<dyn KeyProvider>, ConfigError> + Send + Sync>;

impl Tenants {
    /// Trusts the issuers for which the predicate is true, with keys of any kind.
    ///
    /// The second closure makes the keys when a tenant's first token comes. It gets the `iss` of the
    /// token, which the predicate trusts. Like the predicate, it must return at once. If it fails,
    /// the tokens are refused, and the first failure is logged.
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
            can_fetch: Ok(()),
            max: DEFAULT_MAX,
            validation: None,
        }
    }

    /// Trusts the issuers for which the predicate is true, with the keys that each publishes: see
    /// [`RemoteKeys::discover`](crate::keys::RemoteKeys::discover).
    ///
    /// Issuers on this machine or in a private network are refused, in case tenants name their
    /// issuers themselves. For these, or for other settings, use [`new`](Self::new):
    ///
    /// ```
    /// # let is_tenant = |issuer: &str| issuer == "https://acme.internal";
    /// use tower_bearer::keys::RemoteKeys;
    /// use tower_bearer::verify::Tenants;
    ///
    /// let tenants = Tenants::new(is_tenant, |issuer| RemoteKeys::discover(issuer).build());
    /// ```
    #[cfg(feature = "remote")]
    pub fn discover(is_trusted: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        let keys = |issuer: &str| RemoteKeys::discover(issuer).public_addresses_only().build();
        Self {
            can_fetch: RemoteKeys::check_client(),
            ..Self::new(is_trusted, keys)
        }
    }

    /// How many tenants have keys in memory: 100 by default.
    pub fn max(mut self, max: usize) -> Self {
        self.max = max;
        self
    }

    /// Replaces the rules of the verifier for tenants.
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
