//! What is answered beside the good news: errors as JSON, as OAuth has them.

use std::error::Error;

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Json, Request};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tower_bearer::reject::Rejection;
use tower_bearer::{AuthError, RequestHead};
use tower_bearer_issuer::{IssueError, SessionError};

use crate::passwords::Busy;

/// Why a request was not done.
pub(crate) enum ApiError {
    /// The body is not what it should be, to be answered with this status.
    InvalidRequest(StatusCode),
    /// No such user, or another password: nobody learns which.
    InvalidCredentials,
    /// The refresh token is not good, for whatever reason.
    InvalidGrant,
    /// What the layers refuse with as well.
    Refused(AuthError),
    /// Something that it needs is away or busy. Trying again helps.
    Unavailable,
    /// A mistake of ours.
    Server,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::InvalidRequest(status) => (status, "invalid_request"),
            Self::InvalidCredentials => (StatusCode::UNAUTHORIZED, "invalid_credentials"),
            Self::InvalidGrant => (StatusCode::UNAUTHORIZED, "invalid_grant"),
            Self::Refused(error) => {
                let request = Request::new(());
                return refuse(Rejection::new(&error, RequestHead::from(&request)));
            }
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE),
            Self::Server => (StatusCode::INTERNAL_SERVER_ERROR, "server_error"),
        };
        let mut response = (status, Json(json!({ "error": error }))).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            let second = HeaderValue::from_static("1");
            response.headers_mut().insert(RETRY_AFTER, second);
        }
        response
    }
}

const UNAVAILABLE: &str = "temporarily_unavailable";

/// Answers what the layers refuse: the challenge for programs that know it, and the same as JSON.
pub(crate) fn refuse(rejection: Rejection<'_>) -> Response {
    refuse_with(rejection, None)
}

/// The same, for a page that needs a CSRF token to do something about it.
pub(crate) fn refuse_with(rejection: Rejection<'_>, csrf_token: Option<String>) -> Response {
    #[derive(Serialize)]
    struct Refusal {
        error: &'static str,
        error_description: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        csrf_token: Option<String>,
    }

    let refusal = Refusal {
        error: match rejection.error() {
            AuthError::MissingToken => "missing_token",
            AuthError::MissingLayer => "server_error",
            AuthError::Csrf(_) => "forbidden",
            _ => rejection.code().unwrap_or(UNAVAILABLE),
        },
        error_description: rejection.description(),
        csrf_token,
    };
    let (head, ()) = rejection.response(()).into_parts();
    (head, Json(refusal)).into_response()
}

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        Self::Refused(error)
    }
}

impl From<SessionError> for ApiError {
    fn from(error: SessionError) -> Self {
        match error {
            _ if error.is_invalid_grant() => Self::InvalidGrant,
            SessionError::Revocation(error) => {
                // The other servers will be told. But whoever asked must know that they are not yet.
                tracing::warn!("not revoked everywhere: {error}");
                Self::Unavailable
            }
            _ if error.is_unavailable() => unavailable("store", &error),
            _ => {
                tracing::error!("no tokens: {error}");
                Self::Server
            }
        }
    }
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        unavailable("database", &error)
    }
}

impl From<Busy> for ApiError {
    fn from(_: Busy) -> Self {
        Self::Unavailable
    }
}

impl From<IssueError> for ApiError {
    fn from(error: IssueError) -> Self {
        tracing::error!("no access token: {error}");
        Self::Server
    }
}

fn unavailable(what: &str, error: &dyn Error) -> ApiError {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    tracing::warn!("the {what} is away: {cause}");
    ApiError::Unavailable
}

/// A JSON body. Where it is something else, the client is told so, in JSON.
///
/// It must be labelled as JSON: what another site makes a browser send without asking never is.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        match Json::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            // What exactly does not fit could quote what was sent.
            Err(JsonRejection::JsonDataError(_)) => {
                Err(ApiError::InvalidRequest(StatusCode::BAD_REQUEST))
            }
            Err(rejection) => Err(ApiError::InvalidRequest(rejection.status())),
        }
    }
}
