use std::convert::Infallible;

use http::{Request, Response, Uri};
use tower::{Layer, ServiceBuilder, service_fn};
use tower_bearer::BearerAuthLayer;
use tower_bearer::authorize::{
    RequireByMethodBuilder, RequireByMethodLayer, Requirement, any_token, claims, role, scope,
};

use super::{Claims, subject};
use crate::auth::{World, answer, assert_headers, bearer, request};
use crate::observe::logged;

const FIND: &str = "/library.v1.Library/Find";
const BORROW: &str = "/library.v1.Library/Borrow";

async fn inner(request: Request<()>) -> Result<Response<String>, Infallible> {
    Ok(Response::new(subject(&request)))
}

fn table() -> RequireByMethodBuilder {
    RequireByMethodLayer::builder()
        .require(FIND, any_token())
        .require(BORROW, scope("loans"))
        .require("/library.v1.Staff/*", role("librarian"))
        .require("/library.v1.Staff/Resign", any_token())
        .require(
            "/library.v1.Staff/Rise",
            claims(|claims: &Claims| claims.level > 8),
        )
        .open("/library.v1.Users/SignIn")
        .open_health()
        .open_reflection()
}

/// A gRPC call of this path.
fn call(path: &str, token: Option<&str>) -> Request<()> {
    let mut call = token.map_or_else(|| request::<&str>(&[]), bearer);
    *call.method_mut() = http::Method::POST;
    *call.uri_mut() = path.parse().unwrap();
    let grpc = "application/grpc".parse().unwrap();
    call.headers_mut().insert("content-type", grpc);
    call
}

const OK: (&str, &str) = ("0", "");
const MISSING: (&str, &str) = ("16", "a bearer token is required");
const DENIED: (&str, &str) = ("7", "insufficient scope");

struct Server(RequireByMethodLayer, World);

impl Server {
    fn new(table: RequireByMethodBuilder) -> Self {
        Self(table.build().unwrap(), World::new())
    }

    #[track_caller]
    fn assert(&self, path: &str, token: Option<&str>, (code, message): (&str, &str)) {
        let verifier = self.1.builder::<Claims>().roles_claim("roles").build();
        let service = ServiceBuilder::new()
            .layer(BearerAuthLayer::new(verifier.unwrap()).optional())
            .layer(self.0.clone())
            .service_fn(inner);
        let response = answer(service, call(path, token));
        assert_eq!(response.status(), 200);
        if code == OK.0 {
            assert_headers(response.headers(), &[]);
        } else {
            let expected = [
                ("content-type", "application/grpc"),
                ("grpc-message", message),
                ("grpc-status", code),
            ];
            assert_headers(response.headers(), &expected);
        }
    }
}

#[test]
fn rows() {
    let server = Server::new(table());
    let plain = server.1.good();
    let loans = server.1.token().claim("scope", "loans").sign();
    let librarian = server.1.token().claim("roles", "librarian").sign();
    let ninth = server.1.token().claim("level", 9).sign();
    let (plain, loans) = (Some(&*plain), Some(&*loans));
    let (librarian, ninth) = (Some(&*librarian), Some(&*ninth));
    let rows = [
        (FIND, plain, OK),
        (FIND, None, MISSING),
        (FIND, Some("x"), ("16", "invalid token")),
        (BORROW, loans, OK),
        (BORROW, plain, DENIED),
        (BORROW, None, MISSING),
        ("/library.v1.Staff/Hire", librarian, OK),
        ("/library.v1.Staff/Hire", plain, DENIED),
        ("/library.v1.Staff/Hire", None, MISSING),
        // The row of a method wins over that of its service.
        ("/library.v1.Staff/Resign", plain, OK),
        ("/library.v1.Staff/Rise", ninth, OK),
        ("/library.v1.Staff/Rise", librarian, DENIED),
        ("/library.v1.Users/SignIn", None, OK),
        ("/library.v1.Users/SignIn?a=/b", None, OK),
        (
            "/library.v1.Users/SignIn",
            Some("x"),
            ("16", "invalid token"),
        ),
        ("/library.v1.Users/SignOut", None, MISSING),
    ];
    for (path, token, expected) in rows {
        server.assert(path, token, expected);
    }
}

#[test]
fn health_and_reflection_are_open_if_asked_for() {
    let paths = [
        "/grpc.health.v1.Health/Check",
        "/grpc.health.v1.Health/Watch",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    ];
    for (table, expected) in [(table(), OK), (RequireByMethodLayer::builder(), MISSING)] {
        let server = Server::new(table);
        for path in paths {
            server.assert(path, None, expected);
        }
    }
}

/// A method without a row is closed, unless the table says otherwise.
#[test]
fn unknown_methods() {
    let paths = [
        "/library.v1.Library/Burn",
        "/library.v1.Library2/Find",
        "/library.v2.Library/Find",
        "/library.v1.library/Find",
        "/library.v1.Library/find",
        "/Library/Find",
    ];
    let closed = Server::new(table());
    let good = closed.1.good();
    let loans = closed.1.token().claim("scope", "loans").sign();
    let others = Server::new(table().others(scope("loans")));
    for path in paths {
        closed.assert(path, Some(&loans), DENIED);
        closed.assert(path, None, MISSING);
        others.assert(path, Some(&loans), OK);
        others.assert(path, Some(&good), DENIED);
        others.assert(path, None, MISSING);
    }
}

/// Refused, even if a row would allow them.
#[test]
fn malformed_paths_are_refused() {
    let odd = [
        "/",
        "*",
        "//",
        "///",
        "/library.v1.Staff",
        "/library.v1.Staff/",
        "/library.v1.Staff//",
        "/library.v1.Staff/*",
        "//library.v1.Staff/Hire",
        "/library.v1.Staff//Hire",
        "/library.v1.Staff/Hire/",
        "/library.v1.Staff/Hire/Resign",
        "/library.v1.Staff/../library.v1.Users/SignIn",
        "/library.v1.Users/./SignIn",
        "/library.v1.Staff/%48ire",
        "/library.v1.Staff/Hire%00",
        "/library.v1.Staff/Hire;a=b",
        "/library.v1.Staff/Hire.Resign",
        "/library.v1.Staff/H\u{ef}re",
        "/.library.v1.Staff/Hire",
        "/library.v1.Staff./Hire",
        "/library..v1.Staff/Hire",
        "/%6cibrary.v1.Staff/Hire",
        "/grpc.health.v1.Health/",
        "/grpc.health.v1.Health/Check/",
        "/grpc.health.v1.Health%2fCheck",
    ];
    let server = Server::new(table().others(any_token()));
    let librarian = server.1.token().claim("roles", "librarian").sign();
    let odd = odd.into_iter().map(str::to_owned);
    let long = [format!("/{}/A", "a.".repeat(4000)), "/".repeat(8000)];
    for path in odd.chain(long) {
        // Not a URI, so no client can send it.
        if path.parse::<Uri>().is_ok() {
            server.assert(&path, Some(&librarian), DENIED);
            server.assert(&path, None, MISSING);
        }
    }
}

#[test]
fn behind_no_layer() {
    let service = table().build().unwrap().layer(service_fn(inner));
    for path in [FIND, "/", "/library.v1.Library/Burn"] {
        let log = logged(|| {
            let response = answer(service.clone(), call(path, None));
            assert_eq!(response.headers()["grpc-status"], "13");
            assert_eq!(response.headers()["grpc-message"], "internal error");
        });
        assert_eq!(log.matches("reason=\"missing_layer\"").count(), 1, "{log}");
    }
}

/// Other clients than those of gRPC get HTTP.
#[test]
fn over_http() {
    let world = World::new();
    let service = world
        .layer()
        .layer(table().build().unwrap().layer(service_fn(inner)));
    let mut call = call(BORROW, Some(&world.good()));
    call.headers_mut().remove("content-type");
    let response = answer(service, call);
    assert_eq!(response.status(), 403);
    let challenge = r#"Bearer error="insufficient_scope", error_description="insufficient scope", scope="loans""#;
    assert_headers(response.headers(), &[("www-authenticate", challenge)]);
}

/// A mistake in the table is found when it is built.
#[test]
fn mistakes() {
    let form = "has another form: write `/package.Service/Method`, or `/package.Service/*` for a whole service";
    let paths = [
        "",
        "/",
        "/*",
        "*",
        "//*",
        "/*/*",
        "library.v1.Library/Find",
        "/library.v1.Library",
        "/library.v1.Library/",
        "/library.v1.Library/Find/",
        "/library.v1.Library/Find/*",
        "/library.v1.*/Find",
        "/library.v1.Library/Fi*",
        "/library.v1.Library/Fi nd",
    ];
    for path in paths {
        let error = RequireByMethodLayer::builder().open(path).build();
        let expected = format!("the gRPC method {path:?} {form}");
        assert_eq!(error.unwrap_err().to_string(), expected);
    }
    let twice = [
        (table().open(FIND), FIND),
        (table().open_health(), "/grpc.health.v1.Health/*"),
    ];
    for (table, path) in twice {
        let expected = format!("the gRPC method {path:?} has two rows: keep one");
        assert_eq!(table.build().unwrap_err().to_string(), expected);
    }
    assert!(
        RequireByMethodLayer::builder()
            .others(Requirement::any_of([]))
            .build()
            .is_ok()
    );
}
