//! Keys behind a URL.

mod builder;
mod misses;
mod record;
mod schedule;
mod settings;
mod source;
mod waiting;
mod worker;

use std::fmt;
use std::future;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use futures::future::BoxFuture;
use tokio::time::Instant;
use tower::BoxError;

pub use self::builder::RemoteKeysBuilder;
use self::record::Current;
use self::schedule::{Demand, Schedule};
use self::settings::Settings;
use self::source::Source;
use self::worker::Worker;
use super::fetch::{DefaultClient, Fetch, FetchError};
use super::{KeyProvider, KeySet, KeyStatus, Refresh, WantedKey};
use crate::error::{AuthError, ConfigError};
use crate::sync::{Mutex, MutexGuard};

/// Nobody is told to come back sooner.
const SHORTEST_RETRY: Duration = Duration::from_secs(1);

/// The keys of an identity provider, by the URL of its JWK Set (`jwks_uri`). Needs the feature
/// `remote` and a Tokio runtime with timers (and I/O, for the built-in client). Clones share
/// everything.
///
/// # When they are fetched
///
/// - First when a token or [`ready`](Self::ready) asks for keys; then before their time to live
///   is over, by one task that ends with the last clone.
/// - When a token names a key that is not at hand. All tokens that do so meanwhile wait for the
///   same fetch, which goes on if they do not. The next such fetch is made after a cooldown; until
///   then, tokens with unknown keys are refused.
/// - After a failure again, at growing intervals. Tokens with unknown keys are answered with 503
///   and `Retry-After` meanwhile, and known keys are used on for a while: see
///   [`stale_window`](RemoteKeysBuilder::stale_window).
///
/// A known key is found without a lock, whatever a fetch is doing.
///
/// # What is accepted
///
/// An answer `200` with a JWK Set of public keys, whatever its content type. Keys that cannot be
/// used or are symmetric are skipped one by one, with a warning. If no key is left, or anything
/// else is wrong, the fetch has failed, and the last good keys stay. An empty set is more often a
/// provider's accident than its wish: to withdraw all keys at once, take the provider out.
///
/// ```
/// use tower_bearer::Verifier;
/// use tower_bearer::keys::{KeyState, RemoteKeys};
///
/// let keys = RemoteKeys::builder("https://issuer.example.com/jwks.json").build()?;
/// let verifier = Verifier::builder()
///     .issuer("https://issuer.example.com", keys.clone())
///     .audience("my-api")
///     .build()?;
///
/// // Nothing is fetched yet. `keys.ready().await?` would wait for the first keys.
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
    /// What is served where there is nothing: always the same set, so that it is known as such.
    none: KeySet,
    /// Locked for moments only, and never for a key that is known.
    state: Mutex<State>,
}

struct State {
    schedule: Schedule,
    worker: Option<Worker>,
}

impl RemoteKeys {
    /// Begins to set keys up that are at this URL.
    pub fn builder(url: impl Into<String>) -> RemoteKeysBuilder {
        RemoteKeysBuilder::url(url.into())
    }

    /// Begins to set keys up that are where this issuer says: by OpenID Connect discovery, or
    /// where that is not found, by [RFC 8414](https://www.rfc-editor.org/rfc/rfc8414).
    ///
    /// The issuer is the URL that its tokens name as `iss`, to the letter. Its metadata must name
    /// the same one, and keys at a URL that is `https` and, unless the issuer is there itself, not
    /// on this machine or in a private network. It is read again with each fetch of the keys, so
    /// that keys which move are followed.
    ///
    /// ```
    /// use tower_bearer::Verifier;
    /// use tower_bearer::keys::RemoteKeys;
    ///
    /// const ISSUER: &str = "https://issuer.example.com";
    ///
    /// let verifier = Verifier::builder()
    ///     .issuer(ISSUER, RemoteKeys::discover(ISSUER).build()?)
    ///     .audience("my-api")
    ///     .build()?;
    /// # Ok::<(), tower_bearer::ConfigError>(())
    /// ```
    pub fn discover(issuer: impl Into<String>) -> RemoteKeysBuilder {
        RemoteKeysBuilder::issuer(issuer.into())
    }

    /// Sets up the keys of one issuer after another, which are fetched by one built-in client
    /// unless the closure sets another.
    pub(crate) fn discoverer<F>(
        set_up: F,
    ) -> Result<impl Fn(&str) -> Result<Self, ConfigError> + Send + Sync, ConfigError>
    where
        F: Fn(RemoteKeysBuilder) -> RemoteKeysBuilder + Send + Sync,
    {
        let client: Arc<dyn Fetch> = Arc::new(DefaultClient::new()?);
        Ok(move |issuer: &str| {
            let builder = RemoteKeysBuilder::issuer(issuer.to_owned());
            set_up(builder.shared_client(Arc::clone(&client))).build()
        })
    }

    fn new(source: Source, settings: Settings) -> Self {
        Self(Arc::new(Remote {
            source,
            settings,
            current: ArcSwap::from_pointee(Current::none()),
            none: KeySet::default(),
            state: Mutex::new(State {
                schedule: Schedule::new(),
                worker: None,
            }),
        }))
    }

    /// Waits until there are keys: for a server that is not to start without. Returns at once
    /// where there are some.
    ///
    /// # Errors
    ///
    /// Why the fetch failed that was waited for: one that was under way, or else the next. To wait
    /// for as long as it takes, call it until it succeeds; the intervals grow by themselves.
    pub async fn ready(&self) -> Result<(), FetchError> {
        self.0.first().await
    }

    /// How the keys are doing. Cheap enough for each request to a health page.
    pub fn status(&self) -> KeyStatus {
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
        // They may have come since the token was held against the last ones.
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

    fn ready(&self) -> BoxFuture<'static, Result<(), BoxError>> {
        let first = self.0.first();
        Box::pin(async { first.await.map_err(Into::into) })
    }

    fn status(&self) -> KeyStatus {
        Self::status(self)
    }
}

impl Remote {
    /// The keys that can be used now.
    fn keys(&self, now: Instant) -> KeySet {
        let current = self.current.load();
        current.keys(now).unwrap_or(&self.none).clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while the lock is held; should it ever, what it guards is still whole.
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
