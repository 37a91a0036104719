//! The gRPC service, behind the same layer.

use std::error::Error;

use axum::Router;
use tonic::service::Routes;
use tonic::{Request, Response, Status};
use tower_bearer::{BearerAuthLayer, VerifiedToken};

use self::proto::who_am_i_server::{WhoAmI, WhoAmIServer};
use self::proto::{GetRequest, GetResponse};

/// Generated from `whoami.proto`; a test checks that it is up to date.
#[allow(
    clippy::all,
    clippy::clone_on_ref_ptr,
    clippy::pedantic,
    unreachable_pub,
    unused_qualifications,
    reason = "generated"
)]
mod proto {
    include!("whoami.v1.rs");
}

const DESCRIPTORS: &[u8] = include_bytes!("descriptors.bin");

pub(crate) fn router(auth: &BearerAuthLayer) -> Result<Router, Box<dyn Error>> {
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(DESCRIPTORS)
        .build_v1()?;
    let whoami = Routes::new(WhoAmIServer::new(Service))
        .into_axum_router()
        .layer(auth.clone());
    let open = Routes::new(reflection).into_axum_router();
    Ok(whoami.reset_fallback().merge(open.reset_fallback()))
}

struct Service;

#[tonic::async_trait]
impl WhoAmI for Service {
    async fn get(&self, request: Request<GetRequest>) -> Result<Response<GetResponse>, Status> {
        let token = <VerifiedToken>::from_extensions(request.extensions())
            .map_err(|_| Status::internal("the layer is missing"))?;
        Ok(Response::new(GetResponse {
            subject: token.subject().unwrap_or_default().to_owned(),
            claims_json: serde_json::Value::Object(token.claims().clone()).to_string(),
        }))
    }
}
