//! The routes for programs: tokens travel as JSON, and in `Authorization: Bearer …`.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tower_bearer::issue::TokenPair;
use tower_bearer::{BearerAuthLayer, RequireLayer, VerifiedToken, Verifier};

use crate::answers::{ApiError, JsonBody, refuse};
use crate::sessions::{Credentials, Sessions};
use crate::users::User;

pub(crate) fn router(verifier: Verifier) -> Router<Arc<Sessions>> {
    let admin = get(admin).layer(RequireLayer::role("admin").reject_with(refuse));
    let protected = Router::new()
        .route("/protected", get(protected))
        .route("/profile", get(profile))
        .route("/admin", admin)
        .layer(BearerAuthLayer::new(verifier).reject_with(refuse));
    Router::new()
        .route("/login", post(login))
        .route("/refresh", post(refresh))
        .merge(protected)
}

async fn login(
    State(sessions): State<Arc<Sessions>>,
    JsonBody(credentials): JsonBody<Credentials>,
) -> Result<Json<TokenPair>, ApiError> {
    Ok(Json(sessions.sign_in(credentials).await?))
}

#[derive(Deserialize)]
struct Refresh {
    refresh_token: String,
}

async fn refresh(
    State(sessions): State<Arc<Sessions>>,
    JsonBody(body): JsonBody<Refresh>,
) -> Result<Json<TokenPair>, ApiError> {
    Ok(Json(sessions.renew(&body.refresh_token).await?))
}

async fn protected(token: VerifiedToken) -> Json<Value> {
    Json(json!({ "message": "Welcome!", "user": token.subject() }))
}

async fn profile(
    State(sessions): State<Arc<Sessions>>,
    token: VerifiedToken,
) -> Result<Json<User>, ApiError> {
    let username = token.subject().ok_or(ApiError::NoUser)?;
    let user = sessions.users.find(username).await?;
    user.map(Json).ok_or(ApiError::NoUser)
}

async fn admin(token: VerifiedToken) -> Json<Value> {
    Json(json!({ "message": "Welcome, administrator!", "user": token.subject() }))
}
