//! A request for a document, and its answer.

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
use tower::{BoxError, Service};

use super::caching;
use super::error::FetchError;
use super::reach::Reach;
use crate::sync::Mutex;

/// What to fetch.
pub(in crate::keys) struct Order {
    pub(in crate::keys) url: Uri,
    /// The `ETag` of the known document.
    pub(in crate::keys) etag: Option<HeaderValue>,
    pub(in crate::keys) max_body_len: usize,
    /// Only the built-in client can enforce it.
    pub(in crate::keys) reach: Reach,
}

pub(in crate::keys) struct Answer {
    pub(in crate::keys) content: Content,
    /// How long it is fresh, by its `Cache-Control`.
    pub(in crate::keys) max_age: Option<Duration>,
}

pub(in crate::keys) enum Content {
    /// The known document is the newest.
    NotModified,
    Document {
        body: Vec<u8>,
        etag: Option<HeaderValue>,
    },
}

/// A client of any type.
pub(in crate::keys) trait HttpClient: Send + Sync {
    /// Starts an exchange that borrows nothing.
    fn fetch(&self, order: Order) -> BoxFuture<'static, Result<Answer, FetchError>>;
}

/// A Tower service as a client. It is cloned behind a lock, once a fetch, so that it need not be
/// `Sync`.
pub(in crate::keys) struct Client<S, B> {
    service: Mutex<S>,
    body: PhantomData<fn(B)>,
}

impl<S, B> Client<S, B> {
    pub(in crate::keys) fn new(service: S) -> Self {
        Self {
            service: Mutex::new(service),
            body: PhantomData,
        }
    }
}

impl<S, B, R> HttpClient for Client<S, B>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Default + Send + 'static,
    R: Body + Send + 'static,
    R::Data: Send,
    R::Error: Into<BoxError>,
{
    fn fetch(&self, order: Order) -> BoxFuture<'static, Result<Answer, FetchError>> {
        // A client that panics must not end the task that would try again.
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

/// Limits all exchanges of a fetch together: a server that sends a byte a second must not hold it
/// open.
pub(in crate::keys) async fn within<T>(
    limit: Duration,
    fetch: impl Future<Output = Result<T, FetchError>>,
) -> Result<T, FetchError> {
    let fetched = tokio::time::timeout(limit, fetch).await;
    fetched.unwrap_or(Err(FetchError::TimedOut(limit)))
}

async fn exchange<S, B, R>(mut service: S, order: Order) -> Result<Answer, FetchError>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Into<BoxError>,
    B: Default,
    R: Body,
    R::Error: Into<BoxError>,
{
    let failed = |error: BoxError| client_error(&*error, &order.url);
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
    let content = match head.status {
        StatusCode::OK => Content::Document {
            body: read(body, order.max_body_len, failed).await?,
            etag: head.headers.get(header::ETAG).cloned(),
        },
        StatusCode::NOT_MODIFIED if order.etag.is_some() => Content::NotModified,
        status if status.is_redirection() && status != StatusCode::NOT_MODIFIED => {
            return Err(FetchError::Redirect(status, retry_after(&head.headers)));
        }
        status => return Err(FetchError::Status(status, retry_after(&head.headers))),
    };
    Ok(Answer { content, max_age })
}

async fn read<R>(
    body: R,
    max_len: usize,
    failed: impl Fn(BoxError) -> FetchError,
) -> Result<Vec<u8>, FetchError>
where
    R: Body,
    R::Error: Into<BoxError>,
{
    let mut body = pin!(body);
    let mut content = Vec::new();
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        let frame = frame.map_err(|error| failed(error.into()))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if data.remaining() > max_len.saturating_sub(content.len()) {
            return Err(FetchError::TooLarge(max_len));
        }
        content.put(data);
    }
    Ok(content)
}

/// How long the server asks to be left alone. Dates are ignored; the back-off covers them.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}

/// The client's error with all its causes; the last is often the one that helps.
fn client_error(error: &(dyn Error + 'static), url: &Uri) -> FetchError {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Writing to a string never fails.
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    // Some clients name the URL, whose query may hold a secret.
    if let Some(query) = url.query().filter(|query| !query.is_empty()) {
        text = text.replace(query, "…");
    }
    FetchError::Client(Arc::from(text))
}
