//! The root certificates that the built-in client trusts.

use rustls::RootCertStore;

use crate::error::ConfigError;

/// The platform's.
#[cfg(feature = "platform-roots")]
pub(super) fn roots() -> Result<RootCertStore, ConfigError> {
    let mut roots = RootCertStore::empty();
    // Real stores hold some certificates that cannot be parsed.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(ConfigError::RootCertificates(
            "the platform has no root certificates: install `ca-certificates`, \
             or leave the feature `platform-roots` off",
        ));
    }
    Ok(roots)
}

/// Mozilla's, the same in every container.
#[cfg(not(feature = "platform-roots"))]
#[expect(clippy::unnecessary_wraps, reason = "its twin fails")]
pub(super) fn roots() -> Result<RootCertStore, ConfigError> {
    let roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned();
    Ok(roots.collect())
}
