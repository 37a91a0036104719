//! What operators see: the only file that names `tracing` and `metrics`.

/// A refresh token came a second time, and its family was revoked.
///
/// A client can cause this with its own tokens, so it is no warning. It is counted, since it may
/// also mean that a token was stolen.
pub(crate) fn refresh_token_reused() {
    #[cfg(feature = "metrics")]
    metrics::counter!("tower_bearer_refresh_tokens_reused_total").increment(1);
    #[cfg(feature = "tracing")]
    tracing::info!(
        target: "tower_bearer",
        "refresh token used twice: its family is revoked"
    );
}
