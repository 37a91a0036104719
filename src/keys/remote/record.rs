//! What was fetched: from the answer to the keys that are served.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use http::HeaderValue;
use tokio::time::Instant;

use super::misses::after;
use super::url::Url;
use super::{Remote, RemoteState};
use crate::jose::{JwkSet, VerifyingKey};
use crate::keys::KeySet;
use crate::keys::fetch::{Answer, Content, Fetch, FetchError, Order};
use crate::observe;

/// Where keys come from, and what the last answer was known by.
pub(super) struct Source {
    pub(super) url: Url,
    client: Box<dyn Fetch>,
    /// Of the last document that was accepted. Only the worker locks it.
    etag: Mutex<Option<HeaderValue>>,
    /// Of the last document whose skipped keys were complained of, so that it is done once.
    complained: Mutex<Option<u64>>,
    hasher: RandomState,
}

impl Source {
    pub(super) fn new(url: Url, client: Box<dyn Fetch>) -> Self {
        Self {
            url,
            client,
            etag: Mutex::new(None),
            complained: Mutex::new(None),
            hasher: RandomState::new(),
        }
    }
}

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

    pub(super) fn state(&self, now: Instant) -> RemoteState {
        match &self.times {
            Some(times) if now < times.expiry => RemoteState::Fresh,
            Some(times) if now < times.end => RemoteState::Stale,
            _ => RemoteState::Unavailable,
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
    ) -> Option<(u64, BoxFuture<'static, Result<Answer, FetchError>>)> {
        let number = self.state().schedule.take(now)?;
        let etag = lock(&self.source.etag).clone();
        let order = Order {
            url: self.source.url.uri().clone(),
            etag,
            timeout: self.settings.timeout,
            max_body_len: self.settings.max_body_len,
        };
        Some((number, self.source.client.fetch(order)))
    }

    pub(super) fn next_fetch(&self) -> Option<Instant> {
        self.state().schedule.next()
    }

    /// Serves what a fetch brought, or notes why it brought nothing.
    pub(super) fn record(&self, answer: Result<Answer, FetchError>) {
        let now = Instant::now();
        match answer.and_then(|answer| self.accept(answer, now)) {
            Ok(time_to_live) => {
                let mut state = self.state();
                state.schedule.succeeded(now, time_to_live, &self.settings);
            }
            Err(error) => {
                let has_keys = self.current.load().state(now) != RemoteState::Unavailable;
                let is_news =
                    self.state()
                        .schedule
                        .failed(now, error.clone(), has_keys, &self.settings);
                observe::remote_keys_failed(&self.source.url, &error, is_news, has_keys);
            }
        }
    }

    /// Returns for how long the keys are fresh.
    fn accept(&self, answer: Answer, now: Instant) -> Result<Duration, FetchError> {
        let last = self.current.load();
        let keys = match answer.content {
            Content::NotModified => last.keys.clone(),
            Content::Document { body, etag } => {
                let keys = self.read(&body)?;
                *lock(&self.source.etag) = etag;
                // The same set is the same to the tokens that are remembered with it.
                if is_same(&keys, &last.keys) {
                    last.keys.clone()
                } else {
                    keys
                }
            }
        };

        let settings = &self.settings;
        let time_to_live = answer.max_age.map_or(settings.time_to_live, |age| {
            age.clamp(*settings.max_age.start(), *settings.max_age.end())
        });
        let expiry = after(now, time_to_live);
        let is_new = !keys.is_same(&last.keys);
        let failed = self.state().schedule.last_error().is_some();
        observe::remote_keys_fetched(&self.source.url, &keys, is_new, failed);
        self.current.store(Arc::new(Current {
            keys,
            times: Some(Times {
                fetched: now,
                expiry,
                end: after(expiry, settings.stale_window),
            }),
        }));
        Ok(time_to_live)
    }

    fn read(&self, document: &[u8]) -> Result<KeySet, FetchError> {
        let set = JwkSet::parse_published(document, self.settings.max_keys)?;
        let id = self.source.hasher.hash_one(document);
        if lock(&self.source.complained).replace(id) != Some(id) {
            for skipped in set.skipped() {
                observe::remote_key_skipped(&self.source.url, skipped);
            }
        }
        Ok(set.into())
    }
}

fn is_same(keys: &KeySet, others: &KeySet) -> bool {
    let same = |(key, other): (&VerifyingKey, &VerifyingKey)| key.same_key(other);
    keys.len() == others.len() && keys.keys().iter().zip(others.keys()).all(same)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
