//! The client that is used where no other is given: `hyper`, with `rustls` for TLS.

use std::sync::Arc;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, RootCertStore};

use crate::error::{ConfigError, KeyError};

/// HTTP/1.1, over TLS 1.2 or 1.3 where the URL says https. It trusts the roots that Mozilla
/// trusts. No proxy, no cookies, no redirects, no decompression.
pub(crate) fn default_client() -> Result<Client<HttpsConnector<HttpConnector>, String>, ConfigError>
{
    // Named, since the provider of the process belongs to the application: one may have set
    // another, and where two crates disagree, asking for it panics.
    let provider = crypto_provider().ok_or(KeyError::NoBackend)?;
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let tls = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .map_err(|_| KeyError::NoBackend)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .build();
    Ok(Client::builder(TokioExecutor::new())
        // The next fetch is minutes away: nothing is to be kept open.
        .pool_max_idle_per_host(0)
        .build(connector))
}

#[cfg(feature = "aws-lc-rs")]
#[expect(clippy::unnecessary_wraps, reason = "there is a twin that has none")]
fn crypto_provider() -> Option<CryptoProvider> {
    Some(rustls::crypto::aws_lc_rs::default_provider())
}

#[cfg(all(feature = "rust-crypto", not(feature = "aws-lc-rs")))]
#[expect(clippy::unnecessary_wraps, reason = "there is a twin that has none")]
fn crypto_provider() -> Option<CryptoProvider> {
    Some(rustls::crypto::ring::default_provider())
}

#[cfg(not(any(feature = "aws-lc-rs", feature = "rust-crypto")))]
fn crypto_provider() -> Option<CryptoProvider> {
    None
}
