//! The documents by which others find the keys.

use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::{ALLOW, CACHE_CONTROL};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use serde::Serialize;
use serde_json::{Map, Value, json};
use tower::Service;

use super::document::{Document, status};
use super::{SetupError, TokenIssuer};

/// Short enough that a rotation need not be planned, and long enough that a thousand verifiers
/// make three requests a second.
const DEFAULT_MAX_AGE: Duration = Duration::from_secs(300);

/// A Tower service that publishes the keys of a [`TokenIssuer`]: its JWK Set
/// ([RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5)), and its metadata, which says
/// where that is ([RFC 8414 §3](https://www.rfc-editor.org/rfc/rfc8414#section-3)).
///
/// | issuer | JWK Set | metadata |
/// | --- | --- | --- |
/// | `https://host` | `/.well-known/jwks.json` | `/.well-known/oauth-authorization-server` |
/// | `https://host/path` | `/path/.well-known/jwks.json` | `/.well-known/oauth-authorization-server/path` |
///
/// It answers GET and HEAD, says for how long the answer may be kept, and answers 304 where the
/// client has it. Secrets are not published. The paths are those of the whole request, so serve it
/// as the fallback of a router or route by route, and do not nest it:
///
/// ```
/// # use tower_bearer::{Algorithm, SigningKey};
/// # use tower_bearer_issuer::TokenIssuer;
/// # let issuer = TokenIssuer::builder()
/// #     .issuer("https://auth.example.com")
/// #     .audience("my-api")
/// #     .key(SigningKey::generate(Algorithm::ES256)?)
/// #     .build()?;
/// let well_known = issuer.well_known()?.metadata(serde_json::json!({
///     "token_endpoint": "https://auth.example.com/token",
///     "grant_types_supported": ["refresh_token"],
/// }))?;
/// let app: axum::Router = axum::Router::new().fallback_service(well_known);
/// # Ok::<(), tower_bearer_issuer::SetupError>(())
/// ```
#[derive(Clone)]
pub struct WellKnown(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    issuer: TokenIssuer,
    paths: Paths,
    members: Map<String, Value>,
    metadata: Document,
    cache_control: HeaderValue,
}

#[derive(Clone)]
struct Paths {
    jwks: String,
    metadata: String,
}

impl WellKnown {
    pub(super) fn new(issuer: TokenIssuer) -> Result<Self, SetupError> {
        let base = issuer.name().strip_suffix('/').unwrap_or(issuer.name());
        let path = url_path(issuer.name())?;
        let mut members = Map::new();
        members.insert("issuer".into(), issuer.name().into());
        members.insert("jwks_uri".into(), format!("{base}{JWKS}").into());
        // Required even where there is none.
        members.insert("response_types_supported".into(), json!([]));
        Ok(Self(Arc::new(Inner {
            paths: Paths {
                jwks: format!("{path}{JWKS}"),
                metadata: format!("{METADATA}{path}"),
            },
            metadata: Document::new(Value::Object(members.clone()).to_string()),
            members,
            cache_control: cache_control(DEFAULT_MAX_AGE),
            issuer,
        })))
    }

    /// Adds members to the metadata: a struct or a map with what
    /// [RFC 8414 §2](https://www.rfc-editor.org/rfc/rfc8414#section-2) lists.
    ///
    /// # Errors
    ///
    /// [`SetupError::Metadata`] if they are not a JSON object, [`SetupError::ReservedMetadata`] if
    /// they include `issuer` or `jwks_uri`, which the issuer sets.
    pub fn metadata(mut self, members: impl Serialize) -> Result<Self, SetupError> {
        let Ok(Value::Object(members)) = serde_json::to_value(members) else {
            return Err(SetupError::Metadata);
        };
        for reserved in ["issuer", "jwks_uri"] {
            if members.contains_key(reserved) {
                return Err(SetupError::ReservedMetadata(reserved));
            }
        }
        let inner = Arc::make_mut(&mut self.0);
        inner.members.extend(members);
        inner.metadata = Document::new(Value::Object(inner.members.clone()).to_string());
        Ok(self)
    }

    /// For how long the answers may be kept: 5 minutes unless set. A key should be published for
    /// so long before it signs.
    #[must_use]
    pub fn max_age(mut self, max_age: Duration) -> Self {
        Arc::make_mut(&mut self.0).cache_control = cache_control(max_age);
        self
    }

    fn answer(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response<String> {
        let Inner {
            issuer,
            paths,
            metadata,
            cache_control,
            ..
        } = &*self.0;
        let keys;
        let document = if path == paths.jwks {
            keys = issuer.inner().keys.at(issuer.now());
            keys.jwks()
        } else if path == paths.metadata {
            metadata
        } else {
            return status(StatusCode::NOT_FOUND);
        };
        if method != Method::GET && method != Method::HEAD {
            let mut response = status(StatusCode::METHOD_NOT_ALLOWED);
            let allowed = HeaderValue::from_static("GET, HEAD");
            response.headers_mut().insert(ALLOW, allowed);
            return response;
        }
        let mut response = document.answer(method, headers);
        response
            .headers_mut()
            .insert(CACHE_CONTROL, cache_control.clone());
        response
    }
}

const JWKS: &str = "/.well-known/jwks.json";
const METADATA: &str = "/.well-known/oauth-authorization-server";

/// The path of the issuer, without a slash at its end.
fn url_path(issuer: &str) -> Result<String, SetupError> {
    let not_url = || SetupError::NotUrl(issuer.into());
    let uri: Uri = issuer.parse().map_err(|_| not_url())?;
    let is_http = matches!(uri.scheme_str(), Some("https" | "http"));
    if !is_http || issuer.contains(['?', '#', '@']) {
        return Err(not_url());
    }
    Ok(uri.path().trim_end_matches('/').to_owned())
}

fn cache_control(max_age: Duration) -> HeaderValue {
    let text = format!("public, max-age={}", max_age.as_secs());
    // Digits and letters, so that it is always one.
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("no-cache"))
}

impl<B> Service<Request<B>> for WellKnown {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (method, headers) = (request.method(), request.headers());
        ready(Ok(self.answer(method, request.uri().path(), headers)))
    }
}

impl fmt::Debug for WellKnown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WellKnown")
            .field("issuer", &self.0.issuer)
            .finish_non_exhaustive()
    }
}
