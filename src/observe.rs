//! What operators see: the only file that names `tracing` and `metrics`.
//!
//! What a client can cause is logged at `debug` or below. What the operator must mend is logged
//! at `warn` or `error`. No token, key or claim is ever logged, but issuer and subject where that
//! was asked for.

use std::io;
use std::path::Path;

use crate::error::{AuthError, ConfigError};
use crate::jose::{RegisteredClaims, SkippedKey};
use crate::keys::KeySet;

/// With the feature `tracing`, opens the span in which a request is judged.
#[cfg(feature = "tracing")]
pub(crate) fn enter_span() -> tracing::span::EnteredSpan {
    tracing::debug_span!("bearer_auth").entered()
}

/// Without the feature `tracing`, nothing.
#[cfg(not(feature = "tracing"))]
pub(crate) fn enter_span() -> NoSpan {
    NoSpan
}

#[cfg(not(feature = "tracing"))]
pub(crate) struct NoSpan;

/// A request's token was accepted.
pub(crate) fn accepted(claims: &RegisteredClaims, with_identity: bool) {
    #[cfg(feature = "metrics")]
    metrics::counter!("tower_bearer_accepted_total").increment(1);
    #[cfg(feature = "tracing")]
    if with_identity {
        tracing::debug!(
            iss = claims.issuer(),
            sub = claims.subject(),
            "token accepted"
        );
    } else {
        tracing::debug!("token accepted");
    }
    let _ = (claims, with_identity);
}

/// A request was refused.
pub(crate) fn rejected(error: &AuthError) {
    #[cfg(feature = "metrics")]
    metrics::counter!("tower_bearer_rejected_total", "reason" => error.reason()).increment(1);
    #[cfg(feature = "tracing")]
    if matches!(error, AuthError::MissingLayer) {
        tracing::error!(reason = error.reason(), "request refused: {error}");
    } else {
        tracing::debug!(reason = error.reason(), "request refused: {error}");
    }
    let _ = error;
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
    #[cfg(feature = "metrics")]
    {
        let outcome = if keys.is_ok() { "ok" } else { "error" };
        metrics::counter!("tower_bearer_key_refreshes_total", "outcome" => outcome).increment(1);
    }
    #[cfg(feature = "tracing")]
    match keys {
        Ok(keys) => tracing::info!(keys = keys.len(), "keys replaced"),
        Err(error) => tracing::warn!("keys not replaced, the last good ones stay: {error}"),
    }
    let _ = keys;
}

/// A key of a set cannot be used. The others can.
pub(crate) fn key_skipped(path: &Path, skipped: &SkippedKey) {
    #[cfg(feature = "tracing")]
    tracing::warn!(file = %path.display(), index = skipped.index(), "key skipped: {}", skipped.reason());
    let _ = (path, skipped);
}

/// A key file is read once and not followed.
pub(crate) fn key_file_unwatched(path: &Path, error: &io::Error) {
    #[cfg(feature = "tracing")]
    tracing::error!(file = %path.display(), "key file not watched: {error}");
    let _ = (path, error);
}
