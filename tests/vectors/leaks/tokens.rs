//! Every text is sent through the layer as a token. All output about it consists of a few known
//! sentences.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::io::{self, Write};
use std::sync::Mutex;

use futures::FutureExt;
use http::{HeaderValue, Request, Response, Uri};
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use serde_json::{Value, json};
use tower::{Layer, Service};
use tower_bearer::extract::{Bearer, Cookie, Query, TokenSource, WebSocketProtocol};
use tower_bearer::keys::KeySet;
use tower_bearer::test_util::FixedClock;
use tower_bearer::{
    Algorithm, AuthError, BearerAuthLayer, JwkSet, RequestError, TokenError, VerifiedToken,
    Verifier,
};

use super::texts;
use crate::corpus::text;

thread_local! {
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Collects this thread's log.
struct ThreadLog;

impl Write for ThreadLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Collects the names and labels of counters.
#[derive(Default)]
struct Names(Mutex<BTreeSet<String>>);

impl Recorder for Names {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.0.lock().unwrap().insert(key.to_string());
        Counter::noop()
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        panic!("{key}")
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        panic!("{key}")
    }
}

/// All that logs, metrics, errors and responses may say about a token.
fn sentences() -> BTreeSet<String> {
    let mut errors = vec![AuthError::MissingToken];
    errors.extend(TokenError::ALL.iter().map(|it| AuthError::from(*it)));
    errors.extend(RequestError::ALL.iter().map(|it| AuthError::from(*it)));
    let mut sentences = BTreeSet::new();
    for error in errors {
        let reason = error.reason();
        sentences.insert(format!(
            "DEBUG bearer_auth: tower_bearer: request refused: {error} reason={reason:?}"
        ));
        sentences.insert(format!(
            "Key(tower_bearer_rejected_total, [reason = {reason}])"
        ));
        sentences.insert(format!("{error:?}"));
        sentences.insert(error.to_string());
    }
    for algorithm in Algorithm::ALL {
        sentences.insert(format!(
            "VerifiedToken {{ header: Header {{ algorithm: {algorithm:?}, .. }}, .. }}"
        ));
    }
    for constant in [
        "DEBUG bearer_auth: tower_bearer: token accepted",
        "Key(tower_bearer_accepted_total)",
        "Key(tower_bearer_cache_hits_total)",
        "Key(tower_bearer_cache_misses_total)",
        "200 {}",
    ] {
        sentences.insert(constant.to_owned());
    }
    for (status, challenge) in [
        (401, "Bearer"),
        (
            401,
            r#"Bearer error="invalid_token", error_description="invalid token""#,
        ),
        (
            401,
            r#"Bearer error="invalid_token", error_description="token expired""#,
        ),
        (
            400,
            r#"Bearer error="invalid_request", error_description="the credentials are not of the form `Bearer TOKEN`""#,
        ),
        (
            400,
            r#"Bearer error="invalid_request", error_description="the field that carries the token is repeated""#,
        ),
    ] {
        let headers = json!({ "www-authenticate": challenge });
        sentences.insert(format!("{status} {headers}"));
    }
    for message in [
        "invalid token",
        "token expired",
        "the credentials are not of the form `Bearer TOKEN`",
    ] {
        let headers = json!({
            "content-type": "application/grpc", "grpc-status": "16", "grpc-message": message,
        });
        sentences.insert(format!("200 {headers}"));
    }
    sentences
}

pub(super) fn every_token() {
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(|| ThreadLog)
        .with_ansi(false)
        .without_time()
        .init();
    let file: Value = serde_json::from_str(include_str!("../derived/tokens.json")).unwrap();
    let keys = JwkSet::parse(file["jwks"].to_string()).unwrap();
    let verifier = Verifier::builder()
        .issuer(text(&file, "issuer"), KeySet::from(keys))
        .audience(text(&file, "audience"))
        .clock(FixedClock::at(file["clock"].as_u64().unwrap()))
        .build()
        .unwrap();
    let sources = Bearer
        .or(Cookie::new("token").unwrap())
        .or(WebSocketProtocol::default())
        .or(Query::new("access_token").unwrap());
    let layer = BearerAuthLayer::new(verifier.clone()).source(sources);
    let mut service = layer.layer(tower::service_fn(async |request: Request<()>| {
        let token = <VerifiedToken>::from_extensions(request.extensions());
        say(&token.unwrap());
        Ok::<_, Infallible>(Response::new(String::new()))
    }));

    let (names, sentences) = (Names::default(), sentences());
    let texts = texts();
    let mut said = BTreeSet::new();
    metrics::with_local_recorder(&names, || {
        for text in &texts {
            if let Err(error) = verifier.verify_now(text) {
                say(&error);
                tell(&error);
                assert!(error.source().is_none_or(|source| {
                    tell(source);
                    source.source().is_none()
                }));
            }
            for request in requests(text) {
                let response = service.call(request).now_or_never();
                let response = response.unwrap().unwrap();
                assert_eq!(response.body(), "");
                let headers = response.headers().iter();
                let headers =
                    headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().into()));
                let headers = Value::Object(headers.collect());
                tell(&format!("{} {headers}", response.status().as_u16()));
            }
            said.extend(
                LOG.take()
                    .split(|byte| *byte == b'\n')
                    .map(|line| String::from_utf8_lossy(line).trim().to_owned()),
            );
        }
    });
    said.extend(names.0.into_inner().unwrap());
    said.remove("");
    let leaks: Vec<_> = said.difference(&sentences).collect();
    assert!(leaks.is_empty(), "{leaks:#?}");
    assert!(said.contains("200 {}") && said.len() > 40, "{}", said.len());
}

/// Requests with this token in each place, over HTTP and gRPC, if HTTP permits its characters.
fn requests(text: &str) -> impl Iterator<Item = Request<()>> {
    let fields = [
        ("authorization", format!("Bearer {text}")),
        ("cookie", format!("token={text}")),
        ("sec-websocket-protocol", format!("bearer.{text}, chat")),
    ];
    let in_field = fields.into_iter().filter_map(|(name, value)| {
        let value = HeaderValue::try_from(value).ok()?;
        Request::get("/").header(name, value).body(()).ok()
    });
    let by_grpc = HeaderValue::try_from(format!("Bearer {text}")).ok();
    let by_grpc = by_grpc.map(|value| {
        let request = Request::post("/").header("authorization", value);
        let request = request.header("content-type", "application/grpc");
        request.body(()).unwrap()
    });
    let in_query = Uri::try_from(format!("/?access_token={text}")).ok();
    let in_query = in_query.map(|uri| Request::get(uri).body(()).unwrap());
    in_field.chain(by_grpc).chain(in_query)
}

fn say(value: &dyn Debug) {
    writeln!(ThreadLog, "{value:?}").unwrap();
}

fn tell(value: &(impl Display + ?Sized)) {
    writeln!(ThreadLog, "{value}").unwrap();
}
