//! Events, spans and metrics: the only file that names `tracing` and `metrics`.
//!
//! What a client can cause is logged at `debug`. What the operator must fix is logged at `warn` or
//! `error`. No token, key or claim is ever logged, except `iss`, `sub` and `jti` on request.

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

/// The target of all events and spans.
#[cfg(feature = "tracing")]
const TARGET: &str = "tower_bearer";

/// The span of a request's verification and, if identity is recorded, of the inner service. Empty
/// without the feature `tracing`.
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

    /// Fills the fields that [`new`](Self::new) left empty.
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

/// A request was refused behind the layer. The layer reports all but its own absence.
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

/// A changed key file was read: so many keys, or why not.
pub(crate) fn key_file_read(keys: Result<usize, &ConfigError>) {
    count_refresh(keys.is_ok());
    #[cfg(feature = "tracing")]
    match keys {
        Ok(keys) => tracing::info!(target: TARGET, keys, "keys replaced"),
        Err(error) => {
            tracing::warn!(target: TARGET, "keys not replaced, still using the last good ones: {error}");
        }
    }
    let _ = keys;
}

/// Keys were fetched. Unchanged keys are news only after a failure.
#[cfg(feature = "remote")]
pub(crate) fn remote_keys_fetched(url: &impl Display, keys: usize, is_new: bool, failed: bool) {
    count_refresh(true);
    #[cfg(feature = "tracing")]
    match (is_new, failed) {
        (true, _) => tracing::info!(target: TARGET, %url, keys, "keys replaced"),
        (false, true) => tracing::info!(target: TARGET, %url, keys, "keys fetched again"),
        (false, false) => tracing::debug!(target: TARGET, %url, keys, "keys confirmed"),
    }
    let _ = (url, keys, is_new, failed);
}

/// Keys could not be fetched. The same failure again is no news.
#[cfg(feature = "remote")]
pub(crate) fn remote_keys_failed(
    url: &impl Display,
    error: &impl Display,
    is_news: bool,
    has_keys: bool,
) {
    count_refresh(false);
    #[cfg(feature = "tracing")]
    match (is_news, has_keys) {
        (true, true) => {
            tracing::warn!(target: TARGET, %url, "cannot fetch keys, still using the last good ones: {error}");
        }
        (true, false) => {
            tracing::warn!(target: TARGET, %url, "cannot fetch keys, none cached: {error}");
        }
        (false, _) => tracing::debug!(target: TARGET, %url, "still cannot fetch keys: {error}"),
    }
    let _ = (url, error, is_news, has_keys);
}

/// The keys after a fetch. The state is 0 fresh, 1 stale, 2 unavailable.
#[cfg(feature = "remote")]
pub(crate) fn remote_keys_are(url: &impl Display, state: u8, keys: usize, confirmed: bool) {
    #[cfg(feature = "metrics")]
    {
        let url = url.to_string();
        metrics::gauge!("tower_bearer_keys_state", "url" => url.clone()).set(state);
        let keys = u32::try_from(keys).unwrap_or(u32::MAX);
        metrics::gauge!("tower_bearer_keys", "url" => url.clone()).set(keys);
        if confirmed && let Ok(now) = SystemTime::UNIX_EPOCH.elapsed() {
            metrics::gauge!("tower_bearer_keys_confirmed_timestamp_seconds", "url" => url)
                .set(now.as_secs_f64());
        }
    }
    let _ = (url, state, keys, confirmed);
}

/// A key of a fetched set is unusable. The others are used.
#[cfg(feature = "remote")]
pub(crate) fn remote_key_skipped(url: &impl Display, index: usize, reason: &impl Display) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: TARGET, %url, index, "key skipped: {reason}");
    let _ = (url, index, reason);
}

/// The application trusts a tenant, but its keys cannot be set up.
pub(crate) fn tenant_without_keys(error: &ConfigError) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: TARGET, "a tenant's tokens are refused, since its keys cannot be set up: {error}");
    let _ = error;
}

/// The whole revocation list was loaded.
#[cfg(feature = "feed")]
pub(crate) fn revocations_loaded(entries: usize) {
    #[cfg(feature = "tracing")]
    tracing::info!(target: TARGET, entries, "revocations loaded");
    let _ = entries;
}

/// The feed answers again after a failure.
#[cfg(feature = "feed")]
pub(crate) fn revocations_followed() {
    #[cfg(feature = "tracing")]
    tracing::info!(target: TARGET, "revocations followed again");
}

/// The feed failed. The same failure again is no news.
#[cfg(feature = "feed")]
pub(crate) fn revocations_failed(error: &str, is_news: bool) {
    #[cfg(feature = "tracing")]
    if is_news {
        tracing::warn!(target: TARGET, "cannot follow revocations: {error}");
    } else {
        tracing::debug!(target: TARGET, "still cannot follow revocations: {error}");
    }
    let _ = (error, is_news);
}

/// The feed lost entries.
#[cfg(feature = "feed")]
pub(crate) fn revocations_lost() {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: TARGET, "the revocation feed lost entries: reloading, and adding what it lacks");
}

/// Entries of the feed have an unknown format.
#[cfg(feature = "feed")]
pub(crate) fn revocations_skipped(entries: usize) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: TARGET, entries, "revocations skipped: unknown format");
    let _ = entries;
}

/// The revocation list after a round. The state is 0 fresh, 1 stale, 2 unavailable.
#[cfg(feature = "feed")]
pub(crate) fn revocations_are(entries: usize, state: u8, age: Option<Duration>) {
    #[cfg(feature = "metrics")]
    {
        metrics::gauge!("tower_bearer_revocations_state").set(state);
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

/// A key of a file is unusable. The others are used.
pub(crate) fn key_skipped(path: &Path, index: usize, reason: &impl Display) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: TARGET, file = %path.display(), index, "key skipped: {reason}");
    let _ = (path, index, reason);
}

/// A key file is read once and not watched.
pub(crate) fn key_file_unwatched(path: &Path, error: &io::Error) {
    #[cfg(feature = "tracing")]
    tracing::error!(target: TARGET, file = %path.display(), "key file not watched: {error}");
    let _ = (path, error);
}
