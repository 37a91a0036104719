//! An HTTP client for tests with many requests.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use hyper::http::request::Builder;
use hyper::{Request, StatusCode};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// Longer than anything takes, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client of one server.
#[derive(Clone)]
pub(crate) struct Client {
    inner: legacy::Client<HttpConnector, Full<Bytes>>,
    base: String,
}

/// A server's answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Client {
    /// For the server at this URL.
    pub(crate) fn new(base: String) -> Self {
        Self {
            inner: legacy::Client::builder(TokioExecutor::new()).build_http(),
            base,
        }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> Builder {
        Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
    }

    pub(crate) async fn send(&self, request: Builder, body: impl Into<Bytes>) -> Answer {
        let request = request.body(Full::new(body.into())).unwrap();
        let answer = async {
            let response = self.inner.request(request).await.unwrap();
            let (head, body) = response.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            Answer {
                status: head.status,
                headers: head.headers,
                body: String::from_utf8(body.into()).unwrap(),
            }
        };
        tokio::time::timeout(PATIENCE, answer).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path), "").await
    }

    /// With a token.
    pub(crate) async fn get_as(&self, path: &str, token: &str) -> Answer {
        self.send(with(token, self.request("GET", path)), "").await
    }

    /// With a token.
    pub(crate) async fn post_as(&self, path: &str, token: &str) -> Answer {
        self.send(with(token, self.request("POST", path)), "").await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_text(path, body.to_string()).await
    }

    /// What says that it is JSON.
    pub(crate) async fn post_text(&self, path: &str, body: impl Into<Bytes>) -> Answer {
        let request = self.request("POST", path);
        self.send(request.header(CONTENT_TYPE, "application/json"), body)
            .await
    }
}

fn with(token: &str, request: Builder) -> Builder {
    request.header(AUTHORIZATION, format!("Bearer {token}"))
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The value of a header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub(crate) fn assert(&self, status: u16, body: &Value) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.json(), *body, "{self:?}");
    }

    /// Asserts a refusal, with these words in the body and in the challenge.
    #[track_caller]
    pub(crate) fn assert_refused(&self, status: u16, error: &str, description: &str) {
        let body = serde_json::json!({"error": error, "error_description": description});
        self.assert(status, &body);
        let challenge = format!(r#"Bearer error="{error}", error_description="{description}""#);
        assert_eq!(self.header("www-authenticate"), challenge, "{self:?}");
    }
}
