//! Issuers that are known only at run time.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;

use super::Validation;
use super::issuers::{Issuer, IssuerId};
use crate::error::{AuthError, ConfigError, TokenError};
use crate::jose::NumericDate;
use crate::keys::KeyProvider;
use crate::observe;

/// As many as a server deals with in the same minutes. Each has its keys in memory, and a task.
const DEFAULT_MAX: usize = 100;

/// For so long a tenant stays once it came. Were it less, tokens that merely name one tenant after
/// another would make each of them fetch its keys again and again.
const SHORTEST_STAY: Duration = Duration::from_secs(30);

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
/// for 30 s. Until then, tokens of another one are answered with 503.
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
let verifier = <Verifier>::builder()
    .tenants(Tenants::discover(move |issuer| known.read().unwrap().contains(issuer))?)
    .audience("my-api")
    .build()?;

tenants.write().unwrap().insert("https://login.example.com/initech".to_owned());
# Ok::<(), tower_bearer::ConfigError>(())
```"#
)]
#[must_use]
pub struct Tenants {
    is_trusted: Predicate,
    provide: Provide,
    max: usize,
    validation: Option<Validation>,
}

type Predicate = Box<dyn Fn(&str) -> bool + Send + Sync>;
type Provide = Box<dyn Fn(&str) -> Result<Box<dyn KeyProvider>, ConfigError> + Send + Sync>;

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
    /// let verifier = <Verifier>::builder()
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
    /// [`RemoteKeys::discover`](crate::keys::RemoteKeys::discover).
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
        use crate::keys::RemoteKeys;

        // One client for all: to make one reads certificates, with some features from the disk.
        let discover = RemoteKeys::discoverer()?;
        Ok(Self::new(is_trusted, discover))
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

/// The tenants that have their keys at hand.
pub(super) struct Residents {
    is_trusted: Predicate,
    provide: Provide,
    max: usize,
    validation: Validation,
    /// Read for each token; replaced when one comes or leaves.
    at_hand: ArcSwap<HashMap<Box<str>, Resident>>,
    /// Locked while they are replaced.
    replacing: Mutex<()>,
    /// How many came.
    arrivals: AtomicU64,
    /// How many tokens were accepted.
    uses: AtomicU64,
    has_complained: AtomicBool,
}

#[derive(Clone)]
struct Resident {
    issuer: Arc<Issuer>,
    since: NumericDate,
}

impl Residents {
    pub(super) fn new(tenants: Tenants, default: &Validation) -> Result<Self, ConfigError> {
        let validation = tenants.validation.unwrap_or_else(|| default.clone());
        validation.check()?;
        if tenants.max == 0 {
            return Err(ConfigError::OutOfRange(
                "the greatest number of tenants is 0: allow some",
            ));
        }
        Ok(Self {
            is_trusted: tenants.is_trusted,
            provide: tenants.provide,
            max: tenants.max,
            validation,
            at_hand: ArcSwap::default(),
            replacing: Mutex::new(()),
            arrivals: AtomicU64::new(0),
            uses: AtomicU64::new(0),
            has_complained: AtomicBool::new(false),
        })
    }

    /// The tenant of this name (`iss`), if it is trusted.
    pub(super) fn find(&self, name: &str, now: NumericDate) -> Result<Arc<Issuer>, AuthError> {
        if !self.trust(name) {
            return Err(TokenError::UntrustedIssuer.into());
        }
        let residents = self.at_hand.load();
        if let Some(resident) = residents.get(name) {
            return Ok(Arc::clone(&resident.issuer));
        }
        // Seen before anything is made: where there is no room, a token must cost next to nothing.
        self.who_leaves(&residents, now)?;
        drop(residents);
        let issuer = self.make(name).map_err(|error| {
            if !self.has_complained.swap(true, Ordering::Relaxed) {
                observe::tenant_without_keys(&error);
            }
            TokenError::UntrustedIssuer
        })?;
        self.admit(name, issuer, now)
    }

    /// Whether the application trusts this name now.
    pub(super) fn trust(&self, name: &str) -> bool {
        (self.is_trusted)(name)
    }

    pub(super) fn mark_used(&self, issuer: &Issuer) {
        let use_number = self.uses.fetch_add(1, Ordering::Relaxed);
        issuer.used.store(use_number, Ordering::Relaxed);
    }

    fn make(&self, name: &str) -> Result<Arc<Issuer>, ConfigError> {
        let keys = (self.provide)(name)?;
        let number = self.arrivals.fetch_add(1, Ordering::Relaxed);
        let issuer = Issuer::new(IssuerId::tenant(number), keys, self.validation.clone())?;
        self.mark_used(&issuer);
        Ok(Arc::new(issuer))
    }

    /// Lets a tenant in, unless it came in meanwhile, or there is no room.
    fn admit(
        &self,
        name: &str,
        issuer: Arc<Issuer>,
        now: NumericDate,
    ) -> Result<Arc<Issuer>, AuthError> {
        // Declared first, so that who leaves is dropped when the lock is not held any more: that
        // is code of the application.
        let residents;
        let _replacing = self
            .replacing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        residents = self.at_hand.load_full();
        if let Some(resident) = residents.get(name) {
            return Ok(Arc::clone(&resident.issuer));
        }
        let leaving = self.who_leaves(&residents, now)?;
        let mut replaced = HashMap::clone(&residents);
        if let Some(name) = leaving {
            replaced.remove(name);
        }
        let resident = Resident {
            issuer: Arc::clone(&issuer),
            since: now,
        };
        replaced.insert(name.into(), resident);
        self.at_hand.store(Arc::new(replaced));
        Ok(issuer)
    }

    /// Who is to make room for another tenant. None where there is room.
    fn who_leaves<'a>(
        &self,
        residents: &'a HashMap<Box<str>, Resident>,
        now: NumericDate,
    ) -> Result<Option<&'a str>, AuthError> {
        if residents.len() < self.max {
            return Ok(None);
        }
        let last_use =
            |(_, resident): &(_, &Resident)| resident.issuer.used.load(Ordering::Relaxed);
        let Some((longest_unused, resident)) = residents.iter().min_by_key(last_use) else {
            return Err(TokenError::UntrustedIssuer.into());
        };
        let end_of_stay = resident.since.saturating_add(SHORTEST_STAY);
        // Where the clock was set back, nobody is held by what it said before.
        if (resident.since..end_of_stay).contains(&now) {
            return Err(AuthError::KeysUnavailable(SHORTEST_STAY));
        }
        Ok(Some(longest_unused))
    }
}

impl fmt::Debug for Residents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenants")
            .field("max", &self.max)
            .field("validation", &self.validation)
            .finish_non_exhaustive()
    }
}
