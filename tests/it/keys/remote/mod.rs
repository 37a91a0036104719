//! Keys behind a URL. Time is tokio's and stands still unless everybody waits; the server is in
//! memory, but in `http.rs`.

mod discovery;
mod documents;
mod flood;
mod http;
mod lifetime;
mod offered;
mod outage;
mod rotation;
mod runtime;
mod settings;
mod tls;

use std::io;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use ::http::{HeaderMap, Request, Response};
use futures::future::BoxFuture;
use jsonwebtoken::jwk::Jwk;
use serde_json::{Value, json};
use tokio::time::{Instant, advance, sleep};
use tower::Service;
use tower_bearer::keys::{KeyProvider, KeyState, RemoteKeys, RemoteKeysBuilder};
use tower_bearer::test_util::{TestIssuer, signing_key};
use tower_bearer::{Algorithm, AuthError, TokenError, Verifier, VerifyingKey};

pub(crate) const URL: &str = "https://issuer.example.com/jwks.json";
const UNKNOWN: AuthError = AuthError::InvalidToken(TokenError::UnknownKey);

/// An issuer whose key has this name.
fn issuer(key_id: &str) -> TestIssuer {
    TestIssuer::new("issuer", Algorithm::ES256)
        .key(signing_key(Algorithm::ES256).with_key_id(key_id))
}

/// A good token, if there is a key of this name.
pub(crate) fn token(key_id: &str) -> String {
    issuer(key_id).token().sign()
}

fn jwk(key: &VerifyingKey) -> Value {
    serde_json::to_value(Jwk::try_from(key).unwrap()).unwrap()
}

/// A set of keys with these names.
pub(crate) fn jwks(key_ids: &[&str]) -> String {
    let keys = key_ids.iter().map(|id| jwk(&issuer(id).verifying_key()));
    json!({ "keys": keys.collect::<Vec<_>>() }).to_string()
}

type Answer = dyn FnMut(&HeaderMap) -> io::Result<Response<String>> + Send;

/// A server in memory that records when it was asked. Clones are the same server.
#[derive(Clone)]
pub(crate) struct Server(Arc<Mutex<Served>>);

struct Served {
    answer: Box<Answer>,
    latency: Duration,
    asked: Vec<Instant>,
    headers: HeaderMap,
}

impl Server {
    /// One that publishes keys of these names.
    pub(crate) fn with(key_ids: &[&str]) -> Self {
        let server = Self::down();
        server.publish(key_ids);
        server
    }

    fn down() -> Self {
        let server = Self(Arc::new(Mutex::new(Served {
            answer: Box::new(|_| unreachable!()),
            latency: Duration::ZERO,
            asked: Vec::new(),
            headers: HeaderMap::new(),
        })));
        server.fail();
        server
    }

    pub(crate) fn publish(&self, key_ids: &[&str]) {
        self.answer(Response::new(jwks(key_ids)));
    }

    pub(crate) fn fail(&self) {
        self.answer_by(|_| Err(io::Error::other("connection refused")));
    }

    pub(crate) fn answer(&self, response: Response<String>) {
        self.answer_by(move |_| Ok(response.clone()));
    }

    fn answer_by(
        &self,
        answer: impl FnMut(&HeaderMap) -> io::Result<Response<String>> + Send + 'static,
    ) {
        self.0.lock().unwrap().answer = Box::new(answer);
    }

    /// Lets every answer take so long.
    fn delay(&self, latency: Duration) {
        self.0.lock().unwrap().latency = latency;
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        self.0.lock().unwrap().asked.len()
    }

    fn asked_at(&self) -> Vec<Instant> {
        self.0.lock().unwrap().asked.clone()
    }

    /// The headers of the last request.
    fn headers(&self) -> HeaderMap {
        self.0.lock().unwrap().headers.clone()
    }

    pub(crate) fn builder(&self) -> RemoteKeysBuilder {
        RemoteKeys::builder(URL).client(self.clone())
    }

    fn keys(&self) -> RemoteKeys {
        self.builder().build().unwrap()
    }

    /// Keys that are at hand.
    async fn ready(&self) -> RemoteKeys {
        let keys = self.keys();
        keys.ready().await.unwrap();
        keys
    }
}

impl Service<Request<String>> for Server {
    type Response = Response<String>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Response<String>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<String>) -> Self::Future {
        assert_eq!(request.uri(), URL);
        let mut served = self.0.lock().unwrap();
        served.asked.push(Instant::now());
        served.headers = request.into_parts().0.headers;
        let latency = served.latency;
        let shared = Arc::clone(&self.0);
        Box::pin(async move {
            if !latency.is_zero() {
                sleep(latency).await;
            }
            let mut served = shared.lock().unwrap();
            let headers = served.headers.clone();
            (served.answer)(&headers)
        })
    }
}

fn verifier(keys: &RemoteKeys) -> Verifier {
    Verifier::builder()
        .issuer("issuer", keys.clone())
        .any_audience()
        .build()
        .unwrap()
}

async fn verify(verifier: &Verifier, key_id: &str) -> Result<(), AuthError> {
    verifier.verify(token(key_id)).await.map(|_| ())
}

/// Lets time pass in steps, so that whoever waits for less gets to act in between.
pub(crate) async fn pass(time: Duration) {
    sleep(time).await;
    settle().await;
}

/// Lets the others act until they wait for something.
async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

pub(crate) const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

#[track_caller]
fn assert_unavailable(result: Result<(), AuthError>, at_most: Duration) {
    match result {
        Err(AuthError::KeysUnavailable(after)) => {
            assert!((secs(1)..=at_most).contains(&after), "{after:?}");
        }
        other => panic!("{other:?}"),
    }
}
