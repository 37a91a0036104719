//! The response to a gRPC client, without a dependency on a gRPC implementation.

use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Response};

use super::public::Public;
use crate::request::RequestHead;

const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
const GRPC_MESSAGE: HeaderName = HeaderName::from_static("grpc-message");

/// The content types that a response repeats, longer names before their prefixes. `+proto` is the
/// default encoding and needs no row. Clients that ask for JSON insist on it in the response.
const CONTENT_TYPES: [&str; 6] = [
    "application/grpc-web-text+json",
    "application/grpc-web-text",
    "application/grpc-web+json",
    "application/grpc-web",
    "application/grpc+json",
    "application/grpc",
];

/// The content type of the response if this is a gRPC request
/// ([protocol](https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests)). It is a
/// constant: nothing of the request is echoed.
pub(crate) fn content_type(request: RequestHead<'_>) -> Option<&'static str> {
    let value = request.headers().get(CONTENT_TYPE)?.as_bytes();
    CONTENT_TYPES
        .into_iter()
        .find(|name| is_of_type(value, name.as_bytes()))
}

/// A `Trailers-Only` response: a gRPC status in the header fields
/// ([protocol](https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#responses)). The body
/// must be empty.
///
/// The HTTP status is always 200. There is no challenge, since no gRPC client reads one.
/// `grpc-message` needs no percent-encoding: see [`Public::new`].
pub(super) fn response<B>(public: Public, content_type: &'static str, body: B) -> Response<B> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(GRPC_STATUS, HeaderValue::from(public.grpc_status));
    headers.insert(GRPC_MESSAGE, HeaderValue::from_static(public.description));
    response
}

/// Whether a value begins with this name and the name ends there: `application/grpcx` is another
/// type.
fn is_of_type(value: &[u8], name: &[u8]) -> bool {
    let Some((start, rest)) = value.split_at_checked(name.len()) else {
        return false;
    };
    start.eq_ignore_ascii_case(name) && matches!(rest, [] | [b'+' | b';' | b' ' | b'\t', ..])
}
