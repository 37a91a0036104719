//! The routes for programs: tokens travel as JSON, and in `Authorization: Bearer …`. Pages may call
//! those that are protected as well.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tower_bearer::{AuthError, BearerAuthLayer, RequireLayer, TokenError, VerifiedToken};
use tower_bearer_issuer::TokenPair;

use crate::accounts::{Accounts, Credentials};
use crate::answers::{ApiError, JsonBody, refuse};
use crate::users::User;

pub(crate) fn router(auth: BearerAuthLayer) -> Router<Arc<Accounts>> {
    let admin = get(admin).layer(RequireLayer::role("admin"));
    let protected = Router::new()
        .route("/protected", get(protected))
        .route("/profile", get(profile))
        .route("/admin", admin)
        .route("/logout", post(logout))
        .route("/logout-all", post(logout_all))
        .layer(auth.reject_with(refuse));
    Router::new()
        .route("/login", post(login))
        .route("/refresh", post(refresh))
        .merge(protected)
}

async fn login(
    State(accounts): State<Arc<Accounts>>,
    JsonBody(credentials): JsonBody<Credentials>,
) -> Result<Json<TokenPair>, ApiError> {
    Ok(Json(accounts.sign_in(credentials).await?))
}

#[derive(Deserialize)]
struct Refresh {
    refresh_token: String,
}

async fn refresh(
    State(accounts): State<Arc<Accounts>>,
    JsonBody(body): JsonBody<Refresh>,
) -> Result<Json<TokenPair>, ApiError> {
    Ok(Json(accounts.renew(&body.refresh_token).await?))
}

async fn logout(
    State(accounts): State<Arc<Accounts>>,
    token: VerifiedToken,
) -> Result<StatusCode, ApiError> {
    // The verifier demands both claims.
    let session_id = token.registered().session_id().unwrap_or_default();
    accounts.sessions.sign_out(session_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn logout_all(
    State(accounts): State<Arc<Accounts>>,
    token: VerifiedToken,
) -> Result<StatusCode, ApiError> {
    let subject = token.subject().unwrap_or_default();
    accounts.sessions.sign_out_everywhere(subject).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn protected(token: VerifiedToken) -> Json<Value> {
    Json(json!({ "message": "Welcome!", "user": token.subject() }))
}

async fn profile(
    State(accounts): State<Arc<Accounts>>,
    token: VerifiedToken,
) -> Result<Json<User>, ApiError> {
    let subject = token.subject().unwrap_or_default();
    let user = accounts.users.find(subject).await?;
    // The token is good, but its user was deleted.
    let gone = AuthError::from(TokenError::RefusedByRule);
    user.map(Json).ok_or(ApiError::Refused(gone))
}

async fn admin(token: VerifiedToken) -> Json<Value> {
    Json(json!({ "message": "Welcome, administrator!", "user": token.subject() }))
}
