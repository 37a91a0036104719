//! Cookies, queries, subprotocols and other fields → the token that is found in them, and the
//! answer of a layer that takes it.

mod plain;

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use futures::FutureExt;
use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use tower::{Layer, ServiceExt, service_fn};
use tower_bearer::auth::Csrf;
use tower_bearer::extract::{Bearer, Cookie, Header, Query, TokenSource, WebSocketProtocol};
use tower_bearer::{BearerAuthLayer, RequestError, RequestHead};

use crate::answer::{Answer, serve};
use crate::input::Parts;
use crate::world::{self, ISSUER};

/// The first byte of each line says where the rest of it stands in the request.
pub fn run(input: &[u8]) {
    Parts::separated(input, b'\n')
        .filter_map(|line| line.strip_prefix(b"n"))
        .for_each(name);
    let request = request(input);
    let head = RequestHead::from(&request);
    let found = plain::find(&request);
    for (source, expected) in SOURCES.each_ref().into_iter().zip(&found) {
        let token = source.extract(head).map(|token| token.map(Cow::into_owned));
        assert_eq!(token, *expected, "{request:?}");
    }
    let scheme = BY_SCHEME
        .extract(head)
        .map(|token| token.map(Cow::into_owned));
    assert_eq!(scheme, found[0]);
    assert!(
        BY_SCHEME.is_ambient(head),
        "nobody can look into a function"
    );

    let tokens: Vec<_> = found
        .iter()
        .filter_map(|found| found.as_ref().ok()?.as_deref())
        .collect();
    let error = found.iter().find_map(|found| found.as_ref().err());
    let is_good = tokens
        .first()
        .is_some_and(|token| *token == GOOD.as_bytes());
    let is_cookie = matches!(found[COOKIE], Ok(Some(_)));
    let csrf_tokens: Vec<_> = request.headers().get_all("x-csrf-token").iter().collect();
    let is_of_session =
        csrf_tokens.len() == 1 && csrf_tokens.iter().all(|token| **token == **CSRF_TOKEN);
    let expected = match (error, tokens.len()) {
        (Some(_), _) | (None, 2..) => Answer::Malformed,
        (None, 0) => Answer::NoToken,
        (None, 1) if !is_good => Answer::Refused,
        (None, 1) if request.method() == Method::POST && is_cookie && !is_of_session => {
            Answer::Forged
        }
        (None, 1) => Answer::Served,
    };
    if error.is_none() && tokens.len() < 2 {
        assert_eq!(
            any_source().is_ambient(head),
            tokens.is_empty() || is_cookie
        );
    }

    let layer = LAYER.with(Clone::clone);
    let answer = layer
        .layer(service_fn(serve))
        .oneshot(request)
        .now_or_never();
    let Ok(response) = answer.expect("keys are at hand");
    assert_eq!(Answer::of(&response), expected);
}

/// Names that could never be found are told when a service is set up.
fn name(text: &[u8]) {
    const MARKS: &str = "!#$%&'*+-.^_`|~";

    let Ok(text) = str::from_utf8(text) else {
        return;
    };
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || MARKS.contains(letter);
    let is_token = !text.is_empty() && text.chars().all(is_word);
    assert_eq!(Cookie::new(text).is_ok(), is_token);
    assert_eq!(WebSocketProtocol::new(text).is_ok(), is_token);
    assert_eq!(Header::new(FIELD).scheme(text).is_ok(), is_token);
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-._~".contains(letter);
    let is_unreserved = !text.is_empty() && text.chars().all(is_plain);
    assert_eq!(Query::new(text).is_ok(), is_unreserved);
}

const NAME: &str = "t";
const FIELD: HeaderName = HeaderName::from_static("x-token");
const PREFIX: &str = "bearer.";

/// The place of the cookie among the sources.
const COOKIE: usize = 1;

fn any_source() -> impl TokenSource {
    Bearer
        .or(cookie())
        .or(query())
        .or(WebSocketProtocol::default())
        .or(Header::new(FIELD))
}

fn cookie() -> Cookie {
    Cookie::new(NAME).expect("a name")
}

fn query() -> Query {
    Query::new(NAME).expect("a name")
}

static SOURCES: LazyLock<[Box<dyn TokenSource>; 5]> = LazyLock::new(|| {
    [
        Box::new(Bearer),
        Box::new(cookie()),
        Box::new(query()),
        Box::new(WebSocketProtocol::default()),
        Box::new(Header::new(FIELD)),
    ]
});

/// The first of them, set up as another header and wrapped as applications do.
static BY_SCHEME: LazyLock<Arc<dyn TokenSource>> = LazyLock::new(|| {
    fn by_scheme(request: RequestHead<'_>) -> Result<Option<Cow<'_, [u8]>>, RequestError> {
        let bearer = Header::new(AUTHORIZATION).scheme("Bearer");
        bearer.expect("a scheme").extract(request)
    }
    Arc::new(by_scheme)
});

static GOOD: LazyLock<String> = LazyLock::new(|| {
    world::issuer()
        .token()
        .audience(world::AUDIENCE)
        .claim("sid", SESSION)
        .sign()
});
const SESSION: &str = "session-7";

static CSRF: LazyLock<Csrf> = LazyLock::new(|| Csrf::generate().expect("random numbers"));
static CSRF_TOKEN: LazyLock<String> =
    LazyLock::new(|| CSRF.token_for(ISSUER, SESSION).expect("random numbers"));

thread_local! {
    static LAYER: BearerAuthLayer = {
        let verifier = world::verifier().build().expect("the set-up is right");
        BearerAuthLayer::new(verifier).source(any_source()).csrf(CSRF.clone())
    };
}

/// `T` and `C` stand for a good token and its CSRF token: their signatures are others each time.
fn request(input: &[u8]) -> Request<()> {
    let mut request = Request::new(());
    for line in Parts::separated(input, b'\n') {
        let Some((&place, text)) = line.split_first() else {
            continue;
        };
        let value = match text {
            [before @ .., b'T'] => [before, GOOD.as_bytes()].concat(),
            [before @ .., b'C'] => [before, CSRF_TOKEN.as_bytes()].concat(),
            _ => text.to_vec(),
        };
        let name = match place {
            b'a' => "authorization",
            b'c' => "cookie",
            b'p' => "sec-websocket-protocol",
            b'x' => "x-token",
            b'f' => "x-csrf-token",
            b'n' => continue,
            b'q' => {
                if let Ok(uri) = Uri::try_from([b"/?", &*value].concat()) {
                    *request.uri_mut() = uri;
                }
                continue;
            }
            _ => {
                *request.method_mut() = Method::POST;
                continue;
            }
        };
        if let Ok(value) = HeaderValue::from_bytes(&value) {
            request.headers_mut().append(name, value);
        }
    }
    request
}
