use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt;
use http_body_util::Full;
use tonic::Status;
use tonic::body::Body;
use tonic::service::LayerExt;
use tower::util::BoxCloneService;
use tower::{Layer, ServiceExt};
use tower_bearer::{AuthError, CsrfError, RequestError, TokenError};

use super::proto::library_server::LibraryServer;
use super::{MISSING, Service, assert_status, interceptor};
use crate::auth::{World, assert_headers};
use crate::observe::logged;

type Tonic = BoxCloneService<http::Request<Full<Bytes>>, http::Response<Body>, Infallible>;

#[track_caller]
fn answer(service: &Tonic, method: &str, token: Option<&str>) -> http::Response<Body> {
    let mut request = http::Request::post(format!("/library.v1.Library/{method}"))
        .header("content-type", "application/grpc");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    // One message, not compressed, of length 0.
    let request = request.body(Full::from(vec![0; 5])).unwrap();
    let answered = service.clone().oneshot(request).now_or_never();
    answered.unwrap().unwrap()
}

/// Methods answer as the layer does, behind a layer or an interceptor, with one event.
#[test]
fn refusals_of_methods() {
    let world = World::new();
    let layered = LayerExt::named_layer(&world.layer().optional(), LibraryServer::new(Service));
    let interceptor = interceptor(&world).optional();
    let intercepted = LibraryServer::with_interceptor(Service, interceptor);
    let intercepted =
        tower::util::MapResponseLayer::new(|response: http::Response<_>| response.map(Body::new))
            .layer(intercepted);
    let good = world.good();
    for service in [Tonic::new(layered), Tonic::new(intercepted)] {
        assert!(
            answer(&service, "Find", None)
                .headers()
                .get("grpc-status")
                .is_none()
        );
        let rows = [
            ("Borrow", None, "16", MISSING, "missing_token"),
            (
                "Borrow",
                Some(&*good),
                "7",
                "insufficient scope",
                "insufficient_scope",
            ),
            (
                "Discard",
                Some(&*good),
                "7",
                "insufficient scope",
                "insufficient_scope",
            ),
        ];
        for (method, token, code, message, reason) in rows {
            let log = logged(|| {
                let response = answer(&service, method, token);
                assert_eq!(response.status(), 200);
                // Tonic encodes spaces too.
                let message = message.replace(' ', "%20");
                let expected = [
                    ("content-type", "application/grpc"),
                    ("grpc-message", &message),
                    ("grpc-status", code),
                ];
                assert_headers(response.headers(), &expected);
            });
            let told = log.matches(&format!("reason=\"{reason}\"")).count();
            assert_eq!(told, 1, "{log}");
        }
    }
}

#[test]
fn behind_no_layer() {
    let service = Tonic::new(LibraryServer::new(Service));
    let log = logged(|| {
        let response = answer(&service, "Borrow", None);
        assert_eq!(response.headers()["grpc-status"], "13");
        assert_eq!(response.headers()["grpc-message"], "internal%20error");
    });
    let line = "ERROR tower_bearer: request refused: no BearerAuthLayer runs before this service: \
                add one around it reason=\"missing_layer\"\n";
    assert_eq!(log, line);
}

/// The status is the one that the layer would answer with.
#[test]
fn statuses_are_those_of_the_layer() {
    let unavailable = Duration::from_secs(7);
    let mut errors = vec![
        AuthError::MissingToken,
        AuthError::InsufficientScope(Some("secret".into())),
        AuthError::InsufficientScope(None),
        AuthError::KeysUnavailable(unavailable),
        AuthError::RevocationsUnavailable(unavailable),
        AuthError::MissingLayer,
    ];
    errors.extend(RequestError::ALL.iter().map(|reason| (*reason).into()));
    errors.extend(TokenError::ALL.iter().map(|reason| (*reason).into()));
    errors.extend(CsrfError::ALL.iter().map(|reason| (*reason).into()));
    let request = http::Request::post("/").header("content-type", "application/grpc");
    let request = request.body(()).unwrap();
    for error in errors {
        let rejection = tower_bearer::reject::Rejection::new(&error, (&request).into());
        let response: http::Response<()> = rejection.default_response();
        let of_layer = Status::from_header_map(response.headers()).unwrap();
        let status = Status::from(error);
        assert_status(&status, of_layer.code(), of_layer.message());
        let response: http::Response<()> = status.into_http();
        let of_status = Status::from_header_map(response.headers()).unwrap();
        assert_eq!(of_status.message(), of_layer.message());
    }
}
