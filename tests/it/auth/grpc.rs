use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use prost::Message;
use tonic::{Code, Status, body::Body};
use tower::util::BoxCloneService;
use tower::{Layer, ServiceBuilder, ServiceExt};
use tower_bearer::{RequireLayer, VerifiedToken};

use self::proto::who_am_i_server::{WhoAmI, WhoAmIServer};
use self::proto::{GetRequest, GetResponse};
use super::{NoKeys, World, assert_headers};

#[allow(
    clippy::all,
    clippy::clone_on_ref_ptr,
    clippy::pedantic,
    unreachable_pub,
    unused_qualifications,
    reason = "generated"
)]
mod proto {
    include!("../../../examples/resource_server/whoami.v1.rs");
}

struct Service;

#[tonic::async_trait]
impl WhoAmI for Service {
    async fn get(
        &self,
        request: tonic::Request<GetRequest>,
    ) -> Result<tonic::Response<GetResponse>, Status> {
        let token = <VerifiedToken>::from_extensions(request.extensions()).unwrap();
        Ok(tonic::Response::new(GetResponse {
            subject: token.subject().unwrap().to_owned(),
            claims_json: String::new(),
        }))
    }
}

type Tonic = BoxCloneService<Request<Full<Bytes>>, http::Response<Body>, std::convert::Infallible>;

fn call(content_type: &str, token: Option<&str>) -> Request<Full<Bytes>> {
    let mut request = Request::post("/whoami.v1.WhoAmI/Get").header("content-type", content_type);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    // One message, not compressed, of length 0.
    request.body(Full::from(vec![0; 5])).unwrap()
}

async fn assert_status(service: Tonic, token: Option<&str>, code: Code, message: &str) {
    let response = service
        .oneshot(call("application/grpc", token))
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_headers(
        response.headers(),
        &[
            ("content-type", "application/grpc"),
            ("grpc-message", message),
            ("grpc-status", &(code as i32).to_string()),
        ],
    );
    let status = Status::from_header_map(response.headers()).unwrap();
    assert_eq!((status.code(), status.message()), (code, message));
    let body = response.into_body().collect().await.unwrap();
    assert!(body.trailers().is_none());
    assert!(body.to_bytes().is_empty());
}

#[tokio::test]
async fn accepted() {
    let world = World::new();
    let service = world.layer().layer(WhoAmIServer::new(Service));
    let request = call("application/grpc", Some(&world.good()));
    let response = service.oneshot(request).await.unwrap();
    let body = response.into_body().collect().await.unwrap();
    assert_eq!(body.trailers().unwrap()["grpc-status"], "0");
    let reply = GetResponse::decode(&body.to_bytes()[5..]).unwrap();
    assert_eq!(reply.subject, "alice");
}

#[tokio::test]
async fn refused() {
    let world = World::new();
    let inner = WhoAmIServer::new(Service);
    let good = world.good();
    let expired = world.token().expires_in(-3600).sign();

    let service = BoxCloneService::new(world.layer().layer(inner.clone()));
    let rows = [
        (None, "a bearer token is required"),
        (Some("x"), "invalid token"),
        (Some(&*expired), "token expired"),
        (
            Some("a b"),
            "the credentials are not of the form `Bearer TOKEN`",
        ),
    ];
    for (token, message) in rows {
        assert_status(service.clone(), token, Code::Unauthenticated, message).await;
    }

    let require = RequireLayer::scope("write");
    let service = ServiceBuilder::new()
        .layer(world.layer())
        .layer(require.clone());
    let service = BoxCloneService::new(service.service(inner.clone()));
    let forbidden = (Code::PermissionDenied, "insufficient scope");
    assert_status(service, Some(&good), forbidden.0, forbidden.1).await;

    let layer = world.layer_with(NoKeys(Duration::from_secs(7)));
    let service = BoxCloneService::new(layer.layer(inner.clone()));
    let unavailable = (Code::Unavailable, "tokens cannot be verified at the moment");
    assert_status(service, Some(&good), unavailable.0, unavailable.1).await;

    let service = BoxCloneService::new(require.layer(inner));
    assert_status(service, Some(&good), Code::Internal, "internal error").await;
}

/// gRPC-Web gets a gRPC status; similar content types get HTTP.
#[tokio::test]
async fn by_content_type() {
    let world = World::new();
    let service = world.layer().layer(WhoAmIServer::new(Service));
    let rows = [
        ("application/grpc+proto", Some("application/grpc")),
        ("application/grpc-web", Some("application/grpc-web")),
        (
            "application/grpc-web-text+proto",
            Some("application/grpc-web-text"),
        ),
        ("application/grpcx", None),
        ("application/json", None),
    ];
    for (sent, answered) in rows {
        let response = service.clone().oneshot(call(sent, None)).await.unwrap();
        let content_type = response.headers().get("content-type");
        assert_eq!(content_type.map(|value| value.to_str().unwrap()), answered);
        let status = response.headers().get("grpc-status").is_some();
        assert_eq!(status, answered.is_some());
        assert_eq!(response.status(), if status { 200 } else { 401 });
    }
}
