//! From an answer to the keys that are served.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::time::Instant;

use super::Remote;
use super::current::Current;
use super::source::Fetched;
use crate::jose::{JwkSet, SkippedKey, VerifyingKey};
use crate::keys::fetch::{Content, FetchError};
use crate::keys::{KeySet, KeyState};
use crate::observe;

/// What is served from now on.
struct Accepted {
    keys: KeySet,
    is_new: bool,
    /// The unusable keys, unless they were logged before.
    skipped: Vec<SkippedKey>,
    time_to_live: Duration,
}

impl Remote {
    /// Starts the fetch that is due, if any.
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

    /// Serves what a fetch brought, or notes its failure. Events come last: a subscriber of the
    /// application's may panic.
    pub(super) fn record(&self, fetched: Result<Fetched, FetchError>) {
        let now = Instant::now();
        let accepted = fetched.and_then(|fetched| self.accept(fetched, now));
        let confirmed = accepted.is_ok();
        match accepted {
            Ok(accepted) => {
                let failed = self.succeeded(now, accepted.time_to_live);
                for skipped in &accepted.skipped {
                    observe::remote_key_skipped(&self.source, skipped.index(), skipped.reason());
                }
                let Accepted { keys, is_new, .. } = accepted;
                observe::remote_keys_fetched(&self.source, keys.len(), is_new, failed);
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
        observe::remote_keys_are(&self.source, current.state(now) as u8, keys, confirmed);
    }

    /// Returns whether the previous fetch failed.
    fn succeeded(&self, now: Instant, time_to_live: Duration) -> bool {
        let mut state = self.state();
        let failed = state.schedule.last_error().is_some();
        state.schedule.succeeded(now, time_to_live, &self.settings);
        failed
    }

    fn accept(&self, fetched: Fetched, now: Instant) -> Result<Accepted, FetchError> {
        let last = self.current.load().all_keys().clone();
        let Fetched { answer, at } = fetched;
        let (keys, skipped) = match answer.content {
            Content::NotModified => (last.clone(), Vec::new()),
            Content::Document { body, etag } => {
                let (keys, skipped) = self.read(&body)?;
                self.source.accepted(at, etag);
                // Remembered tokens recognise the set itself, not its content.
                let keys = if is_equal(&keys, &last) {
                    last.clone()
                } else {
                    keys
                };
                (keys, skipped)
            }
        };

        let settings = &self.settings;
        let time_to_live = answer.max_age.map_or(settings.time_to_live, |age| {
            let shortest = *settings.max_age.start().min(&settings.time_to_live);
            age.clamp(shortest, *settings.max_age.end())
        });
        let current = Current::new(keys.clone(), now, time_to_live, settings.stale_window);
        self.current.store(Arc::new(current));
        Ok(Accepted {
            is_new: !keys.is_same(&last),
            keys,
            skipped,
            time_to_live,
        })
    }

    /// The usable keys of a document, and the others, unless they were logged before.
    fn read(&self, document: &[u8]) -> Result<(KeySet, Vec<SkippedKey>), FetchError> {
        let set = JwkSet::parse_published(document, self.settings.max_keys)?;
        let (keys, skipped) = set.into_parts();
        let is_news = self.source.is_news(document);
        let skipped = if is_news { skipped } else { Vec::new() };
        Ok((keys.into_iter().collect(), skipped))
    }
}

fn is_equal(keys: &KeySet, others: &KeySet) -> bool {
    let same = |(key, other): (&VerifyingKey, &VerifyingKey)| key == other;
    keys.len() == others.len() && keys.keys().iter().zip(others.keys()).all(same)
}
