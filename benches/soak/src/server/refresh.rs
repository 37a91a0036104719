//! Refresh tokens on Redis: begin, use and end a family.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use http::StatusCode;
use tower_bearer_issuer::{Grant, RefreshError, RefreshTokens};
use tower_bearer_redis::RedisStore;

type Answer = Result<String, StatusCode>;

pub(super) fn router(store: RedisStore) -> Router {
    let tokens = <RefreshTokens>::builder(store)
        // So that abandoned families leave Redis.
        .absolute_lifetime(std::time::Duration::from_secs(120))
        .build();
    Router::new()
        .route("/refresh/begin", post(begin))
        .route("/refresh/use", post(use_token))
        .route("/refresh/end", post(end))
        .with_state(tokens.unwrap())
}

async fn begin(State(tokens): State<RefreshTokens>, subject: String) -> Answer {
    let token = tokens.begin(Grant::new(subject)).await.map_err(status)?;
    Ok(token.as_str().to_owned())
}

async fn use_token(State(tokens): State<RefreshTokens>, token: String) -> Answer {
    let used = tokens.use_token(&token).await.map_err(status)?;
    let subject = used.grant().subject();
    Ok(format!("{subject} {}", used.token().as_str()))
}

async fn end(State(tokens): State<RefreshTokens>, token: String) -> Answer {
    let ended = tokens.revoke_token(&token).await.map_err(status)?;
    Ok(ended.to_string())
}

fn status(error: RefreshError) -> StatusCode {
    match error {
        RefreshError::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        error if error.is_invalid_grant() => StatusCode::BAD_REQUEST,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
