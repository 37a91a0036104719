//! Remote keys: one fetch at a time, shared by all, and nobody waits for ever.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use http::{Request, Response, StatusCode};
use loom::sync::atomic::{AtomicUsize, Ordering};
use tower::Service;
use tower_bearer::keys::{KeyProvider, Refresh, RemoteKeys, WantedKey};
use tower_bearer::{Algorithm, AuthError};

use super::*;

const FIRST: &str = r#"{"keys":[
    {"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
const SECOND: &str = r#"{"keys":[
    {"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
    {"kty":"OKP","crv":"Ed25519","kid":"b","x":"PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw"}]}"#;

/// Answers each fetch with the next of these; a missing one is a failure.
#[derive(Clone)]
struct Server {
    documents: &'static [&'static str],
    asked: Arc<AtomicUsize>,
    busy: Arc<AtomicUsize>,
}

impl Server {
    fn with(documents: &'static [&'static str]) -> Self {
        Self {
            documents,
            asked: Arc::default(),
            busy: Arc::default(),
        }
    }

    fn keys(&self) -> RemoteKeys {
        let keys = RemoteKeys::builder("https://issuer.example.com/jwks.json");
        keys.client::<_, String, _>(self.clone()).build().unwrap()
    }

    /// Keys with the first document in memory, which may be refetched.
    fn ready(&self) -> RemoteKeys {
        let keys = self.keys();
        block_on(keys.ready()).unwrap();
        tokio::time::advance(Duration::from_secs(31));
        keys
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Service<Request<String>> for Server {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<String>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<String>) -> Self::Future {
        let server = self.clone();
        Box::pin(async move {
            let others = server.busy.fetch_add(1, Ordering::SeqCst);
            assert_eq!(others, 0, "two fetches at a time");
            let number = server.asked.fetch_add(1, Ordering::SeqCst);
            let mut response = Response::new(String::new());
            match server.documents.get(number) {
                Some(document) => *response.body_mut() = (*document).to_owned(),
                None => *response.status_mut() = StatusCode::BAD_GATEWAY,
            }
            server.busy.fetch_sub(1, Ordering::SeqCst);
            Ok(response)
        })
    }
}

/// The result of asking for the key `b`: whether it is available. None if refused without waiting.
fn ask(keys: &RemoteKeys) -> Option<Result<bool, AuthError>> {
    match keys.refresh(&WantedKey::new(Algorithm::EdDSA, Some("b"))) {
        Refresh::Unchanged => None,
        Refresh::Unavailable(after) => Some(Err(AuthError::KeysUnavailable(after))),
        Refresh::Pending(fetched) => Some(block_on(fetched).map(|()| keys.snapshot().len() == 2)),
    }
}

/// Also if the second comes while the first fetch ends.
#[test]
fn who_starts_waits_for_one_fetch() {
    explore("remote keys, a start", || {
        let server = Server::with(&[FIRST]);
        let keys = server.keys();
        let other = {
            let keys = keys.clone();
            spawn(move || block_on(keys.ready()).is_ok())
        };
        assert!(block_on(keys.ready()).is_ok());
        assert!(other.join().unwrap());
        assert_eq!(keys.snapshot().len(), 1);
        assert_eq!(server.asked(), 1);
    });
}

/// Whenever the others come: before the fetch, during it, or while it ends.
#[test]
fn all_get_the_new_key_of_a_rotation() {
    explore("remote keys, a rotation", || {
        let server = Server::with(&[FIRST, SECOND]);
        let keys = server.ready();
        let other = {
            let keys = keys.clone();
            spawn(move || ask(&keys))
        };
        assert_eq!(ask(&keys), Some(Ok(true)));
        assert_eq!(other.join().unwrap(), Some(Ok(true)));
        assert_eq!(server.asked(), 2);
    });
}

#[test]
fn who_stops_waiting_takes_nobody_along() {
    explore("remote keys, a waiter that leaves", || {
        let server = Server::with(&[FIRST, SECOND]);
        let keys = server.ready();
        let leaving = {
            let keys = keys.clone();
            spawn(move || {
                let wanted = WantedKey::new(Algorithm::EdDSA, Some("b"));
                if let Refresh::Pending(fetched) = keys.refresh(&wanted) {
                    drop(fetched.now_or_never());
                }
            })
        };
        assert_eq!(ask(&keys), Some(Ok(true)));
        leaving.join().unwrap();
        assert_eq!(server.asked(), 2);
    });
}

/// All waiters are notified; later requests learn that fetches fail, and cause none.
#[test]
fn a_fetch_that_fails_ends_for_all() {
    explore("remote keys, a failure", || {
        let server = Server::with(&[FIRST]);
        let keys = server.ready();
        let other = {
            let keys = keys.clone();
            spawn(move || ask(&keys))
        };
        for asked in [ask(&keys), other.join().unwrap()] {
            assert!(matches!(asked, Some(Err(_))), "{asked:?}");
        }
        assert_eq!(server.asked(), 2);
        assert_eq!(keys.snapshot().len(), 1, "the last good keys stay");
    });
}

/// Two fetches follow each other if a new one may start immediately: a request that arrives while
/// the first ends waits for either, and for no third.
#[test]
fn nobody_waits_for_a_fetch_that_is_over() {
    explore("remote keys, two fetches", || {
        let server = Server::with(&[FIRST, FIRST, SECOND]);
        let keys = server.ready();
        let other = {
            let keys = keys.clone();
            spawn(move || {
                let first = ask(&keys);
                assert!(matches!(first, None | Some(Ok(_))), "{first:?}");
            })
        };
        let first = ask(&keys);
        assert!(matches!(first, None | Some(Ok(_))), "{first:?}");
        other.join().unwrap();
        assert_eq!(server.asked(), 2, "the cooldown has begun with the fetch");
        // A miss is barred for as long.
        tokio::time::advance(Duration::from_secs(31));
        assert_eq!(ask(&keys), Some(Ok(true)));
        assert_eq!(server.asked(), 3);
    });
}

/// Readers get the old set or the new one, whole, and never the old one after the new.
#[test]
fn readers_see_whole_sets_in_their_order() {
    explore("remote keys, readers", || {
        let server = Server::with(&[FIRST, SECOND]);
        let keys = server.ready();
        let reading = {
            let keys = keys.clone();
            spawn(move || {
                let read: Vec<_> = (0..3).map(|_| keys.snapshot().len()).collect();
                assert!(read.is_sorted(), "{read:?}");
                assert!(read.iter().all(|len| [1, 2].contains(len)), "{read:?}");
            })
        };
        assert_eq!(ask(&keys), Some(Ok(true)));
        assert_eq!(keys.snapshot().len(), 2, "who waited sees the new set");
        reading.join().unwrap();
    });
}

/// The last holder of the keys leaves at any moment of a fetch: the task ends.
#[test]
fn the_task_ends_with_the_keys() {
    explore("remote keys, an end", || {
        let server = Server::with(&[FIRST]);
        let keys = server.keys();
        let other = {
            let keys = keys.clone();
            spawn(move || drop(keys))
        };
        drop(keys.ready().now_or_never());
        drop(keys);
        other.join().unwrap();
    });
}
