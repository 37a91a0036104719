//! A refusal from behind the layer.

use std::sync::Arc;

use http::request::Parts;
use http::{Request, Response};

use super::Rejection;
use crate::error::AuthError;
use crate::request::RequestHead;

/// Why a service behind the layer refused the request: in the extensions of its response, so that
/// the layer can answer in its own form.
#[derive(Clone)]
pub(crate) struct Refusal {
    pub(crate) error: AuthError,
    head: Option<Arc<Parts>>,
}

impl Refusal {
    /// The request, unless a handler has returned the error.
    pub(crate) fn request(&self) -> Option<RequestHead<'_>> {
        self.head.as_deref().map(RequestHead::from)
    }
}

/// Refuses a request behind the layer.
pub(crate) fn refuse<B, T: Default>(error: AuthError, request: Request<B>) -> Response<T> {
    let (head, _) = request.into_parts();
    let response = Rejection::new(&error, RequestHead::from(&head)).default_response();
    with_refusal(response, error, Some(Arc::new(head)))
}

/// The response to an error that a handler returns.
#[cfg(feature = "axum")]
pub(crate) fn late<T: Default>(error: AuthError) -> Response<T> {
    let response = Rejection::late(&error, None, None).default_response();
    with_refusal(response, error, None)
}

fn with_refusal<T>(
    mut response: Response<T>,
    error: AuthError,
    head: Option<Arc<Parts>>,
) -> Response<T> {
    response.extensions_mut().insert(Refusal { error, head });
    response
}
