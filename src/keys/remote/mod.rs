//! Keys behind a URL.

mod builder;
mod current;
mod record;
mod schedule;
mod settings;
mod source;
mod unknown;
mod waiting;
mod worker;

use std::fmt;
use std::future;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use futures::future::BoxFuture;
use tokio::time::Instant;

use self::builder::Address;
pub use self::builder::RemoteKeysBuilder;
use self::current::Current;
use self::schedule::{Demand, Schedule};
use self::settings::Settings;
use self::source::Source;
use self::worker::Worker;
use super::fetch::DefaultClient;
use super::{KeyProvider, KeySet, KeyStatus, NotReady, Refresh, WantedKey};
use crate::error::{AuthError, ConfigError};
use crate::sync::{Mutex, MutexGuard};

/// The least `Retry-After`.
const SHORTEST_RETRY: Duration = Duration::from_secs(1);

/// The keys of an identity provider: its JWK Set, fetched and refreshed. Needs the feature `remote`
/// and a Tokio runtime with timers (and I/O, for the built-in client). Clones share everything.
///
/// # When keys are fetched
///
/// - First when a token or [`ready`](KeyProvider::ready) asks for them; then before their time to
///   live ends, by one task that ends with the last clone.
/// - When a token names an unknown key. All such tokens wait for one fetch; if they are cancelled,
///   it goes on. The next such fetch must wait for a cooldown, in which tokens with unknown keys are
///   refused.
/// - After a failure, at growing intervals. Meanwhile tokens with unknown keys are answered with 503
///   and `Retry-After`, and known keys stay in use for the
///   [stale window](RemoteKeysBuilder::stale_window).
///
/// Known keys are found without a lock, even during a fetch.
///
/// # What is accepted
///
/// A `200` answer with a JWK Set of public keys, whatever its content type. Unusable and symmetric
/// keys are skipped one by one, with a warning. If no key remains, or anything else is wrong, the
/// fetch has failed, and the last good keys stay. An empty set also counts as a failure, since it is
/// usually an accident: to withdraw all keys at once, remove the provider.
///
/// ```
/// use tower_bearer::Verifier;
/// use tower_bearer::keys::{KeyProvider, KeyState, RemoteKeys};
///
/// let keys = RemoteKeys::builder("https://issuer.example.com/jwks.json").build()?;
/// let verifier = Verifier::builder()
///     .issuer("https://issuer.example.com", keys.clone())
///     .audience("my-api")
///     .build()?;
///
/// // Nothing is fetched yet. `keys.ready().await?` waits for the first keys.
/// assert_eq!(keys.status().state, KeyState::Unavailable);
/// # Ok::<(), tower_bearer::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct RemoteKeys(Arc<Remote>);

struct Remote {
    source: Source,
    settings: Settings,
    /// What is served. Read for each token.
    current: ArcSwap<Current>,
    /// What is served if there is nothing: always the same set, so that it is recognised.
    none: KeySet,
    /// Locked briefly, and never for a known key.
    state: Mutex<State>,
}

struct State {
    schedule: Schedule,
    worker: Option<Worker>,
}

impl RemoteKeys {
    /// Keys at this URL.
    pub fn builder(jwks_url: impl Into<String>) -> RemoteKeysBuilder {
        RemoteKeysBuilder::new(Address::JwksUrl(jwks_url.into()))
    }

    /// Keys of this issuer, found by OpenID Connect Discovery or else by
    /// [RFC 8414](https://www.rfc-editor.org/rfc/rfc8414).
    ///
    /// The issuer is the URL that its tokens name as `iss`, exactly. Its metadata must name the same
    /// issuer, and an `https` URL for the keys. Unless the issuer is there itself, that URL must not
    /// be on this machine or in a private network. Discovery runs with each fetch, so keys that move
    /// are followed.
    ///
    /// [`VerifierBuilder::discover`](crate::verify::VerifierBuilder::discover) is short for this with
    /// the defaults.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_bearer::Verifier;
    /// use tower_bearer::keys::RemoteKeys;
    ///
    /// const ISSUER: &str = "https://issuer.example.com";
    ///
    /// let keys = RemoteKeys::discover(ISSUER).timeout(Duration::from_secs(2)).build()?;
    /// let verifier = Verifier::builder().issuer(ISSUER, keys).audience("my-api").build()?;
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    pub fn discover(issuer: impl Into<String>) -> RemoteKeysBuilder {
        RemoteKeysBuilder::new(Address::Issuer(issuer.into()))
    }

    /// Whether the built-in client can be made.
    pub(crate) fn check_client() -> Result<(), ConfigError> {
        DefaultClient::shared().map(drop)
    }

    fn new(source: Source, settings: Settings) -> Self {
        Self(Arc::new(Remote {
            source,
            settings,
            current: ArcSwap::from_pointee(Current::none()),
            none: KeySet::default(),
            state: Mutex::new(State {
                schedule: Schedule::default(),
                worker: None,
            }),
        }))
    }
}

impl KeyProvider for RemoteKeys {
    fn snapshot(&self) -> KeySet {
        self.0.keys(Instant::now())
    }

    fn snapshot_if_changed(&self, known: &KeySet) -> Option<KeySet> {
        let current = self.0.current.load();
        let keys = current.keys(Instant::now()).unwrap_or(&self.0.none);
        keys.snapshot_if_changed(known)
    }

    fn refresh(&self, wanted: &WantedKey<'_>) -> Refresh {
        let now = Instant::now();
        let mut state = self.0.state();
        // The keys may have come since the token was checked.
        if self.0.keys(now).select(*wanted).is_ok() {
            return Refresh::Pending(Box::pin(future::ready(Ok(()))));
        }
        if self.0.employ(&mut state).is_err() {
            return Refresh::Unavailable(state.retry_after(now));
        }
        match state.schedule.demand(wanted, now, &self.0.settings) {
            Demand::NotNow => Refresh::Unchanged,
            Demand::Failing => Refresh::Unavailable(state.retry_after(now)),
            Demand::Await(number) => {
                let fetched = self.0.fetched(&state, number);
                let remote = Arc::clone(&self.0);
                Refresh::Pending(Box::pin(async move {
                    fetched.await.map_err(|_| {
                        let after = remote.state().retry_after(Instant::now());
                        AuthError::KeysUnavailable(after)
                    })
                }))
            }
        }
    }

    /// Waits for the first keys. An error says why the fetch failed: the current one, or else the
    /// next. To wait as long as it takes, call it until it succeeds; the intervals grow by
    /// themselves.
    fn ready(&self) -> BoxFuture<'static, Result<(), NotReady>> {
        let first = self.0.first();
        Box::pin(async { first.await.map_err(NotReady::new) })
    }

    fn status(&self) -> KeyStatus {
        let now = Instant::now();
        let current = self.0.current.load();
        let state = self.0.state();
        KeyStatus {
            state: current.state(now),
            age: current.age(now),
            keys: current.keys(now).map_or(0, KeySet::len),
            last_error: state.schedule.last_error().map(ToString::to_string),
            next_refresh: state.schedule.until_next(now),
        }
    }
}

impl Remote {
    /// The usable keys.
    fn keys(&self, now: Instant) -> KeySet {
        let current = self.current.load();
        current.keys(now).unwrap_or(&self.none).clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn retry_after(&self, now: Instant) -> Duration {
        let next = self.schedule.until_next(now).unwrap_or_default();
        next.max(SHORTEST_RETRY)
    }
}

impl fmt::Debug for RemoteKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteKeys")
            .field("url", &format_args!("{}", self.0.source))
            .finish_non_exhaustive()
    }
}
