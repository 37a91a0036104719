//! Which certificates the built-in client trusts.

use rustls::RootCertStore;

use crate::error::ConfigError;

/// Those that issue from a root that the platform trusts.
#[cfg(feature = "platform-roots")]
pub(super) fn roots() -> Result<RootCertStore, ConfigError> {
    let mut roots = RootCertStore::empty();
    // Whatever cannot be read is left out: stores in the wild hold certificates of all times.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(ConfigError::RootCertificates(
            "the platform trusts no certificate: install them (`ca-certificates`), \
             or leave the feature `platform-roots` off",
        ));
    }
    Ok(roots)
}

/// Those that issue from a root that Mozilla trusts, the same in every container.
#[cfg(not(feature = "platform-roots"))]
#[expect(clippy::unnecessary_wraps, reason = "there is a twin that fails")]
pub(super) fn roots() -> Result<RootCertStore, ConfigError> {
    let roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned();
    Ok(roots.collect())
}
