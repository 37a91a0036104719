//! What operators see: the only file that names `tracing` and `metrics`.
//!
//! What a client can cause is logged at `debug` or below. What the operator must mend is logged
//! at `warn` or `error`. No token, key or claim is ever logged, but issuer and subject where that
//! was asked for.

#[cfg(feature = "remote")]
use std::fmt::Display;
use std::io;
use std::path::Path;
#[cfg(feature = "feed")]
use std::time::Duration;
#[cfg(all(feature = "metrics", any(feature = "feed", feature = "remote")))]
use std::time::SystemTime;

#[cfg(feature = "tracing")]
use crate::error::CsrfError;
use crate::error::{AuthError, ConfigError};
use crate::jose::SkippedKey;
use crate::keys::KeySet;
#[cfg(feature = "remote")]
use crate::keys::{FetchError, KeyState};
#[cfg(feature = "feed")]
use crate::verify::RevocationState;

/// The target of all events and spans, whichever file tells of them.
#[cfg(feature = "tracing")]
const TARGET: &str = "tower_bearer";

/// The span in which a request is judged and, if identity is recorded, the inner service runs.
/// Without the feature `tracing`, nothing.
pub(crate) struct RequestSpan {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

impl RequestSpan {
    pub(crate) fn new(records_identity: bool) -> Self {
        let _ = records_identity;
        Self {
            #[cfg(feature = "tracing")]
            span: if records_identity {
                tracing::info_span!(
                    target: TARGET,
                    "bearer_auth",
                    iss = tracing::field::Empty,
                    sub = tracing::field::Empty,
                    jti = tracing::field::Empty
                )
            } else {
                tracing::debug_span!(target: TARGET, "bearer_auth")
            },
        }
    }

    pub(crate) fn none() -> Self {
        Self {
            #[cfg(feature = "tracing")]
            span: tracing::Span::none(),
        }
    }

    #[cfg(feature = "tracing")]
    pub(crate) fn enter(&self) -> tracing::span::Entered<'_> {
        self.span.enter()
    }

    #[cfg(not(feature = "tracing"))]
    pub(crate) fn enter(&self) -> &Self {
        self
    }

    /// Records what [`new`](Self::new) has left open.
    pub(crate) fn identify(&self, iss: Option<&str>, sub: Option<&str>, jti: Option<&str>) {
        #[cfg(feature = "tracing")]
        for (field, value) in [("iss", iss), ("sub", sub), ("jti", jti)] {
            if let Some(value) = value {
                self.span.record(field, value);
            }
        }
        let _ = (self, iss, sub, jti);
    }
}

/// A request's token was accepted.
pub(crate) fn accepted() {
    #[cfg(feature = "metrics")]
    metrics::counter!("tower_bearer_accepted_total").increment(1);
    #[cfg(feature = "tracing")]
    tracing::debug!(target: TARGET, "token accepted");
}

/// A request was refused.
pub(crate) fn rejected(error: &AuthError) {
    #[cfg(feature = "metrics")]
    metrics::counter!("tower_bearer_rejected_total", "reason" => error.reason()).increment(1);
    #[cfg(feature = "tracing")]
    match error {
        AuthError::MissingLayer => {
            tracing::error!(target: TARGET, reason = error.reason(), "request refused: {error}");
        }
        AuthError::Csrf(CsrfError::NoSession | CsrfError::NotSetUp) => {
            tracing::warn!(target: TARGET, reason = error.reason(), "request refused: {error}");
        }
        _ => tracing::debug!(target: TARGET, reason = error.reason(), "request refused: {error}"),
    }
    let _ = error;
}

/// A request was refused behind the layer, which tells of it unless it is the layer that is missing.
pub(crate) fn rejected_without_layer(error: &AuthError) {
    if *error == AuthError::MissingLayer {
        rejected(error);
    }
}

/// The cache was asked for a token.
pub(crate) fn cache_asked(is_hit: bool) {
    #[cfg(feature = "metrics")]
    if is_hit {
        metrics::counter!("tower_bearer_cache_hits_total").increment(1);
    } else {
        metrics::counter!("tower_bearer_cache_misses_total").increment(1);
    }
    let _ = is_hit;
}

/// Keys were read anew, or could not be.
pub(crate) fn key_refresh(keys: &Result<KeySet, ConfigError>) {
    count_refresh(keys.is_ok());
    #[cfg(feature = "tracing")]
    match keys {
        Ok(keys) => tracing::info!(target: TARGET, keys = keys.len(), "keys replaced"),
        Err(error) => {
            tracing::warn!(target: TARGET, "keys not replaced, the last good ones stay: {error}");
        }
    }
    let _ = keys;
}

/// Keys were fetched. That the same ones are fetched again is news after a failure only.
#[cfg(feature = "remote")]
pub(crate) fn remote_keys_fetched(url: &impl Display, keys: &KeySet, is_new: bool, failed: bool) {
    count_refresh(true);
    #[cfg(feature = "tracing")]
    match (is_new, failed) {
        (true, _) => tracing::info!(target: TARGET, %url, keys = keys.len(), "keys replaced"),
        (false, true) => {
            tracing::info!(target: TARGET, %url, keys = keys.len(), "keys fetched again");
        }
        (false, false) => {
            tracing::debug!(target: TARGET, %url, keys = keys.len(), "keys confirmed");
        }
    }
    let _ = (url, keys, is_new, failed);
}

/// Keys could not be fetched. That the same failure goes on is no news.
#[cfg(feature = "remote")]
pub(crate) fn remote_keys_failed(
    url: &impl Display,
    error: &FetchError,
    is_news: bool,
    has_keys: bool,
) {
    count_refresh(false);
    #[cfg(feature = "tracing")]
    match (is_news, has_keys) {
        (true, true) => {
            tracing::warn!(target: TARGET, %url, "keys not fetched, the last good ones stay: {error}");
        }
        (true, false) => {
            tracing::warn!(target: TARGET, %url, "keys not fetched, there are none: {error}");
        }
        (false, _) => tracing::debug!(target: TARGET, %url, "keys still not fetched: {error}"),
    }
    let _ = (url, error, is_news, has_keys);
}

/// A fetch has ended, and this is how the keys are now.
#[cfg(feature = "remote")]
pub(crate) fn remote_keys_are(url: &impl Display, state: KeyState, keys: usize, confirmed: bool) {
    #[cfg(feature = "metrics")]
    {
        let url = url.to_string();
        let severity = match state {
            KeyState::Fresh => 0,
            KeyState::Stale => 1,
            KeyState::Unavailable => 2,
        };
        metrics::gauge!("tower_bearer_keys_state", "url" => url.clone()).set(severity);
        // No set has more keys than a float can tell apart.
        let keys = u32::try_from(keys).unwrap_or(u32::MAX);
        metrics::gauge!("tower_bearer_keys", "url" => url.clone()).set(keys);
        if confirmed && let Ok(now) = SystemTime::UNIX_EPOCH.elapsed() {
            metrics::gauge!("tower_bearer_keys_confirmed_timestamp_seconds", "url" => url)
                .set(now.as_secs_f64());
        }
    }
    let _ = (url, state, keys, confirmed);
}

/// A key of a fetched set cannot be used. The others can.
#[cfg(feature = "remote")]
pub(crate) fn remote_key_skipped(url: &impl Display, skipped: &SkippedKey) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: TARGET, %url, index = skipped.index(), "key skipped: {}", skipped.reason());
    let _ = (url, skipped);
}

/// The application trusts a tenant, but cannot make its keys.
pub(crate) fn tenant_without_keys(error: &ConfigError) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: TARGET, "a tenant's tokens are refused, since its keys cannot be set up: {error}");
    let _ = error;
}

/// The whole list of revocations was loaded.
#[cfg(feature = "feed")]
pub(crate) fn revocations_loaded(entries: usize) {
    #[cfg(feature = "tracing")]
    tracing::info!(target: TARGET, entries, "revocations loaded");
    let _ = entries;
}

/// Revocations are followed again, after a failure.
#[cfg(feature = "feed")]
pub(crate) fn revocations_followed() {
    #[cfg(feature = "tracing")]
    tracing::info!(target: TARGET, "revocations followed again");
}

/// Revocations could not be followed. That the same failure goes on is no news.
#[cfg(feature = "feed")]
pub(crate) fn revocations_failed(error: &str, is_news: bool) {
    #[cfg(feature = "tracing")]
    if is_news {
        tracing::warn!(target: TARGET, "revocations not followed: {error}");
    } else {
        tracing::debug!(target: TARGET, "revocations still not followed: {error}");
    }
    let _ = (error, is_news);
}

/// The feed of revocations lost what it had.
#[cfg(feature = "feed")]
pub(crate) fn revocations_lost() {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: TARGET, "the feed of revocations has lost entries, those known here are added again");
}

/// Some entries of the feed are of no form that is known.
#[cfg(feature = "feed")]
pub(crate) fn revocations_skipped(entries: usize) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: TARGET, entries,
        "revocations skipped: they are of no form that is known here"
    );
    let _ = entries;
}

/// How the list of revocations is now.
#[cfg(feature = "feed")]
pub(crate) fn revocations_are(entries: usize, state: RevocationState, age: Option<Duration>) {
    #[cfg(feature = "metrics")]
    {
        let severity = match state {
            RevocationState::Fresh => 0,
            RevocationState::Stale => 1,
            RevocationState::Unavailable => 2,
        };
        metrics::gauge!("tower_bearer_revocations_state").set(severity);
        // No list has more entries than a float can tell apart.
        let entries = u32::try_from(entries).unwrap_or(u32::MAX);
        metrics::gauge!("tower_bearer_revocations").set(entries);
        let confirmed = age.and_then(|age| SystemTime::now().checked_sub(age));
        if let Some(Ok(confirmed)) = confirmed.map(|at| at.duration_since(SystemTime::UNIX_EPOCH)) {
            metrics::gauge!("tower_bearer_revocations_confirmed_timestamp_seconds")
                .set(confirmed.as_secs_f64());
        }
    }
    let _ = (entries, state, age);
}

fn count_refresh(is_ok: bool) {
    #[cfg(feature = "metrics")]
    {
        let outcome = if is_ok { "ok" } else { "error" };
        metrics::counter!("tower_bearer_key_refreshes_total", "outcome" => outcome).increment(1);
    }
    let _ = is_ok;
}

/// A key of a set cannot be used. The others can.
pub(crate) fn key_skipped(path: &Path, skipped: &SkippedKey) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: TARGET, file = %path.display(), index = skipped.index(), "key skipped: {}", skipped.reason());
    let _ = (path, skipped);
}

/// A key file is read once and not followed.
pub(crate) fn key_file_unwatched(path: &Path, error: &io::Error) {
    #[cfg(feature = "tracing")]
    tracing::error!(target: TARGET, file = %path.display(), "key file not watched: {error}");
    let _ = (path, error);
}
