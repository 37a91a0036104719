//! The HTTP routes.

use axum::extract::Path;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use tower_bearer::{AuthError, BearerAuthLayer, VerifiedToken};

pub(crate) fn router(auth: &BearerAuthLayer) -> Router {
    let protected = Router::new()
        .route("/whoami", get(whoami))
        .route("/scopes/{scope}", get(with_scope))
        .route("/roles/{role}", get(with_role))
        .layer(auth.clone());
    let optional = Router::new()
        .route("/optional", get(maybe))
        .layer(auth.clone().optional());
    Router::new()
        .route("/public", get(public))
        .merge(protected)
        .merge(optional)
}

async fn public() -> Json<Value> {
    Json(json!({ "public": true }))
}

/// The content of a token.
#[derive(serde::Serialize)]
struct WhoAmI {
    header: Value,
    claims: Map<String, Value>,
}

async fn whoami(token: VerifiedToken) -> Json<WhoAmI> {
    Json(WhoAmI {
        header: serde_json::from_str(token.header().json()).unwrap_or_default(),
        claims: token.claims().clone(),
    })
}

async fn maybe(token: Option<VerifiedToken>) -> Json<Value> {
    Json(json!({ "sub": token.as_ref().and_then(VerifiedToken::subject) }))
}

/// Where the scope is known beforehand, a `RequireLayer` does this.
async fn with_scope(
    Path(scope): Path<String>,
    token: VerifiedToken,
) -> Result<Json<Value>, AuthError> {
    if token.has_scope(&scope) {
        Ok(Json(json!({ "scope": scope })))
    } else {
        Err(AuthError::InsufficientScope(Some(scope.into())))
    }
}

async fn with_role(
    Path(role): Path<String>,
    token: VerifiedToken,
) -> Result<Json<Value>, AuthError> {
    if token.has_role(&role) {
        Ok(Json(json!({ "role": role })))
    } else {
        Err(AuthError::InsufficientScope(None))
    }
}
