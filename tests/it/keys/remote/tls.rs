//! The built-in client over TLS. No test sets a provider of the process.

use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::{self, CryptoProvider};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::*;
use crate::jose::der;

#[cfg(feature = "aws-lc-rs")]
fn provider() -> CryptoProvider {
    crypto::aws_lc_rs::default_provider()
}

#[cfg(not(feature = "aws-lc-rs"))]
fn provider() -> CryptoProvider {
    crypto::ring::default_provider()
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let certificate = CertificateDer::from(der(include_bytes!(
        "../../fixtures/localhost.certificate.pem"
    )));
    let key =
        PrivateKeyDer::try_from(der(include_bytes!("../../fixtures/p256.pkcs8.pem"))).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        acceptor.accept(stream).await.map(|_| ())
    });

    let keys = RemoteKeys::builder(format!("https://localhost:{port}/jwks.json"));
    let error = keys.build().unwrap().ready().await.unwrap_err().to_string();
    // The rest depends on whether a trusted certificate has the same name, and so on the platform
    // where that is who trusts.
    let refusal = "the HTTP client failed: client error (Connect): invalid peer certificate: ";
    assert!(error.starts_with(refusal), "{error}");
    // It was the client that broke off.
    let error = serving.await.unwrap().unwrap_err().to_string();
    assert!(error.starts_with("received fatal alert: "), "{error}");
}
