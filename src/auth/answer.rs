//! What becomes of a response of the inner service.

use std::sync::Arc;

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, Response};

use super::layer::Config;
use crate::error::AuthError;
use crate::observe::{self, RequestSpan};
use crate::reject::{Refusal, Rejection, Respond, grpc_content_type};
use crate::request::RequestHead;

/// What is kept of a request until the inner service has answered it.
pub(super) struct Answer<R> {
    /// Stays open until then.
    pub(super) span: RequestSpan,
    /// None if refusals from behind the layer have their final form already.
    config: Option<Arc<Config<R>>>,
    /// The content type for a client that speaks gRPC.
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

    /// The response, in the form that the layer gives to refusals if it is one.
    pub(super) fn finish<T>(&self, mut response: Response<T>) -> Response<T>
    where
        R: Respond<T>,
    {
        let Some(refusal) = response.extensions_mut().remove::<Refusal>() else {
            return response;
        };
        // That there is no layer was told where it was missed.
        if refusal.error != AuthError::MissingLayer {
            observe::rejected(&refusal.error);
        }
        let rejection = Rejection::late(&refusal.error, refusal.request(), self.grpc);
        let (refused, body) = response.into_parts();
        let mut response = match &self.config {
            Some(config) => config.respond(rejection),
            None => rejection.empty_response(body),
        };
        add_headers(&mut response, refused.headers);
        response
    }
}

/// Adds the fields that other layers have added to a refusal on its way, as for CORS.
fn add_headers<T>(response: &mut Response<T>, refused: HeaderMap) {
    let ours = [
        CONTENT_ENCODING,
        CONTENT_LENGTH,
        CONTENT_TYPE,
        RETRY_AFTER,
        WWW_AUTHENTICATE,
    ];
    let headers = response.headers_mut();
    let mut is_new = false;
    let mut last = None;
    for (name, value) in refused {
        // Only the first of several values has a name.
        if let Some(name) = name {
            is_new = !headers.contains_key(&name) && !ours.contains(&name);
            last = Some(name);
        }
        if let Some(name) = last.as_ref().filter(|_| is_new) {
            headers.append(name, value);
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

    fn respond<T>(&self, rejection: Rejection<'_>) -> Response<T>
    where
        R: Respond<T>,
    {
        self.rejection
            .respond(rejection.or_realm(self.realm.as_ref()))
    }
}
