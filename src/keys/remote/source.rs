//! Where remote keys come from.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, PoisonError};

use futures::future::BoxFuture;
use http::HeaderValue;

use super::settings::Settings;
use crate::keys::discovery::{Discovery, JwksUri};
use crate::keys::fetch::{Answer, FetchError, HttpClient, Order, within};
use crate::sync::{Mutex, MutexGuard};

/// Where keys come from, and what is known of the last document.
pub(super) struct Source {
    place: Place,
    client: Arc<dyn HttpClient>,
    /// The last accepted document. Only the worker locks it.
    last: Mutex<Option<Last>>,
    /// A hash of the last document whose skipped keys were logged, so that they are logged once.
    logged: Mutex<Option<u64>>,
    hasher: RandomState,
}

#[derive(Clone)]
pub(super) enum Place {
    Known(Arc<JwksUri>),
    /// The issuer names it.
    Issuer(Arc<Discovery>),
}

/// Where a document was, and its `ETag`.
#[derive(Clone)]
struct Last {
    at: Arc<JwksUri>,
    etag: Option<HeaderValue>,
}

/// What was fetched, and from where.
pub(super) struct Fetched {
    pub(super) answer: Answer,
    pub(super) at: Arc<JwksUri>,
}

impl Source {
    pub(super) fn new(place: Place, client: Arc<dyn HttpClient>) -> Self {
        Self {
            place,
            client,
            last: Mutex::new(None),
            logged: Mutex::new(None),
            hasher: RandomState::new(),
        }
    }

    /// Fetches keys. Discovery runs each time, so that keys which move are followed.
    pub(super) fn fetch(
        &self,
        settings: &Settings,
    ) -> BoxFuture<'static, Result<Fetched, FetchError>> {
        let client = Arc::clone(&self.client);
        let max_body_len = settings.max_body_len;
        let last = lock(&self.last).clone();
        let place = self.place.clone();
        Box::pin(within(settings.timeout, async move {
            let at = match place {
                Place::Known(at) => at,
                Place::Issuer(issuer) => match (issuer.find(&*client, max_body_len).await, &last) {
                    (Ok(at), _) => Arc::new(at),
                    // Only the metadata is unavailable: the keys are where they were.
                    (Err(FetchError::Discovery(_)), Some(last)) => Arc::clone(&last.at),
                    (Err(error), _) => return Err(error),
                },
            };
            let order = Order {
                url: at.url.uri().clone(),
                // An `ETag` means nothing at another URL.
                etag: last
                    .filter(|last| last.at.url == at.url)
                    .and_then(|last| last.etag),
                max_body_len,
                reach: at.reach,
            };
            let answer = client.fetch(order).await?;
            Ok(Fetched { answer, at })
        }))
    }

    /// Notes the accepted document.
    pub(super) fn accepted(&self, at: Arc<JwksUri>, etag: Option<HeaderValue>) {
        *lock(&self.last) = Some(Last { at, etag });
    }

    /// Whether the skipped keys of a document are still to be logged.
    pub(super) fn is_news(&self, document: &[u8]) -> bool {
        let id = self.hasher.hash_one(document);
        lock(&self.logged).replace(id) != Some(id)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Known(at) => at.url.fmt(f),
            Place::Issuer(issuer) => issuer.fmt(f),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
