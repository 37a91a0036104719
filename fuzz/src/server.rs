//! A server that publishes keys, or does what a target says.

use std::io;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::future::{self, BoxFuture};
use http::{HeaderMap, Request, Response, Uri};
use http_body_util::Full;
use serde_json::json;
use tokio::time::Instant;
use tower::Service;
use tower_bearer::VerifyingKey;
use tower_bearer::jose::Jwk;

/// Clones are the same server.
#[derive(Clone)]
pub(crate) struct Server {
    answer: Arc<Answer>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// By the request, and the number of earlier ones.
type Answer = dyn Fn(&Asked, usize) -> Reply + Send + Sync;

/// A request to the server.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) at: Instant,
    pub(crate) url: Uri,
    pub(crate) headers: HeaderMap,
}

/// The server's reaction.
pub(crate) enum Reply {
    Answer(Response<Full<Bytes>>),
    Fail,
    Hang,
}

impl Server {
    /// A server that always answers this.
    pub(crate) fn new(answer: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        Self {
            answer: Arc::new(answer),
            asked: Arc::default(),
        }
    }

    /// The requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("nothing panics there").clone()
    }
}

impl Reply {
    pub(crate) fn ok(body: impl Into<Bytes>) -> Self {
        Self::Answer(Response::new(Full::new(body.into())))
    }

    pub(crate) fn status(status: u16) -> Self {
        let mut response = Response::default();
        *response.status_mut() = status.try_into().expect("a status");
        Self::Answer(response)
    }
}

impl Service<Request<String>> for Server {
    type Response = Response<Full<Bytes>>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<String>) -> Self::Future {
        let (head, _) = request.into_parts();
        let asked = Asked {
            at: Instant::now(),
            url: head.uri,
            headers: head.headers,
        };
        let mut before = self.asked.lock().expect("nothing panics there");
        let reply = (self.answer)(&asked, before.len());
        before.push(asked);
        match reply {
            Reply::Answer(response) => Box::pin(future::ready(Ok(response))),
            Reply::Fail => Box::pin(future::ready(Err(io::Error::other("connection refused")))),
            Reply::Hang => Box::pin(future::pending()),
        }
    }
}

/// The JWK Set of these keys.
pub(crate) fn jwks(keys: impl IntoIterator<Item = VerifyingKey>) -> String {
    let keys = keys
        .into_iter()
        .map(|key| Jwk::try_from(&key).expect("it is public"));
    json!({ "keys": keys.collect::<Vec<_>>() }).to_string()
}
