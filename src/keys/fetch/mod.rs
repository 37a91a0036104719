//! One exchange over HTTP, by whatever client there is.

mod caching;
mod client;
mod error;
mod reach;
mod roots;
mod url;

use std::error::Error;
use std::fmt::Write;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bytes::{Buf, BufMut};
use futures::FutureExt;
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri, header};
use http_body::Body;
use tower::Service;

pub(super) use self::client::DefaultClient;
pub use self::error::FetchError;
pub(super) use self::reach::{Reach, is_private};
pub(super) use self::url::{Url, UrlFault};
use crate::sync::Mutex;

/// What is to be fetched.
pub(super) struct Order {
    pub(super) url: Uri,
    /// The `ETag` of the document at hand.
    pub(super) etag: Option<HeaderValue>,
    pub(super) max_body_len: usize,
    /// Only the built-in client can hold itself to this.
    pub(super) reach: Reach,
}

/// Gives all exchanges of a fetch so much time together: a server that sends a byte a second must
/// not hold it open.
pub(super) async fn within<T>(
    limit: Duration,
    fetch: impl Future<Output = Result<T, FetchError>>,
) -> Result<T, FetchError> {
    let fetched = tokio::time::timeout(limit, fetch).await;
    fetched.unwrap_or(Err(FetchError::TimedOut(limit)))
}

/// What came of it.
pub(super) struct Answer {
    pub(super) content: Content,
    /// For how long it is good, by its `Cache-Control`.
    pub(super) max_age: Option<Duration>,
}

pub(super) enum Content {
    /// The document at hand is the newest.
    NotModified,
    Document {
        body: Vec<u8>,
        etag: Option<HeaderValue>,
    },
}

/// A client of whatever type.
pub(super) trait Fetch: Send + Sync {
    /// Begins an exchange that depends on nothing but itself.
    fn fetch(&self, order: Order) -> BoxFuture<'static, Result<Answer, FetchError>>;
}

/// A Tower service as a client. The lock is held while it is cloned, once a fetch, so that the
/// service itself need not be `Sync`.
pub(super) struct Client<S, B> {
    service: Mutex<S>,
    body: PhantomData<fn(B)>,
}

impl<S, B> Client<S, B> {
    pub(super) fn new(service: S) -> Self {
        Self {
            service: Mutex::new(service),
            body: PhantomData,
        }
    }
}

impl<S, B, R> Fetch for Client<S, B>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    S::Future: Send,
    B: Default + Send + 'static,
    R: Body + Send + 'static,
    R::Data: Send,
    R::Error: Into<Box<dyn Error + Send + Sync>>,
{
    fn fetch(&self, order: Order) -> BoxFuture<'static, Result<Answer, FetchError>> {
        // A client that panics must not take the task with it that would try again.
        let service = catch_unwind(AssertUnwindSafe(|| {
            let service = self.service.lock().unwrap_or_else(PoisonError::into_inner);
            service.clone()
        }));
        Box::pin(async move {
            let service = service.map_err(|_| FetchError::Panicked)?;
            let exchange = AssertUnwindSafe(exchange(service, order)).catch_unwind();
            exchange.await.unwrap_or(Err(FetchError::Panicked))
        })
    }
}

async fn exchange<S, B, R>(mut service: S, order: Order) -> Result<Answer, FetchError>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Default,
    R: Body,
    R::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let failed = |error: Box<dyn Error + Send + Sync>| client_error(&*error, &order.url);
    let mut request = Request::new(B::default());
    *request.uri_mut() = order.url.clone();
    let headers = request.headers_mut();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(etag) = &order.etag {
        headers.insert(header::IF_NONE_MATCH, etag.clone());
    }

    let ready = poll_fn(|cx| service.poll_ready(cx)).await;
    ready.map_err(|error| failed(error.into()))?;
    let response = service.call(request).await;
    let (head, body) = response.map_err(|error| failed(error.into()))?.into_parts();
    let max_age = caching::max_age(&head.headers);
    match head.status {
        StatusCode::OK => {}
        StatusCode::NOT_MODIFIED if order.etag.is_some() => {
            return Ok(Answer {
                content: Content::NotModified,
                max_age,
            });
        }
        status => return Err(FetchError::Status(status, retry_after(&head.headers))),
    }

    let mut body = pin!(body);
    let mut content = Vec::new();
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        let frame = frame.map_err(|error| failed(error.into()))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if data.remaining() > order.max_body_len.saturating_sub(content.len()) {
            return Err(FetchError::TooLarge(order.max_body_len));
        }
        content.put(data);
    }
    Ok(Answer {
        content: Content::Document {
            body: content,
            etag: head.headers.get(header::ETAG).cloned(),
        },
        max_age,
    })
}

/// How long the server asks to be left alone. A date is not read: the back-off will do.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}

/// What a client says, with all the causes, of which the last is often the one that helps.
fn client_error(error: &(dyn Error + 'static), url: &Uri) -> FetchError {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Writing to a string does not fail.
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    // Some clients name the URL. There may be a secret in its query.
    if let Some(query) = url.query().filter(|query| !query.is_empty()) {
        text = text.replace(query, "…");
    }
    FetchError::Client(Arc::from(text))
}
