//! The tenants with keys in memory.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;

use super::issuers::{Issuer, IssuerId};
use super::tenants::{Predicate, Provide};
use super::{Tenants, Validation};
use crate::error::{AuthError, ConfigError, TokenError};
use crate::jose::NumericDate;
use crate::observe;
use crate::sync::Mutex;
use crate::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How long a tenant stays at least. Otherwise tokens that name tenants in turn would make each fetch
/// its keys again and again.
const SHORTEST_STAY: Duration = Duration::from_secs(30);

/// Tenants without an accepted token can take one in this many places from others.
const UNPROVEN_SHARE: usize = 10;

/// The tenants with keys in memory.
pub(super) struct Residents {
    is_trusted: Predicate,
    provide: Provide,
    max: usize,
    validation: Validation,
    /// Read for each token; replaced when a tenant comes or leaves.
    current: ArcSwap<HashMap<Box<str>, Resident>>,
    /// Locked during a replacement.
    replacing: Mutex<()>,
    /// The number of arrivals.
    arrivals: AtomicU64,
    /// The number of accepted tokens plus 1: 0 means never.
    uses: AtomicU64,
    has_warned: AtomicBool,
}

#[derive(Clone)]
struct Resident {
    issuer: Arc<Issuer>,
    since: NumericDate,
}

impl Resident {
    /// Whether a token of it was accepted.
    fn is_proven(&self) -> bool {
        self.issuer.used.load(Ordering::Relaxed) > 0
    }

    /// The eviction order: by last use, then by arrival.
    fn last_use(&self) -> (u64, NumericDate) {
        (self.issuer.used.load(Ordering::Relaxed), self.since)
    }
}

impl Residents {
    pub(super) fn new(tenants: Tenants, default: &Validation) -> Result<Self, ConfigError> {
        let validation = tenants.validation.unwrap_or_else(|| default.clone());
        tenants.can_fetch?;
        validation.check()?;
        if tenants.max == 0 {
            return Err(ConfigError::OutOfRange(
                "`Tenants::max` is 0: raise it".into(),
            ));
        }
        Ok(Self {
            is_trusted: tenants.is_trusted,
            provide: tenants.provide,
            max: tenants.max,
            validation,
            current: ArcSwap::default(),
            replacing: Mutex::new(()),
            arrivals: AtomicU64::new(0),
            uses: AtomicU64::new(1),
            has_warned: AtomicBool::new(false),
        })
    }

    /// The tenant of this name (`iss`), if it is trusted.
    pub(super) fn find(&self, name: &str, now: NumericDate) -> Result<Arc<Issuer>, AuthError> {
        if !self.trust(name) {
            return Err(TokenError::UntrustedIssuer.into());
        }
        let residents = self.current.load();
        if let Some(resident) = residents.get(name) {
            return Ok(Arc::clone(&resident.issuer));
        }
        // Checked before anything is made: without room, a token must cost next to nothing.
        self.evictable(&residents, now)?;
        drop(residents);
        let issuer = self.make(name).map_err(|error| {
            if !self.has_warned.swap(true, Ordering::Relaxed) {
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
        Ok(Arc::new(issuer))
    }

    /// Admits a tenant, unless it came meanwhile or there is no room.
    fn admit(
        &self,
        name: &str,
        issuer: Arc<Issuer>,
        now: NumericDate,
    ) -> Result<Arc<Issuer>, AuthError> {
        // Declared before the lock, so that an evicted tenant, which is code of the application's,
        // is dropped after it.
        let residents;
        let _replacing = self
            .replacing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        residents = self.current.load_full();
        if let Some(resident) = residents.get(name) {
            return Ok(Arc::clone(&resident.issuer));
        }
        let leaving = self.evictable(&residents, now)?;
        let mut replaced = HashMap::clone(&residents);
        if let Some(name) = leaving {
            replaced.remove(name);
        }
        let resident = Resident {
            issuer: Arc::clone(&issuer),
            since: now,
        };
        replaced.insert(name.into(), resident);
        self.current.store(Arc::new(replaced));
        Ok(issuer)
    }

    /// The tenant that makes room for another; none if there is room.
    fn evictable<'a>(
        &self,
        residents: &'a HashMap<Box<str>, Resident>,
        now: NumericDate,
    ) -> Result<Option<&'a str>, AuthError> {
        if residents.len() < self.max {
            return Ok(None);
        }
        let unproven = residents.values().filter(|resident| !resident.is_proven());
        // Tokens that merely name tenants must not evict more of the others than this.
        let is_their_turn = unproven.count() >= (self.max / UNPROVEN_SHARE).max(1);
        let candidates = residents
            .iter()
            .filter(|(_, resident)| resident.is_proven() != is_their_turn);
        let Some((longest_unused, resident)) = candidates.min_by_key(|(_, it)| it.last_use())
        else {
            return Err(TokenError::UntrustedIssuer.into());
        };
        let end_of_stay = resident.since.saturating_add(SHORTEST_STAY);
        // If the clock was set back, an arrival in the future protects nobody.
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
