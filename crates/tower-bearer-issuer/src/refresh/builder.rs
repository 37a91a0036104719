//! Setting refresh tokens up.

use std::fmt;
use std::marker::PhantomData;
use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tower_bearer::verify::Clock;

use super::family::Lifetimes;
use super::{Inner, RefreshTokens};
use crate::SetupError;
use crate::store::Store;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Longer than any answer takes, and than any client tries again by itself.
const MAX_GRACE: Duration = Duration::from_secs(60);

/// Sets [`RefreshTokens`] up.
#[must_use]
pub struct RefreshTokensBuilder<D = ()> {
    store: Box<dyn Store>,
    lifetimes: Lifetimes,
    clock: Box<dyn Clock>,
    data: PhantomData<fn() -> D>,
}

impl<D: Serialize + DeserializeOwned + Send + Sync + 'static> RefreshTokensBuilder<D> {
    pub(super) fn new(store: Box<dyn Store>) -> Self {
        Self {
            store,
            lifetimes: Lifetimes {
                absolute: DAY.saturating_mul(30),
                idle: DAY.saturating_mul(14),
                grace: Duration::ZERO,
            },
            clock: Box::new(SystemTime::now),
            data: PhantomData,
        }
    }

    /// How long after signing in one has to sign in again, however often tokens were used: 30 days
    /// unless set. It is how long a thief who is never noticed has access.
    pub fn absolute_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetimes.absolute = lifetime;
        self
    }

    /// How long a token is good that nobody uses: 14 days unless set, so that a device that is lost
    /// or laid aside signs itself out.
    pub fn idle_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetimes.idle = lifetime;
        self
    }

    /// For how long a token that was used may be used again, for clients that lost the answer:
    /// not at all unless set, and for 60 s at most.
    ///
    /// Within that time after its first use, and while its successor is unused, the token that was
    /// used last gives the *same* next token once more. So there are never two tokens that are
    /// good, and what a client has received stays good. Anything else is a reuse as
    /// ever. The price: who steals a token and uses it within that time is noticed one use later,
    /// when the next token is used twice.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.lifetimes.grace = grace;
        self
    }

    /// Goes by this clock, instead of the system's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Makes them.
    ///
    /// # Errors
    ///
    /// [`SetupError::Lifetime`] for less than a second, [`SetupError::Grace`] for more than 60 s.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_bearer_issuer::RefreshTokens;
    /// use tower_bearer_issuer::store::MemoryStore;
    ///
    /// let hour = Duration::from_secs(3600);
    /// let error = <RefreshTokens>::builder(MemoryStore::new()).grace(hour).build().unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the grace for refresh tokens is 3600s: give at most 60 s, \
    ///      because a thief goes unnoticed that long"
    /// );
    /// ```
    pub fn build(self) -> Result<RefreshTokens<D>, SetupError> {
        for lifetime in [self.lifetimes.absolute, self.lifetimes.idle] {
            if lifetime.as_secs() == 0 {
                return Err(SetupError::Lifetime("refresh tokens", lifetime));
            }
        }
        if self.lifetimes.grace > MAX_GRACE {
            return Err(SetupError::Grace(self.lifetimes.grace));
        }
        Ok(RefreshTokens::new(Inner {
            store: self.store,
            lifetimes: self.lifetimes,
            clock: self.clock,
        }))
    }
}

impl<D> fmt::Debug for RefreshTokensBuilder<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshTokensBuilder")
            .field("lifetimes", &self.lifetimes)
            .finish_non_exhaustive()
    }
}
