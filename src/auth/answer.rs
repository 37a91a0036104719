//! Responses of the inner service: a refusal among them gets the form of the layer.

use std::sync::Arc;

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, Response};

use super::layer::Config;
use crate::error::AuthError;
use crate::observe::{self, RequestSpan};
use crate::reject::{Refusal, Rejection, Respond, grpc_content_type};
use crate::request::RequestHead;

/// Kept of a request until the inner service has answered.
pub(super) struct Answer<R> {
    /// Stays open until then.
    pub(super) span: RequestSpan,
    /// `None` if refusals from behind the layer already have their final form.
    config: Option<Arc<Config<R>>>,
    /// The content type for a gRPC client.
    grpc: Option<&'static str>,
}

impl<R> Answer<R> {
    pub(super) fn new<T>(
        config: &Arc<Config<R>>,
        request: RequestHead<'_>,
        span: RequestSpan,
    ) -> Self
    where
        R: Respond<T>,
    {
        let is_default = R::IS_DEFAULT && config.realm.is_none();
        Self {
            span,
            config: (!is_default).then(|| Arc::clone(config)),
            grpc: grpc_content_type(request),
        }
    }

    /// The response. A refusal gets the form of the layer.
    pub(super) fn finish<T>(&self, mut response: Response<T>) -> Response<T>
    where
        R: Respond<T>,
    {
        let Some(refusal) = response.extensions_mut().remove::<Refusal>() else {
            return response;
        };
        // A missing layer was already logged.
        if refusal.error != AuthError::MissingLayer {
            observe::rejected(&refusal.error);
        }
        let rejection = Rejection::late(&refusal.error, refusal.request(), self.grpc);
        let (refused, body) = response.into_parts();
        let mut response = match &self.config {
            Some(config) => config.respond(rejection),
            None => rejection.empty_response(body),
        };
        add_headers(&mut response, &refused.headers);
        response
    }
}

/// Keeps the header fields that layers in between have added to a refusal, such as CORS.
fn add_headers<T>(response: &mut Response<T>, refused: &HeaderMap) {
    let ours = [
        CONTENT_ENCODING,
        CONTENT_LENGTH,
        CONTENT_TYPE,
        RETRY_AFTER,
        WWW_AUTHENTICATE,
    ];
    let headers = response.headers_mut();
    for name in refused.keys() {
        if !headers.contains_key(name) && !ours.contains(name) {
            for value in refused.get_all(name) {
                headers.append(name, value.clone());
            }
        }
    }
}

impl<R> Config<R> {
    pub(super) fn reject<T>(&self, error: &AuthError, request: RequestHead<'_>) -> Response<T>
    where
        R: Respond<T>,
    {
        self.respond(Rejection::new(error, request))
    }

    fn respond<'a, T>(&'a self, rejection: Rejection<'a>) -> Response<T>
    where
        R: Respond<T>,
    {
        self.rejection.respond(match &self.realm {
            Some(realm) => rejection.realm(realm),
            None => rejection,
        })
    }
}
