use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tower_bearer::ConfigError;

use super::*;

const ISSUER: &str = "https://issuer.example.com";
const OPENID: &str = "https://issuer.example.com/.well-known/openid-configuration";
const OAUTH: &str = "https://issuer.example.com/.well-known/oauth-authorization-server";

/// A server in memory with several documents, that records what it was asked for. Clones are the
/// same server.
#[derive(Clone, Default)]
struct Site(Arc<Mutex<Pages>>);

#[derive(Default)]
struct Pages {
    documents: HashMap<String, String>,
    asked: Vec<String>,
    latency: Duration,
}

impl Site {
    /// One whose issuer publishes keys of these names.
    fn with(key_ids: &[&str]) -> Self {
        let site = Self::default();
        site.put(OPENID, metadata(ISSUER, URL));
        site.put(URL, jwks(key_ids));
        site
    }

    fn put(&self, url: &str, document: impl Into<String>) {
        let mut pages = self.0.lock().unwrap();
        pages.documents.insert(url.into(), document.into());
    }

    fn remove(&self, url: &str) {
        self.0.lock().unwrap().documents.remove(url);
    }

    /// What it was asked for since this was called last.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().asked)
    }

    fn keys(&self, issuer: &str) -> RemoteKeysBuilder {
        RemoteKeys::discover(issuer).client(self.clone())
    }

    /// Why nothing is accepted of the metadata of this issuer.
    async fn refusal(&self, issuer: &str) -> String {
        let keys = self.keys(issuer).build().unwrap();
        keys.ready().await.unwrap_err().to_string()
    }
}

impl Service<Request<String>> for Site {
    type Response = Response<String>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Response<String>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<String>) -> Self::Future {
        let mut pages = self.0.lock().unwrap();
        let url = request.uri().to_string();
        let response = match pages.documents.get(&url) {
            Some(document) => Response::new(document.clone()),
            None => Response::builder().status(404).body(String::new()).unwrap(),
        };
        pages.asked.push(url);
        let latency = pages.latency;
        Box::pin(async move {
            sleep(latency).await;
            Ok(response)
        })
    }
}

fn metadata(issuer: &str, jwks_uri: &str) -> String {
    let others = json!({ "token_endpoint": null, "scopes": ["a", {}], "x": [1e5, true] });
    let mut metadata = json!({ "issuer": issuer, "jwks_uri": jwks_uri });
    metadata["others"] = others;
    metadata.to_string()
}

#[tokio::test(start_paused = true)]
async fn the_issuer_says_where_its_keys_are() {
    let site = Site::with(&["a"]);
    let keys = site.keys(ISSUER).build().unwrap();
    settle().await;
    assert!(site.asked().is_empty());
    keys.ready().await.unwrap();
    assert_eq!(site.asked(), [OPENID, URL]);
    assert_eq!(verify(&verifier(&keys), "a").await, Ok(()));
    assert_eq!(
        format!("{keys:?}"),
        "RemoteKeys { url: https://issuer.example.com, .. }"
    );
}

#[tokio::test(start_paused = true)]
async fn the_verifier_builder_names_the_issuer_itself() {
    let site = Site::with(&["a"]);
    let keys = site.keys(ISSUER).build().unwrap();
    let verifier = Verifier::builder()
        .issuer(ISSUER, keys)
        .any_audience()
        .build()
        .unwrap();
    let issuer = TestIssuer::new(ISSUER, Algorithm::ES256)
        .key(signing_key(Algorithm::ES256).with_key_id("a"));
    assert!(verifier.verify(issuer.token().sign()).await.is_ok());

    // The short way differs in the client only.
    let verifier = Verifier::builder().discover(ISSUER).any_audience();
    let status = verifier.build().unwrap().status();
    assert_eq!(status[0].issuer.as_deref(), Some(ISSUER));
    let verifier = Verifier::builder().discover("issuer").any_audience();
    assert!(matches!(verifier.build(), Err(ConfigError::Url(_))));
}

#[tokio::test(start_paused = true)]
async fn a_server_by_rfc_8414_is_found_where_openid_is_not() {
    let site = Site::with(&["a"]);
    site.remove(OPENID);
    site.put(OAUTH, metadata(ISSUER, URL));
    site.keys(ISSUER).build().unwrap().ready().await.unwrap();
    assert_eq!(site.asked(), [OPENID, OAUTH, URL]);

    site.remove(OAUTH);
    assert_eq!(
        site.refusal(ISSUER).await,
        "cannot fetch the discovery document: the answer is 404 Not Found, not 200 OK"
    );
}

#[tokio::test(start_paused = true)]
async fn who_asks_to_be_left_alone_is_not_asked_elsewhere() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let client = tower::service_fn(move |_: Request<String>| {
        count.fetch_add(1, Ordering::Relaxed);
        let response = Response::builder().status(429).body(String::new());
        async { Ok::<_, io::Error>(response.unwrap()) }
    });
    let keys = RemoteKeys::discover(ISSUER).client(client).build().unwrap();
    assert_eq!(
        keys.ready().await.unwrap_err().to_string(),
        "cannot fetch the discovery document: the answer is 429 Too Many Requests, not 200 OK"
    );
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn paths_are_where_the_standards_put_them() {
    for (issuer, openid, oauth) in [
        ("https://issuer.example.com/", OPENID, OAUTH),
        (
            "https://issuer.example.com/a/b",
            "https://issuer.example.com/a/b/.well-known/openid-configuration",
            "https://issuer.example.com/.well-known/oauth-authorization-server/a/b",
        ),
        (
            "https://issuer.example.com:8443/a/",
            "https://issuer.example.com:8443/a/.well-known/openid-configuration",
            "https://issuer.example.com:8443/.well-known/oauth-authorization-server/a",
        ),
    ] {
        let site = Site::default();
        let keys = site.keys(issuer).build().unwrap();
        assert!(keys.ready().await.is_err());
        assert_eq!(site.asked(), [openid, oauth]);

        let site = Site::with(&["a"]);
        site.put(openid, metadata(issuer, URL));
        site.keys(issuer).build().unwrap().ready().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn only_the_issuer_that_was_asked_for_is_accepted() {
    let site = Site::with(&["a"]);
    let another = "`issuer` of the discovery document is another: configure it exactly";
    for issuer in [
        "https://evil.example.com",
        "https://issuer.example.com/a",
        "HTTPS://issuer.example.com",
        "https://issuer.example.com:443",
        "https://issuer.example.com//",
        "",
    ] {
        site.put(OPENID, metadata(issuer, URL));
        assert_eq!(site.refusal(ISSUER).await, another, "{issuer}");
    }
    site.put(OPENID, metadata("https://issuer.example.com/", URL));
    let slash = "`issuer` of the discovery document differs in the final slash: \
                 configure it exactly";
    assert_eq!(site.refusal(ISSUER).await, slash);

    let missing = "the discovery document has no `issuer`, or one that is not a string";
    for document in [
        json!({ "jwks_uri": URL }),
        json!({ "jwks_uri": URL, "issuer": null }),
        json!({ "jwks_uri": URL, "issuer": [ISSUER] }),
    ] {
        site.put(OPENID, document.to_string());
        assert_eq!(site.refusal(ISSUER).await, missing);
    }
    assert!(!site.asked().contains(&URL.to_owned()));
}

#[tokio::test(start_paused = true)]
async fn keys_are_not_fetched_from_just_anywhere() {
    let site = Site::with(&["a"]);
    let missing = "the discovery document has no `jwks_uri`, or one that is not a string";
    for document in [
        json!({ "issuer": ISSUER }),
        json!({ "issuer": ISSUER, "jwks_uri": 1 }),
    ] {
        site.put(OPENID, document.to_string());
        assert_eq!(site.refusal(ISSUER).await, missing);
    }

    let no_url = "`jwks_uri` of the discovery document is not a URL";
    let user = "`jwks_uri` of the discovery document has a user name or a password";
    let http = "`jwks_uri` of the discovery document is not https";
    for (jwks_uri, text) in [
        ("", no_url),
        ("/jwks.json", no_url),
        ("file:///etc/passwd", no_url),
        ("gopher://localhost:6379/", no_url),
        ("https://issuer.example.com@evil.example.com/", user),
        ("http://issuer.example.com/jwks.json", http),
    ] {
        site.put(OPENID, metadata(ISSUER, jwks_uri));
        assert_eq!(site.refusal(ISSUER).await, text, "{jwks_uri}");
    }

    for document in ["", "[]", "<html>", "{", "\u{feff}{}", "{} {}"] {
        site.put(OPENID, document);
        assert_eq!(
            site.refusal(ISSUER).await,
            "the discovery document is not a JSON object, or repeats a member: \
             open its URL",
            "{document}"
        );
    }
    let twice = metadata(ISSUER, URL);
    site.put(OPENID, twice.replacen('{', r#"{"issuer":"x","#, 1));
    let refusal = site.refusal(ISSUER).await;
    assert!(refusal.contains("repeats a member"), "{refusal}");
    for other in [r#""issuer":1"#, r#""jwks_uri":null"#] {
        let before = twice.replacen('{', &format!("{{{other},"), 1);
        let after = twice.replacen('}', &format!(",{other}}}"), 1);
        for document in [before, after] {
            site.put(OPENID, document);
            let refusal = site.refusal(ISSUER).await;
            assert!(refusal.contains("repeats a member"), "{refusal}");
        }
    }
}

const PRIVATE: [&str; 43] = [
    "localhost",
    "LocalHost.",
    "a.localhost",
    "127.0.0.1",
    "127.1",
    "0x7f000001",
    "0x7f.1",
    "2130706433",
    "0",
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.168.1.1",
    "198.19.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[::7f00:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:10.1.2.3]",
    "[64:ff9b::a00:1]",
    "[64:ff9b::1:101:101]",
    "[64:ff9b:1::101:101]",
    "[2001:db8::1]",
    "[2001::1]",
    "[2002:7f00:1::]",
    "[fc00::1]",
    "[fd12::1]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[fe80::1%25eth0]",
    "[::1%lo]",
    "[localhost]",
    "[127.0.0.1]",
    "[8.8.8.8]",
    "localhost..",
    "127.0.0.1..",
];

#[tokio::test(start_paused = true)]
async fn an_issuer_cannot_send_us_behind_the_firewall() {
    let site = Site::with(&["a"]);
    for host in PRIVATE {
        let jwks_uri = format!("https://{host}/keys");
        site.put(OPENID, metadata(ISSUER, &jwks_uri));
        assert_eq!(
            site.refusal(ISSUER).await,
            "`jwks_uri` of the discovery document has a loopback or private address: \
             if that is right, permit it with `allow_private_addresses`",
            "{host}"
        );
        assert!(!site.asked().contains(&jwks_uri));

        site.put(&jwks_uri, jwks(&["a"]));
        let keys = site.keys(ISSUER).allow_private_addresses();
        assert!(keys.build().unwrap().ready().await.is_ok(), "{host}");
    }
    for host in [
        "keys.example.com",
        "localhost.example.com",
        "127.0.0.1.example.com",
        "1.1.1.1",
        "100.128.0.1",
        "172.32.0.1",
        "198.20.0.1",
        "[2606:4700::1111]",
        "[::ffff:1.1.1.1]",
        "[64:ff9b::101:101]",
        "4you.example",
        "3com",
    ] {
        let jwks_uri = format!("https://{host}/keys");
        site.put(OPENID, metadata(ISSUER, &jwks_uri));
        site.put(&jwks_uri, jwks(&["a"]));
        let keys = site.keys(ISSUER).build().unwrap();
        assert!(keys.ready().await.is_ok(), "{host}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_issuer_that_is_inside_may_refer_to_the_inside() {
    for issuer in [
        "https://10.0.0.1",
        "http://localhost:3000",
        "https://[fd12::1]",
    ] {
        let site = Site::default();
        let jwks_uri = "https://192.168.1.1/keys";
        site.put(
            &format!("{issuer}/.well-known/openid-configuration"),
            metadata(issuer, jwks_uri),
        );
        site.put(jwks_uri, jwks(&["a"]));
        site.keys(issuer).build().unwrap().ready().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn keys_that_move_are_followed() {
    let site = Site::with(&["a"]);
    let keys = site.keys(ISSUER).build().unwrap();
    let verifier = verifier(&keys);
    keys.ready().await.unwrap();
    site.asked();

    // The first token that shows it is enough, though the old place goes on.
    pass(secs(31)).await;
    let moved = "https://keys.example.com/";
    site.put(OPENID, metadata(ISSUER, moved));
    site.put(moved, jwks(&["b"]));
    assert_eq!(verify(&verifier, "b").await, Ok(()));
    assert_eq!(site.asked(), [OPENID, moved]);
    assert_eq!(verify(&verifier, "a").await, Err(UNKNOWN));
}

/// What a document is known by at one place may stand for another elsewhere.
#[tokio::test(start_paused = true)]
async fn an_etag_is_sent_to_the_place_that_it_came_from() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let moved = Arc::new(AtomicBool::new(false));
    let (record, has_moved) = (Arc::clone(&asked), Arc::clone(&moved));
    let client = tower::service_fn(move |request: Request<String>| {
        let url = request.uri().to_string();
        let etag = request.headers().get("if-none-match").cloned();
        let response = if url == OPENID {
            let at = if has_moved.load(Ordering::Relaxed) {
                "new"
            } else {
                "old"
            };
            metadata(ISSUER, &format!("https://issuer.example.com/{at}"))
        } else {
            record.lock().unwrap().push((url, etag.is_some()));
            jwks(&["a"])
        };
        let response = Response::builder().header("etag", "\"1\"").body(response);
        async { Ok::<_, io::Error>(response.unwrap()) }
    });
    let keys = RemoteKeys::discover(ISSUER).client(client).build().unwrap();
    keys.ready().await.unwrap();
    pass(secs(600)).await;
    moved.store(true, Ordering::Relaxed);
    pass(secs(1200)).await;
    let (old, new) = (
        "https://issuer.example.com/old",
        "https://issuer.example.com/new",
    );
    let places = asked.lock().unwrap().clone();
    let mut places = places.iter().map(|(url, etag)| (url.as_str(), *etag));
    assert_eq!(places.next(), Some((old, false)));
    assert_eq!(places.next(), Some((old, true)));
    assert_eq!(places.next(), Some((new, false)));
    assert_eq!(places.next(), Some((new, true)));
}

#[tokio::test(start_paused = true)]
async fn all_exchanges_share_one_time() {
    let site = Site::with(&["a"]);
    site.remove(OPENID);
    site.put(OAUTH, metadata(ISSUER, URL));
    site.0.lock().unwrap().latency = secs(2);
    let start = Instant::now();
    assert_eq!(site.refusal(ISSUER).await, "no complete answer within 5s");
    assert_eq!(start.elapsed(), secs(5));
}

#[tokio::test(start_paused = true)]
async fn a_failure_of_the_metadata_is_told_from_one_of_the_keys() {
    let site = Site::with(&["a"]);
    site.remove(URL);
    assert_eq!(
        site.refusal(ISSUER).await,
        "the answer is 404 Not Found, not 200 OK"
    );
    site.remove(OPENID);
    let error = site.keys(ISSUER).build().unwrap().ready().await;
    let error = error.unwrap_err();
    let status = "the answer is 404 Not Found, not 200 OK";
    let text = format!("cannot fetch the discovery document: {status}");
    assert_eq!(error.to_string(), text);
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), text);
    assert_eq!(source.source().unwrap().to_string(), status);
}

#[tokio::test(start_paused = true)]
async fn metadata_is_bounded() {
    let site = Site::with(&["a"]);
    let spaces = " ".repeat(256 * 1024);
    site.put(OPENID, metadata(ISSUER, URL) + &spaces);
    assert_eq!(
        site.refusal(ISSUER).await,
        "cannot fetch the discovery document: the answer is longer than 262144 bytes: raise `max_body_len`, or check the URL"
    );
    let nested = format!(r#"{{"x":{}}}"#, "[".repeat(200_000));
    site.put(OPENID, nested);
    let refusal = site.refusal(ISSUER).await;
    assert!(refusal.starts_with("the discovery document is not a JSON object"));
    assert_eq!(site.asked(), [OPENID, OPENID]);
}

#[test]
fn issuers_that_are_none() {
    let assert_refused = |issuer: &str, text: &str| {
        let error = RemoteKeys::discover(issuer).build().unwrap_err();
        assert!(matches!(error, ConfigError::Url(_)));
        assert_eq!(error.to_string(), text, "{issuer}");
    };
    for issuer in [
        "",
        "issuer",
        "issuer.example.com",
        "urn:issuer",
        "file:///issuer",
    ] {
        let text = format!(
            "the issuer {issuer:?} is not an https URL: give one like https://issuer.example.com"
        );
        assert_refused(issuer, &text);
    }
    let query = "the issuer \"https://issuer.example.com/\" has a query or a fragment: remove it";
    for issuer in [
        "https://issuer.example.com?a",
        "https://issuer.example.com/#a",
    ] {
        assert_refused(issuer, query);
    }
    assert_refused(
        "https://user:hunter2@issuer.example.com",
        "the issuer has a user name or a password: remove it, \
         and send it in a header by a client of your own",
    );
    assert_refused(
        "http://issuer.example.com",
        "the issuer \"http://issuer.example.com\" is not https, \
         so anybody on the way could replace the keys: \
         use https, or permit http with `allow_http`",
    );
    for issuer in ["http://127.0.0.1:1", "http://localhost"] {
        assert!(RemoteKeys::discover(issuer).build().is_ok());
    }
    let keys = RemoteKeys::discover("http://issuer.example.com").allow_http();
    assert!(keys.build().is_ok());
}

#[tokio::test(start_paused = true)]
async fn keys_are_where_they_were_while_only_the_metadata_is_missing() {
    let site = Site::with(&["a"]);
    let keys = site.keys(ISSUER).build().unwrap();
    let verifier = verifier(&keys);
    keys.ready().await.unwrap();
    pass(secs(31)).await;
    site.asked();
    site.remove(OPENID);
    site.put(URL, jwks(&["a", "b"]));
    assert_eq!(verify(&verifier, "b").await, Ok(()));
    assert_eq!(site.asked(), [OPENID, OAUTH, URL]);

    // What is there, but not right, is another matter.
    site.put(OPENID, metadata("https://evil.example.com", URL));
    pass(secs(481)).await;
    assert!(keys.status().last_error.is_some());
    assert!(!site.asked().contains(&URL.to_owned()));
}

#[tokio::test(start_paused = true)]
async fn issuers_that_strangers_name_are_kept_outside() {
    for url in ["https://10.0.0.1", "http://localhost:3000", "https://127.1"] {
        for (what, builder) in [
            ("issuer", RemoteKeys::discover(url)),
            ("JWKS URL", RemoteKeys::builder(url)),
        ] {
            let error = builder.public_addresses_only().build().unwrap_err();
            let text = format!(
                "the {what} \"{url}/\" is on this machine or in a private network, \
                 which `public_addresses_only` forbids"
            );
            assert_eq!(error.to_string(), text);
        }
    }
    let site = Site::with(&["a"]);
    let keys = site.keys(ISSUER).public_addresses_only().build().unwrap();
    assert!(keys.ready().await.is_ok());
}
