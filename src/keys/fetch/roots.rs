//! Which certificates the built-in client trusts.

use rustls::ClientConfig;
use rustls::client::WantsClientCert;
use rustls::{ConfigBuilder, WantsVerifier};

use crate::error::ConfigError;

type Trusting = ConfigBuilder<ClientConfig, WantsClientCert>;

/// Those that the platform trusts.
#[cfg(feature = "platform-roots")]
pub(super) fn trust(
    config: ConfigBuilder<ClientConfig, WantsVerifier>,
) -> Result<Trusting, ConfigError> {
    use rustls_platform_verifier::BuilderVerifierExt;

    config.with_platform_verifier().map_err(|_| {
        ConfigError::RootCertificates(
            "the platform trusts no certificates: install them (`ca-certificates`), \
             or leave the feature `platform-roots` off",
        )
    })
}

/// Those that issue from a root that Mozilla trusts, the same in every container.
#[cfg(not(feature = "platform-roots"))]
#[expect(clippy::unnecessary_wraps, reason = "there is a twin that fails")]
pub(super) fn trust(
    config: ConfigBuilder<ClientConfig, WantsVerifier>,
) -> Result<Trusting, ConfigError> {
    let mut roots = rustls::RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    Ok(config.with_root_certificates(roots))
}
