mod bounds;
mod composed;
mod csrf;
mod future;
mod grpc;
mod junk;
mod layer;
mod modes;
mod readiness;
mod service;

use std::convert::Infallible;
use std::fmt::Debug;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use futures::channel::oneshot;
use http::{HeaderMap, HeaderValue, Request, Response};
use serde::de::DeserializeOwned;
use tower::{Service, ServiceExt};
use tower_bearer::keys::{KeyProvider, KeySet, Refresh, WantedKey};
use tower_bearer::test_util::{FixedClock, TestIssuer, TokenBuilder};
use tower_bearer::verify::VerifierBuilder;
use tower_bearer::{Algorithm, AuthError, BearerAuthLayer, VerifiedToken, Verifier};

/// Some header fields of a request or a response.
pub(crate) type Fields<'a> = &'a [(&'a str, &'a str)];

pub(crate) const ISSUER: &str = "https://issuer.example.com";
pub(crate) const AUDIENCE: &str = "my-api";

/// An issuer, and a clock for it and its verifiers.
pub(crate) struct World {
    pub(crate) clock: FixedClock,
    pub(crate) issuer: TestIssuer,
}

impl World {
    pub(crate) fn new() -> Self {
        let clock = FixedClock::new();
        let issuer = TestIssuer::new(ISSUER, Algorithm::HS256).clock(clock.clone());
        Self { clock, issuer }
    }

    pub(crate) fn builder_with<C>(&self, keys: impl KeyProvider) -> VerifierBuilder<C> {
        Verifier::typed()
            .issuer(ISSUER, keys)
            .audience(AUDIENCE)
            .clock(self.clock.clone())
    }

    pub(crate) fn builder<C>(&self) -> VerifierBuilder<C> {
        self.builder_with(self.issuer.verifying_key())
    }

    pub(crate) fn layer(&self) -> BearerAuthLayer {
        self.layer_of::<serde_json::Value>()
    }

    /// A layer that decodes into these claims.
    pub(crate) fn layer_of<C: DeserializeOwned + Send + Sync + 'static>(&self) -> BearerAuthLayer {
        BearerAuthLayer::new(self.builder::<C>().build().unwrap())
    }

    pub(crate) fn layer_with(&self, keys: impl KeyProvider) -> BearerAuthLayer {
        BearerAuthLayer::new(
            self.builder_with::<serde_json::Value>(keys)
                .build()
                .unwrap(),
        )
    }

    /// A good token in the making, of Alice.
    pub(crate) fn token(&self) -> TokenBuilder<'_> {
        self.issuer.token().subject("alice").audience(AUDIENCE)
    }

    pub(crate) fn good(&self) -> String {
        self.token().sign()
    }
}

/// A request with these fields, which may hold any bytes that HTTP allows.
#[track_caller]
pub(crate) fn request<V: AsRef<[u8]>>(fields: &[(&str, V)]) -> Request<()> {
    let mut builder = Request::get("/");
    for (name, value) in fields {
        builder = builder.header(*name, HeaderValue::from_bytes(value.as_ref()).unwrap());
    }
    builder.body(()).unwrap()
}

#[track_caller]
pub(crate) fn bearer(token: &str) -> Request<()> {
    request(&[("authorization", format!("Bearer {token}"))])
}

/// The response, which must be ready at once.
#[track_caller]
pub(crate) fn answer<S, B, T>(service: S, request: Request<B>) -> Response<T>
where
    S: Service<Request<B>, Response = Response<T>, Error: Debug>,
{
    let Some(response) = service.oneshot(request).now_or_never() else {
        panic!("it does not answer at once");
    };
    response.unwrap()
}

/// An inner service: answers with the token's subject.
pub(crate) async fn whoami<B>(request: Request<B>) -> Result<Response<String>, Infallible> {
    let token = <VerifiedToken>::optional_from_extensions(request.extensions()).unwrap();
    let subject = token.as_ref().and_then(VerifiedToken::subject);
    Ok(Response::new(subject.unwrap_or("nobody").to_owned()))
}

#[track_caller]
pub(crate) fn assert_headers(headers: &HeaderMap, expected: Fields<'_>) {
    let mut headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    headers.sort_unstable();
    assert_eq!(headers, expected);
}

/// Counts, in all its clones together.
#[derive(Clone, Default)]
pub(crate) struct Counter(Arc<AtomicUsize>);

impl Counter {
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Keys that arrive when the test says so.
#[derive(Clone, Default)]
pub(crate) struct LateKeys(Arc<Mutex<Late>>);

#[derive(Default)]
struct Late {
    keys: KeySet,
    waiting: Vec<oneshot::Sender<Result<(), AuthError>>>,
}

impl LateKeys {
    /// The keys are here. Tells how many have waited for them.
    pub(crate) fn come(&self, keys: impl Into<KeySet>) -> usize {
        self.0.lock().unwrap().keys = keys.into();
        self.tell(&Ok(()))
    }

    pub(crate) fn fail(&self, error: AuthError) -> usize {
        self.tell(&Err(error))
    }

    fn tell(&self, outcome: &Result<(), AuthError>) -> usize {
        let waiting = std::mem::take(&mut self.0.lock().unwrap().waiting);
        let told = waiting
            .into_iter()
            .map(|sender| sender.send(outcome.clone()));
        told.flatten().count()
    }
}

impl KeyProvider for LateKeys {
    fn snapshot(&self) -> KeySet {
        self.0.lock().unwrap().keys.clone()
    }

    fn refresh(&self, _: &WantedKey<'_>) -> Refresh {
        let (sender, receiver) = oneshot::channel();
        self.0.lock().unwrap().waiting.push(sender);
        Refresh::Pending(Box::pin(async {
            let gone = AuthError::KeysUnavailable(Duration::from_secs(1));
            receiver.await.unwrap_or(Err(gone))
        }))
    }
}

/// Keys that are unavailable.
pub(crate) struct NoKeys(pub(crate) Duration);

impl KeyProvider for NoKeys {
    fn snapshot(&self) -> KeySet {
        KeySet::default()
    }

    fn refresh(&self, _: &WantedKey<'_>) -> Refresh {
        Refresh::Unavailable(self.0)
    }
}
