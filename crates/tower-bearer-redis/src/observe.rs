//! What operators see.

/// Redis evicts entries when it is full, by its own setting.
pub(crate) fn store_evicts(policy: &str) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        target: "tower_bearer",
        policy,
        "Redis evicts entries when it is full, revocations among them: \
         set its maxmemory-policy to noeviction"
    );
    let _ = policy;
}
