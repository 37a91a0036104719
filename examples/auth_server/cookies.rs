//! The routes for pages: tokens travel as cookies, which no script can read.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::{FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::response::{AppendHeaders, IntoResponse, IntoResponseParts, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tower_bearer::auth::Csrf;
use tower_bearer::extract::TokenSource;
use tower_bearer::jose::NumericDate;
use tower_bearer::reject::Rejection;
use tower_bearer::{AuthError, BearerAuthLayer, RequestHead, VerifiedToken, Verifier};
use tower_bearer_issuer::{IssueError, RefreshToken, SessionCookies, TokenPair};

use crate::accounts::{Accounts, Credentials};
use crate::answers::{ApiError, JsonBody, refuse_with};

/// Below it, requests carry the refresh token.
pub(crate) const PATH: &str = "/session";

/// The accounts, and how pages take part in them.
#[derive(Clone)]
pub(crate) struct Pages {
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) verifier: Verifier,
    pub(crate) cookies: SessionCookies,
    pub(crate) csrf: Csrf,
}

pub(crate) fn router(pages: Pages) -> Router {
    let signed_in =
        BearerAuthLayer::new(pages.verifier.clone()).source(pages.cookies.access_source());
    let refusing = pages.clone();
    let signed_in =
        signed_in.reject_with(move |rejection: Rejection<'_>| refusing.refuse(rejection));
    Router::new()
        .route("/session/me", get(me).layer(signed_in))
        .route("/session/login", post(login))
        .route("/session/refresh", post(refresh))
        .route("/session/logout", post(logout))
        .with_state(pages)
}

/// Who is signed in, for a page that was just loaded.
async fn me(State(pages): State<Pages>, token: VerifiedToken) -> Result<Json<Value>, ApiError> {
    let registered = token.registered();
    let session_id = registered.session_id().unwrap_or_default();
    let expires_at = registered.expires_at().map_or(0, NumericDate::as_secs);
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(i64::MAX, |time| time.as_secs().cast_signed());
    Ok(Json(json!({
        "user": registered.subject(),
        "roles": token.roles().collect::<Vec<_>>(),
        "expires_at": expires_at,
        "expires_in": expires_at.saturating_sub(now).max(0),
        "csrf_token": pages.csrf_token(session_id)?,
        "claims": token.claims(),
    })))
}

/// Takes nothing but JSON, which another site cannot send: it could sign somebody in as somebody
/// else.
async fn login(
    State(pages): State<Pages>,
    JsonBody(credentials): JsonBody<Credentials>,
) -> Result<Response, ApiError> {
    let pair = pages.accounts.sign_in(credentials).await?;
    pages.answer(&pair)
}

async fn refresh(State(pages): State<Pages>, session: Session) -> Result<Response, ApiError> {
    match pages.accounts.renew(&session.refresh_token).await {
        Ok(pair) => pages.answer(&pair),
        Err(error @ ApiError::InvalidGrant) => Ok((pages.forget(), error).into_response()),
        Err(error) => Err(error),
    }
}

/// Anybody can make up a refresh token, and have a CSRF token for it. Only what is a session is
/// ended, since the list of those is not endless.
async fn logout(
    State(pages): State<Pages>,
    session: Session,
    request: Request,
) -> Result<Response, ApiError> {
    let has_access = pages.has_access(RequestHead::from(&request), &session.id);
    let sessions = &pages.accounts.sessions;
    if has_access {
        sessions.sign_out(&session.id).await?;
    } else {
        sessions.sign_out_token(&session.refresh_token).await?;
    }
    Ok((pages.forget(), StatusCode::NO_CONTENT).into_response())
}

impl Pages {
    /// The tokens as cookies, and what the page has to know.
    fn answer(&self, pair: &TokenPair) -> Result<Response, ApiError> {
        let cookies = self.cookies.set(pair)?.map(|cookie| (SET_COOKIE, cookie));
        let body = json!({
            "csrf_token": self.csrf_token(pair.refresh_token().family_id())?,
            "expires_in": pair.access_token().lifetime().as_secs(),
        });
        Ok((AppendHeaders(cookies), Json(body)).into_response())
    }

    /// Tells the browser that what it has is worth nothing any more.
    fn forget(&self) -> impl IntoResponseParts + use<> {
        AppendHeaders(self.cookies.clear().map(|cookie| (SET_COOKIE, cookie)))
    }

    fn csrf_token(&self, session_id: &str) -> Result<String, IssueError> {
        let issuer = self.accounts.sessions.issuer().name();
        Ok(self.csrf.token_for(issuer, session_id)?)
    }

    /// Refuses a page whose access token has expired, but gives it what it needs to refresh it.
    fn refuse(&self, rejection: Rejection<'_>) -> Response {
        let request = rejection.request();
        let session = request.and_then(|request| self.session(request).ok());
        let csrf_token = session.and_then(|session| self.csrf_token(&session.id).ok());
        refuse_with(rejection, csrf_token)
    }

    /// Whether a request carries a good access token of a session.
    fn has_access(&self, request: RequestHead<'_>, session_id: &str) -> bool {
        let token = self.cookies.access_source().extract(request).ok().flatten();
        let verified = token.and_then(|token| self.verifier.verify_now(token).ok());
        verified.is_some_and(|token| token.registered().session_id() == Some(session_id))
    }

    /// The session of which a request carries a refresh token: still alive or not, and wherever
    /// the request comes from.
    fn session(&self, request: RequestHead<'_>) -> Result<Session, ApiError> {
        let token = self.cookies.refresh_source().extract(request);
        let token = token.map_err(AuthError::from)?;
        let token = token.ok_or(AuthError::MissingToken)?;
        let refresh_token = String::from_utf8_lossy(&token).into_owned();
        let id = RefreshToken::family_id_of(&refresh_token).ok_or(ApiError::InvalidGrant)?;
        Ok(Session { id, refresh_token })
    }
}

/// A session, at the request of a page of ours: it has sent the CSRF token. It goes by the refresh
/// token, since the access token may have expired.
struct Session {
    id: String,
    refresh_token: String,
}

impl FromRequestParts<Pages> for Session {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, ApiError> {
        let request = RequestHead::from(&*parts);
        let session = pages.session(request)?;
        let issuer = pages.accounts.sessions.issuer().name();
        pages.csrf.check(request, issuer, &session.id)?;
        Ok(session)
    }
}
