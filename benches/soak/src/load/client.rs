//! Clients of one server: HTTP/1.1, HTTP/2 and gRPC.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Version};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tonic::client::Grpc;
use tonic::metadata::MetadataMap;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request as GrpcRequest};
use tonic_prost::ProstCodec;

use crate::oracle::{Answer, Verdict};
use crate::proto::{GetRequest, GetResponse};

/// How long a gRPC connection is used. h2 counts small data frames that arrive after the response,
/// as they do if it is an immediate refusal, and closes a connection after some thousand.
const LIFE_OF_CHANNEL: Duration = Duration::from_secs(10);

pub(crate) struct Client {
    pub(crate) address: String,
    http1: HyperClient<HttpConnector, Full<Bytes>>,
    http2: HyperClient<HttpConnector, Full<Bytes>>,
    grpc: Mutex<(Instant, Channel)>,
}

impl Client {
    pub(crate) fn new(address: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let mut builder = HyperClient::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new());
        Self {
            address: address.to_owned(),
            http1: builder.build(connector.clone()),
            http2: builder.http2_only(true).build(connector),
            grpc: Mutex::new((Instant::now(), channel(address))),
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> http::request::Builder {
        let uri = format!("http://{}{path}", self.address);
        Request::builder().method(method).uri(uri)
    }

    pub(crate) async fn http(&self, version: Version, request: Request<Full<Bytes>>) -> Answer {
        let client = if version == Version::HTTP_2 {
            &self.http2
        } else {
            &self.http1
        };
        let exchange = async {
            let (head, body) = client.request(request).await?.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok::<_, crate::Error>((head.status, body))
        };
        match exchange.await {
            Ok((status, body)) => answer(status, &body),
            Err(error) => Answer::Other(format!("no answer: {error:?}")),
        }
    }

    /// Calls the service with these metadata.
    pub(crate) async fn grpc(&self, fields: &[(&'static str, Vec<u8>)]) -> Answer {
        let mut request = GrpcRequest::new(GetRequest {});
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, HeaderValue::from_bytes(value).unwrap());
        }
        *request.metadata_mut() = MetadataMap::from_headers(headers);
        let mut grpc = Grpc::new(self.channel());
        if let Err(error) = grpc.ready().await {
            return Answer::Other(format!("no connection: {error:?}"));
        }
        let path = PathAndQuery::from_static("/whoami.v1.WhoAmI/Get");
        let codec = ProstCodec::<GetRequest, GetResponse>::default();
        let status = match grpc.unary(request, path, codec).await {
            Ok(response) => {
                return Answer::Verdict(Verdict::Accepted, response.into_inner().subject);
            }
            Err(status) => status,
        };
        // A trailer from the server has no source.
        let verdict = match status.code() {
            Code::Unauthenticated => Verdict::Unauthorized,
            Code::PermissionDenied => Verdict::Forbidden,
            Code::Unavailable => Verdict::Unavailable,
            _ => return Answer::Other(format!("{status:?}")),
        };
        if std::error::Error::source(&status).is_some() {
            return Answer::Other(format!("no answer: {status:?}"));
        }
        Answer::Verdict(verdict, String::new())
    }

    fn channel(&self) -> Channel {
        let (begun, current) = &mut *self.grpc.lock().unwrap();
        if begun.elapsed() > LIFE_OF_CHANNEL {
            (*begun, *current) = (Instant::now(), channel(&self.address));
        }
        current.clone()
    }
}

fn channel(address: &str) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{address}"));
    endpoint.unwrap().connect_lazy()
}

pub(crate) fn answer(status: StatusCode, body: &[u8]) -> Answer {
    let verdict = match status {
        StatusCode::OK | StatusCode::ACCEPTED => Verdict::Accepted,
        StatusCode::BAD_REQUEST => Verdict::Malformed,
        StatusCode::UNAUTHORIZED => Verdict::Unauthorized,
        StatusCode::FORBIDDEN => Verdict::Forbidden,
        StatusCode::SERVICE_UNAVAILABLE => Verdict::Unavailable,
        other => return Answer::Other(other.to_string()),
    };
    Answer::Verdict(verdict, String::from_utf8_lossy(body).into_owned())
}

/// `Authorization: Bearer …`.
pub(crate) fn bearer(token: &str) -> Vec<u8> {
    format!("Bearer {token}").into_bytes()
}
