//! What was fetched: from the answer to the keys that are served.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::time::Instant;

use super::Remote;
use super::misses::after;
use super::source::Fetched;
use crate::jose::{JwkSet, SkippedKey, VerifyingKey};
use crate::keys::fetch::{Content, FetchError};
use crate::keys::{KeySet, KeyState};
use crate::observe;

/// The keys that are served, and until when.
pub(super) struct Current {
    keys: KeySet,
    times: Option<Times>,
}

struct Times {
    fetched: Instant,
    /// From then on they are stale.
    expiry: Instant,
    /// From then on they are not served.
    end: Instant,
}

impl Current {
    pub(super) fn none() -> Self {
        Self {
            keys: KeySet::default(),
            times: None,
        }
    }

    /// The keys, unless they are too old. The time is looked at here rather than by the worker, so
    /// that they end even where the runtime of the worker is gone.
    pub(super) fn keys(&self, now: Instant) -> Option<&KeySet> {
        let times = self.times.as_ref()?;
        (now < times.end).then_some(&self.keys)
    }

    pub(super) fn state(&self, now: Instant) -> KeyState {
        match &self.times {
            Some(times) if now < times.expiry => KeyState::Fresh,
            Some(times) if now < times.end => KeyState::Stale,
            _ => KeyState::Unavailable,
        }
    }

    pub(super) fn age(&self, now: Instant) -> Option<Duration> {
        let times = self.times.as_ref()?;
        Some(now.saturating_duration_since(times.fetched))
    }
}

impl Remote {
    /// Begins the fetch that is to be made now, if there is one.
    pub(super) fn take_fetch(
        &self,
        now: Instant,
    ) -> Option<(u64, BoxFuture<'static, Result<Fetched, FetchError>>)> {
        let number = self.state().schedule.take(now)?;
        Some((number, self.source.fetch(&self.settings)))
    }

    pub(super) fn next_fetch(&self) -> Option<Instant> {
        self.state().schedule.next()
    }

    /// Serves what a fetch brought, or notes why it brought nothing. Operators are told last, since
    /// who listens is the application: should it panic, all else is done.
    pub(super) fn record(&self, fetched: Result<Fetched, FetchError>) {
        let now = Instant::now();
        let accepted = fetched.and_then(|fetched| self.accept(fetched, now));
        let confirmed = accepted.is_ok();
        match accepted {
            Ok(accepted) => {
                let failed = self.succeeded(now, accepted.time_to_live);
                for skipped in &accepted.skipped {
                    observe::remote_key_skipped(&self.source, skipped);
                }
                let Accepted { keys, is_new, .. } = accepted;
                observe::remote_keys_fetched(&self.source, &keys, is_new, failed);
            }
            Err(error) => {
                let has_keys = self.current.load().state(now) != KeyState::Unavailable;
                let is_news =
                    self.state()
                        .schedule
                        .failed(now, error.clone(), has_keys, &self.settings);
                observe::remote_keys_failed(&self.source, &error, is_news, has_keys);
            }
        }
        let current = self.current.load();
        let keys = current.keys(now).map_or(0, KeySet::len);
        observe::remote_keys_are(&self.source, current.state(now), keys, confirmed);
    }

    /// Returns whether the fetch before had failed.
    fn succeeded(&self, now: Instant, time_to_live: Duration) -> bool {
        let mut state = self.state();
        let failed = state.schedule.last_error().is_some();
        state.schedule.succeeded(now, time_to_live, &self.settings);
        failed
    }

    fn accept(&self, fetched: Fetched, now: Instant) -> Result<Accepted, FetchError> {
        let last = self.current.load();
        let Fetched { answer, at } = fetched;
        let (keys, skipped) = match answer.content {
            Content::NotModified => (last.keys.clone(), Vec::new()),
            Content::Document { body, etag } => {
                let (keys, skipped) = self.read(&body)?;
                self.source.accepted(at, etag);
                // The same set is the same to the tokens that are remembered with it.
                if is_same(&keys, &last.keys) {
                    (last.keys.clone(), skipped)
                } else {
                    (keys, skipped)
                }
            }
        };

        let settings = &self.settings;
        let time_to_live = answer.max_age.map_or(settings.time_to_live, |age| {
            let shortest = *settings.max_age.start().min(&settings.time_to_live);
            age.clamp(shortest, *settings.max_age.end())
        });
        let expiry = after(now, time_to_live);
        let is_new = !keys.is_same(&last.keys);
        self.current.store(Arc::new(Current {
            keys: keys.clone(),
            times: Some(Times {
                fetched: now,
                expiry,
                end: after(expiry, settings.stale_window),
            }),
        }));
        Ok(Accepted {
            keys,
            is_new,
            skipped,
            time_to_live,
        })
    }

    /// The keys of a document, and those that cannot be used, unless they were told of before.
    fn read(&self, document: &[u8]) -> Result<(KeySet, Vec<SkippedKey>), FetchError> {
        let set = JwkSet::parse_published(document, self.settings.max_keys)?;
        let (keys, skipped) = set.into_parts();
        let is_news = self.source.is_news(document);
        let skipped = if is_news { skipped } else { Vec::new() };
        Ok((keys.into_iter().collect(), skipped))
    }
}

/// What is served from now on.
struct Accepted {
    keys: KeySet,
    is_new: bool,
    /// The keys that cannot be used, unless they were told of before.
    skipped: Vec<SkippedKey>,
    /// For how long the keys are fresh.
    time_to_live: Duration,
}

fn is_same(keys: &KeySet, others: &KeySet) -> bool {
    let same = |(key, other): (&VerifyingKey, &VerifyingKey)| key == other;
    keys.len() == others.len() && keys.keys().iter().zip(others.keys()).all(same)
}
