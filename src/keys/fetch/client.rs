//! The built-in client: `hyper`, with `rustls` for TLS.

use std::sync::{Arc, OnceLock};

use futures::future::BoxFuture;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;

use super::exchange::{Answer, Client, HttpClient, Order};
use super::reach::{Reach, Resolver};
use super::roots::roots;
use crate::error::{ConfigError, KeyError};
use crate::keys::fetch::FetchError;

/// HTTP/1.1, over TLS 1.2 or 1.3 for https. No proxy, cookies, redirects or decompression.
pub(in crate::keys) struct DefaultClient {
    anywhere: Client<Hyper, String>,
    public: Client<Hyper, String>,
}

type Hyper = HyperClient<HttpsConnector<HttpConnector<Resolver>>, String>;

impl DefaultClient {
    /// The one client of the process. Making a client reads certificates, with some features from
    /// disk: too much for each of many tenants.
    pub(in crate::keys) fn shared() -> Result<Arc<Self>, ConfigError> {
        static SHARED: OnceLock<Arc<DefaultClient>> = OnceLock::new();

        if let Some(client) = SHARED.get() {
            return Ok(Arc::clone(client));
        }
        let client = Arc::new(Self::new()?);
        Ok(Arc::clone(SHARED.get_or_init(|| client)))
    }

    fn new() -> Result<Self, ConfigError> {
        // The process-wide provider belongs to the application, and asking for it may panic.
        let provider = crypto_provider().ok_or(KeyError::NoBackend)?;
        let tls = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()
            .map_err(|_| KeyError::NoBackend)?
            .with_root_certificates(roots()?)
            .with_no_client_auth();
        Ok(Self {
            anywhere: Client::new(hyper(tls.clone(), Reach::Anywhere)),
            public: Client::new(hyper(tls, Reach::Public)),
        })
    }
}

impl HttpClient for DefaultClient {
    fn fetch(&self, order: Order) -> BoxFuture<'static, Result<Answer, FetchError>> {
        match order.reach {
            Reach::Anywhere => self.anywhere.fetch(order),
            Reach::Public => self.public.fetch(order),
        }
    }
}

fn hyper(tls: ClientConfig, reach: Reach) -> Hyper {
    let mut connector = HttpConnector::new_with_resolver(Resolver::new(reach));
    // The connector around it handles https.
    connector.enforce_http(false);
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(connector);
    HyperClient::builder(TokioExecutor::new())
        // The next fetch is minutes away. An open connection would also belong to this runtime.
        .pool_max_idle_per_host(0)
        .build(connector)
}

#[cfg(feature = "aws-lc-rs")]
#[expect(clippy::unnecessary_wraps, reason = "its twin has none")]
fn crypto_provider() -> Option<CryptoProvider> {
    Some(rustls::crypto::aws_lc_rs::default_provider())
}

#[cfg(all(feature = "rust-crypto", not(feature = "aws-lc-rs")))]
#[expect(clippy::unnecessary_wraps, reason = "its twin has none")]
fn crypto_provider() -> Option<CryptoProvider> {
    Some(rustls::crypto::ring::default_provider())
}

#[cfg(not(any(feature = "aws-lc-rs", feature = "rust-crypto")))]
fn crypto_provider() -> Option<CryptoProvider> {
    None
}
