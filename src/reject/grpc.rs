//! The answer to a client that speaks gRPC, without a dependency on any implementation of it.

use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Response};

use super::rejection::Rejection;
use crate::request::RequestHead;

const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
const GRPC_MESSAGE: HeaderName = HeaderName::from_static("grpc-message");

/// The content types that are answered in kind. A longer one stands before the one that it begins
/// with. Messages are in Protobuf unless told otherwise, so `+proto` needs no row; clients that ask
/// for JSON insist on it in the response.
const CONTENT_TYPES: [&str; 6] = [
    "application/grpc-web-text+json",
    "application/grpc-web-text",
    "application/grpc-web+json",
    "application/grpc-web",
    "application/grpc+json",
    "application/grpc",
];

/// The content type to answer with, if the request is one of gRPC
/// ([the protocol](https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests)).
/// It is one of our own: nothing of the request comes back.
pub(crate) fn content_type(request: RequestHead<'_>) -> Option<&'static str> {
    let value = request.headers().get(CONTENT_TYPE)?.as_bytes();
    CONTENT_TYPES
        .into_iter()
        .find(|name| is_of_type(value, name.as_bytes()))
}

/// The response that carries only a status
/// ([the protocol](https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#responses)):
/// `Trailers-Only`, whose fields stand in the head. The body must be empty.
///
/// It is always 200: gRPC has a status of its own. There is no challenge, since no client of gRPC
/// reads one. `grpc-message` is percent-encoded; our texts are such that it changes nothing.
pub(super) fn response<B>(
    rejection: &Rejection<'_>,
    content_type: &'static str,
    body: B,
) -> Response<B> {
    let public = rejection.public();
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(GRPC_STATUS, HeaderValue::from(public.grpc_status));
    headers.insert(GRPC_MESSAGE, HeaderValue::from_static(public.description));
    response
}

/// Whether a value begins with this name, and the name ends there: `application/grpcx` is another
/// type.
fn is_of_type(value: &[u8], name: &[u8]) -> bool {
    let Some((start, rest)) = value.split_at_checked(name.len()) else {
        return false;
    };
    start.eq_ignore_ascii_case(name) && matches!(rest, [] | [b'+' | b';' | b' ' | b'\t', ..])
}
