//! The services behind the layer: HTTP routes and a gRPC service.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use http::StatusCode;
use serde::Deserialize;
use tonic::service::Routes;
use tonic::{Request, Response, Status};
use tower_bearer::auth::Csrf;
use tower_bearer::extract::{Bearer, Cookie, TokenSource};
use tower_bearer::keys::RemoteKeys;
use tower_bearer::verify::{Revocation, RevocationError, RevocationList};
use tower_bearer::{BearerAuthLayer, RequireLayer, VerifiedToken, Verifier};

use crate::proto::who_am_i_server::{WhoAmI, WhoAmIServer};
use crate::proto::{GetRequest, GetResponse};
use crate::settings::{AUDIENCE, COOKIE, CSRF_SECRET, ISSUER, SCOPE, TOLD};

#[derive(Deserialize)]
struct Claims {
    sub: String,
    jti: String,
    sid: String,
}

pub(super) fn router(keys: RemoteKeys, list: &RevocationList) -> Router {
    let verifier = Verifier::typed::<Claims>()
        .issuer(ISSUER, keys)
        .audience(AUDIENCE)
        .leeway(std::time::Duration::ZERO)
        .require_claim("jti")
        .revocations(list.clone())
        .build();
    let auth = BearerAuthLayer::new(verifier.unwrap())
        .source(Bearer.or(Cookie::new(COOKIE).unwrap()))
        .csrf(Csrf::new(CSRF_SECRET).unwrap());

    let grpc = Routes::new(WhoAmIServer::new(Service)).into_axum_router();
    Router::new()
        .route("/whoami", get(who).post(who))
        .route("/admin", get(who).layer(RequireLayer::scope(SCOPE)))
        .route("/sign-out/{what}", post(sign_out))
        .with_state(list.clone())
        .merge(grpc.reset_fallback())
        .layer(auth)
}

async fn who(token: VerifiedToken<Claims>) -> String {
    name(&token)
}

/// Lets the client check that the identity is its own token's.
fn name(token: &VerifiedToken<Claims>) -> String {
    let Claims { sub, jti, .. } = token.claims();
    format!("{sub} {jti}")
}

/// Revokes the caller's token, session or subject, as the path says: 200 if Redis was told, 202 if
/// it will be.
async fn sign_out(
    State(list): State<RevocationList>,
    Path(what): Path<String>,
    token: VerifiedToken<Claims>,
) -> (StatusCode, &'static str) {
    let Claims { sub, sid, .. } = token.claims();
    let revocation = match what.as_str() {
        "token" => Revocation::token(&token).unwrap(),
        "session" => Revocation::session(ISSUER, sid),
        _ => Revocation::subject(ISSUER, sub),
    };
    match list.revoke(revocation).await {
        Ok(()) => (StatusCode::OK, TOLD),
        Err(RevocationError::Feed(_)) => (StatusCode::ACCEPTED, ""),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, ""),
    }
}

struct Service;

#[tonic::async_trait]
impl WhoAmI for Service {
    async fn get(&self, request: Request<GetRequest>) -> Result<Response<GetResponse>, Status> {
        let token = VerifiedToken::<Claims>::from_extensions(request.extensions());
        let token = token.map_err(|_| Status::internal("the layer is missing"))?;
        Ok(Response::new(GetResponse {
            subject: name(&token),
            claims_json: String::new(),
        }))
    }
}
