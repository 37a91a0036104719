//! The tenants that have their keys at hand.

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

/// For so long a tenant stays once it came. Were it less, tokens that merely name one tenant after
/// another would make each of them fetch its keys again and again.
const SHORTEST_STAY: Duration = Duration::from_secs(30);

/// The share of the places that tenants without an accepted token can take from others: a tenth.
const UNPROVEN_SHARE: usize = 10;

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
    /// How many tokens were accepted, from 1 on: 0 stands for none.
    uses: AtomicU64,
    has_complained: AtomicBool,
}

#[derive(Clone)]
struct Resident {
    issuer: Arc<Issuer>,
    since: NumericDate,
}

impl Resident {
    /// Whether a token of it was ever accepted.
    fn is_proven(&self) -> bool {
        self.issuer.used.load(Ordering::Relaxed) > 0
    }

    /// By what the one is found that leaves: when it was used last; of those that never were, when
    /// it came.
    fn last_use(&self) -> (u64, NumericDate) {
        (self.issuer.used.load(Ordering::Relaxed), self.since)
    }
}

impl Residents {
    pub(super) fn new(tenants: Tenants, default: &Validation) -> Result<Self, ConfigError> {
        let validation = tenants.validation.unwrap_or_else(|| default.clone());
        validation.check()?;
        if tenants.max == 0 {
            return Err(ConfigError::OutOfRange(
                "the greatest number of tenants is 0: allow some".into(),
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
            uses: AtomicU64::new(1),
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
        let unproven = residents.values().filter(|resident| !resident.is_proven());
        // Tokens that merely name tenants are to displace no more of the others than this.
        let is_their_turn = unproven.count() >= (self.max / UNPROVEN_SHARE).max(1);
        let candidates = residents
            .iter()
            .filter(|(_, resident)| resident.is_proven() != is_their_turn);
        let Some((longest_unused, resident)) = candidates.min_by_key(|(_, it)| it.last_use())
        else {
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
