//! The client that is used where no other is given: `hyper`, with `rustls` for TLS.

use std::sync::Arc;

use futures::future::BoxFuture;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;

use super::reach::Resolver;
use super::roots::roots;
use super::{Answer, Client, Fetch, FetchError, Order, Reach};
use crate::error::{ConfigError, KeyError};

/// HTTP/1.1, over TLS 1.2 or 1.3 where the URL says https. No proxy, no cookies, no redirects, no
/// decompression.
pub(in crate::keys) struct DefaultClient {
    anywhere: Client<Hyper, String>,
    public: Client<Hyper, String>,
}

type Hyper = HyperClient<HttpsConnector<HttpConnector<Resolver>>, String>;

impl DefaultClient {
    pub(in crate::keys) fn new() -> Result<Self, ConfigError> {
        // Named, since the provider of the process belongs to the application: one may have set
        // another, and where two crates disagree, asking for it panics.
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

impl Fetch for DefaultClient {
    fn fetch(&self, order: Order) -> BoxFuture<'static, Result<Answer, FetchError>> {
        match order.reach {
            Reach::Anywhere => self.anywhere.fetch(order),
            Reach::Public => self.public.fetch(order),
        }
    }
}

fn hyper(tls: ClientConfig, reach: Reach) -> Hyper {
    let mut connector = HttpConnector::new_with_resolver(Resolver::new(reach));
    // It does not know of https; the connector around it does.
    connector.enforce_http(false);
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(connector);
    HyperClient::builder(TokioExecutor::new())
        // The next fetch is minutes away: nothing is to be kept open.
        .pool_max_idle_per_host(0)
        .build(connector)
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
