//! Tonic's interceptor and its `Status`.

mod interceptor;
mod status;

use serde_json::Value;
use tonic::{Code, Request, Response, Status};
use tower_bearer::VerifiedToken;
use tower_bearer::grpc::BearerInterceptor;

use self::proto::Book;
use self::proto::library_server::Library;
use crate::auth::World;

#[allow(
    clippy::all,
    clippy::clone_on_ref_ptr,
    clippy::pedantic,
    unreachable_pub,
    unused_qualifications,
    reason = "generated"
)]
mod proto {
    include!("../../../examples/tonic/library.v1.rs");
}

const MISSING: &str = "a bearer token is required";

struct Service;

#[tonic::async_trait]
impl Library for Service {
    async fn find(&self, request: Request<Book>) -> Result<Response<Book>, Status> {
        let token = <VerifiedToken>::optional_from_extensions(request.extensions())?;
        let subject = token.as_ref().and_then(VerifiedToken::subject);
        let title = subject.unwrap_or("nobody").to_owned();
        Ok(Response::new(Book { title }))
    }

    async fn borrow(&self, request: Request<Book>) -> Result<Response<Book>, Status> {
        let token = <VerifiedToken>::from_request(&request)?;
        token.require_scope("loans")?;
        Ok(Response::new(Book::default()))
    }

    async fn discard(&self, request: Request<Book>) -> Result<Response<Book>, Status> {
        <VerifiedToken>::from_request(&request)?.require_role("librarian")?;
        Ok(Response::new(Book::default()))
    }
}

fn interceptor(world: &World) -> BearerInterceptor {
    BearerInterceptor::new(world.builder::<Value>().build().unwrap())
}

/// A call with these metadata.
fn call(metadata: &[(&'static str, &str)]) -> Request<()> {
    let mut call = Request::new(());
    for (name, value) in metadata {
        call.metadata_mut().append(*name, value.parse().unwrap());
    }
    call
}

fn with_token(token: &str) -> Request<()> {
    call(&[("authorization", &format!("Bearer {token}"))])
}

/// Code and message, and nothing else.
#[track_caller]
fn assert_status(status: &Status, code: Code, message: &str) {
    assert_eq!((status.code(), status.message()), (code, message));
    assert!(status.details().is_empty());
    assert!(status.metadata().is_empty());
    assert!(std::error::Error::source(status).is_none());
}
