//! The documents by which an issuer publishes its keys.

use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use http::{Request, Response, StatusCode, header};
use serde_json::json;
use tower::Service;

use super::TestIssuer;
use crate::jose::{Jwk, VerifyingKey};

/// A Tower service that publishes the keys of a [`TestIssuer`]: its OpenID Connect discovery
/// document, and its JWK Set at `jwks.json` below the issuer. Clones publish the same keys.
///
/// As a client, it replaces the network:
///
#[cfg_attr(
    feature = "remote",
    doc = r#"```
# #[tokio::main(flavor = "current_thread")]
# async fn main() -> Result<(), Box<dyn std::error::Error>> {
use tower_bearer::Algorithm;
use tower_bearer::keys::{KeyProvider, RemoteKeys};
use tower_bearer::test_util::{KeyServer, TestIssuer};

let issuer = TestIssuer::new("https://issuer.example.com", Algorithm::ES256);
let server = KeyServer::of(&issuer);
let keys = RemoteKeys::discover(issuer.name()).client::<_, (), _>(server.clone()).build()?;

keys.ready().await?;
assert_eq!(keys.status().keys, 1);

server.fail(); // simulates an outage
# Ok(())
# }
```"#
)]
#[derive(Clone)]
pub struct KeyServer {
    issuer: Box<str>,
    served: Arc<Mutex<Served>>,
}

struct Served {
    jwks: String,
    fails: bool,
}

impl KeyServer {
    /// Publishes the key of this issuer.
    ///
    /// # Panics
    ///
    /// If the key is a secret.
    pub fn of(issuer: &TestIssuer) -> Self {
        Self {
            issuer: issuer.name().into(),
            served: Arc::new(Mutex::new(Served {
                jwks: jwks([issuer.verifying_key()]),
                fails: false,
            })),
        }
    }

    /// Replaces the published keys.
    ///
    /// # Panics
    ///
    /// If a key is a secret.
    pub fn publish(&self, keys: impl IntoIterator<Item = VerifyingKey>) {
        let jwks = jwks(keys);
        *self.served() = Served { jwks, fails: false };
    }

    /// Answers with 500 until keys are [published](Self::publish) again.
    pub fn fail(&self) {
        self.served().fails = true;
    }

    fn served(&self) -> MutexGuard<'_, Served> {
        self.served.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, path: &str) -> (StatusCode, String) {
        let issuer = self.issuer.strip_suffix('/').unwrap_or(&self.issuer);
        let after_scheme = issuer.split_once("://").map_or(issuer, |(_, rest)| rest);
        let base = after_scheme.find('/').and_then(|at| after_scheme.get(at..));
        let document = path.strip_prefix(base.unwrap_or_default());
        let served = self.served();
        match document {
            _ if served.fails => (StatusCode::INTERNAL_SERVER_ERROR, String::new()),
            Some("/.well-known/openid-configuration") => {
                let jwks_uri = format!("{issuer}/jwks.json");
                let metadata = json!({ "issuer": self.issuer, "jwks_uri": jwks_uri });
                (StatusCode::OK, metadata.to_string())
            }
            Some("/jwks.json") => (StatusCode::OK, served.jwks.clone()),
            _ => (StatusCode::NOT_FOUND, String::new()),
        }
    }
}

#[expect(clippy::expect_used, reason = "a test should fail here, and say so")]
fn jwks(keys: impl IntoIterator<Item = VerifyingKey>) -> String {
    let keys = keys
        .into_iter()
        .map(|key| Jwk::try_from(&key).expect("the key is not a secret"));
    json!({ "keys": keys.collect::<Vec<_>>() }).to_string()
}

impl<B> Service<Request<B>> for KeyServer {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (status, document) = self.answer(request.uri().path());
        let mut response = Response::new(document);
        *response.status_mut() = status;
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            header::HeaderValue::from_static("application/json"),
        );
        ready(Ok(response))
    }
}

impl fmt::Debug for KeyServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyServer")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}
