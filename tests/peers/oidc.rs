//! Keys and tokens of a certified OpenID provider, which is discovered, rotates its keys, and
//! fails.

use std::fmt::Debug;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::http::{Response, get};
use crate::peers::AUDIENCE;
use crate::provider::{Provider, certificate};
use crate::server::Server;

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn a_provider_is_discovered_and_its_tokens_are_accepted() {
    let algorithms = ["RS256", "ES256", "EdDSA"];
    let mut options = vec!["--path", "/tenants/a"];
    options.extend(algorithms.iter().flat_map(|alg| ["--algorithm", alg]));
    let provider = Provider::with(&options);
    let server = discover(&provider, &[]);
    for algorithm in algorithms {
        let body = whoami(&server, &provider.token_by(algorithm)).json();
        assert_eq!(body["header"]["alg"], algorithm, "{body}");
        assert_eq!(body["header"]["typ"], "at+jwt", "{body}");
        assert_eq!(body["claims"]["iss"], *provider.issuer, "{body}");
        assert_eq!(body["claims"]["scope"], "read", "{body}");
    }
    let health = health(&server).json();
    assert_eq!(health["state"], "fresh", "{health}");
    assert_eq!(health["keys"], algorithms.len(), "{health}");
    assert_eq!(health["last_error"], Value::Null, "{health}");
}

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn metadata_is_found_as_rfc_8414_has_it() {
    let provider = Provider::with(&["--path", "/tenants/a", "--oauth"]);
    let server = discover(&provider, &[]);
    let health = health_until(&server, is("fresh"));
    assert_eq!(health.status, 200, "{health:?}");
    assert_eq!(provider.counts().discovery, 1);
}

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn keys_of_a_provider_are_taken_from_their_url() {
    let provider = Provider::start();
    let token = provider.token();
    let uri = provider.jwks_uri();
    let server =
        |issuer| Server::start(["--jwks", &uri, "--issuer", issuer, "--audience", AUDIENCE]);
    assert_eq!(whoami(&server(&provider.issuer), &token).status, 200);
    let refused = whoami(&server("https://else.example.com"), &token);
    assert_eq!(refused.status, 401, "{refused:?}");
}

/// Its metadata names another issuer than the requested one, although it is the same server.
#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn a_provider_by_another_name_is_refused() {
    let provider = Provider::start();
    let alias = provider.issuer.replace("127.0.0.1", "localhost");
    let server = Server::start(["--discover", &alias, "--audience", AUDIENCE]);
    let health = health_until(&server, failed(is("unavailable")));
    assert_eq!(health.status, 503, "{health:?}");
    assert_error_names(&health, "`issuer`");
    assert_eq!(provider.counts().jwks, 0);
}

/// The two use the same `kid`s.
#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn each_of_two_providers_has_its_own_keys_and_outages() {
    let [one, other] = [Provider::start(), Provider::start()];
    let tokens = [&one, &other].map(Provider::token);
    other.go_down();
    let server = discover(&one, &["--discover", &other.issuer]);
    assert_eq!(whoami(&server, &tokens[0]).status, 200);
    assert_come_back_later(&whoami(&server, &tokens[1]));
    let health = health_until(&server, failed(is("unavailable"))).body();
    let states = [&one, &other].map(|provider| state_of(&health, &provider.issuer));
    assert_eq!(states, ["fresh", "unavailable"], "{health}");

    other.recover();
    health_until(&server, is("fresh"));
    let ids = tokens.map(|token| key_id(&whoami(&server, &token)));
    assert_eq!(ids, ["ES256-1", "ES256-1"]);
}

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn a_configuration_names_the_provider() {
    let provider = Provider::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("verifier.toml");
    let config = format!(
        r#"
        [issuers.main]
        issuer = "{}"
        discover = true
        [rules]
        audiences = ["{AUDIENCE}"]
        rfc9068_profile = true
        "#,
        provider.issuer
    );
    fs::write(&file, config).unwrap();
    let server = Server::start(["--config".as_ref(), file.as_os_str()]);
    let response = whoami(&server, &provider.token());
    assert_eq!(response.status, 200, "{response:?}");
}

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn many_requests_on_a_cold_start_are_one_fetch() {
    let provider = Provider::start();
    let token = provider.token();
    let before = provider.counts();
    provider.hang();
    let server = discover(&provider, &[]);

    // All are sent before any of them can be answered.
    let requests: Vec<_> = (0..10).map(|_| send(&server, &token)).collect();
    until(|| provider.counts().jwks, |jwks| *jwks > before.jwks);
    provider.recover();
    for mut request in requests {
        let mut answer = String::new();
        request.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    let after = provider.counts();
    assert_eq!(after.discovery, before.discovery + 1);
    assert_eq!(after.jwks, before.jwks + 1);
}

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn the_first_token_of_a_new_key_is_accepted() {
    let provider = Provider::start();
    let server = discover(&provider, &["--cooldown", "1"]);
    let old = provider.token();
    assert_eq!(whoami(&server, &old).status, 200);
    let before = provider.counts().jwks;

    provider.rotate();
    // Keys that are a second old were requested longer ago, so the cooldown is over.
    health_until(&server, |health| health["age"].as_u64() >= Some(1));
    let new = provider.token();
    assert_ne!(
        key_id(&whoami(&server, &old)),
        key_id(&whoami(&server, &new))
    );
    assert_eq!(provider.counts().jwks, before + 1);
}

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn tokens_of_a_withdrawn_key_are_refused_after_the_next_refresh() {
    let provider = Provider::start();
    let server = discover(&provider, &["--jwks-ttl", "1"]);
    let old = provider.token();
    assert_eq!(whoami(&server, &old).status, 200);

    provider.rotate();
    provider.withdraw();
    // Cached tokens are refused too.
    let refused = until(|| whoami(&server, &old), |response| response.status != 200);
    assert_eq!(refused.status, 401, "{refused:?}");
    let challenge = refused.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("Bearer error=\"invalid_token\""));
    assert_eq!(whoami(&server, &provider.token()).status, 200);
}

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn known_keys_outlast_an_outage() {
    let provider = Provider::start();
    let server = discover(&provider, &["--jwks-ttl", "1", "--stale", "60"]);
    let known = provider.token();
    assert_eq!(whoami(&server, &known).status, 200);

    provider.fail();
    provider.rotate();
    let unknown = provider.token();
    let health = health_until(&server, failed(is("stale")));
    assert_eq!(health.status, 200, "{health:?}");
    assert_error_names(&health, "500");
    assert_eq!(whoami(&server, &known).status, 200);
    assert_come_back_later(&whoami(&server, &unknown));

    provider.recover();
    let health = health_until(&server, is("fresh")).json();
    assert_eq!(health["last_error"], Value::Null, "{health}");
    assert_eq!(whoami(&server, &known).status, 200);
    assert_eq!(whoami(&server, &unknown).status, 200);
}

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn a_provider_that_hangs_stops_no_known_key() {
    let provider = Provider::start();
    let server = discover(&provider, &["--jwks-ttl", "1", "--stale", "60"]);
    let known = provider.token();
    assert_eq!(whoami(&server, &known).status, 200);

    provider.hang();
    let health = health_until(&server, is("stale"));
    assert_eq!(health.json()["next_refresh"], 0, "{health:?}");
    let start = Instant::now();
    assert_eq!(whoami(&server, &known).status, 200);
    // The fetch goes on for five seconds.
    assert!(start.elapsed() < Duration::from_secs(2));

    provider.recover();
    health_until(&server, is("fresh"));
}

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn without_a_stale_window_an_outage_is_told_and_recovered_from() {
    let provider = Provider::start();
    let server = discover(&provider, &["--jwks-ttl", "1", "--stale", "0"]);
    let token = provider.token();
    health_until(&server, is("fresh"));

    provider.fail();
    let health = health_until(&server, failed(is("unavailable")));
    assert_eq!(health.status, 503, "{health:?}");
    assert_error_names(&health, "500");
    assert_eq!(health.body()["keys"], 0, "{health:?}");
    assert_come_back_later(&whoami(&server, &token));

    // No token arrives meanwhile.
    provider.recover();
    let health = health_until(&server, is("fresh"));
    assert_eq!(health.status, 200, "{health:?}");
    assert_eq!(whoami(&server, &token).status, 200);
}

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn the_server_starts_before_its_provider() {
    let provider = Provider::start();
    let token = provider.token();
    let before = provider.counts();
    provider.go_down();
    let server = discover(&provider, &[]);
    let health = health_until(&server, failed(is("unavailable")));
    assert_eq!(health.status, 503, "{health:?}");
    assert_eq!(health.body()["age"], Value::Null, "{health:?}");
    assert_come_back_later(&whoami(&server, &token));

    provider.recover();
    let health = health_until(&server, is("fresh"));
    assert_eq!(health.status, 200, "{health:?}");
    assert_eq!(whoami(&server, &token).status, 200);
    assert_eq!(provider.counts().jwks, before.jwks + 1);
}

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn a_certificate_that_the_platform_trusts_is_trusted() {
    let provider = Provider::with_tls();
    let options = ["--discover", &provider.issuer, "--audience", AUDIENCE];
    let server = Server::trusting(&certificate(), options);
    let health = health_until(&server, is("fresh")).json();
    assert_eq!(health["keys"], 1, "{health}");
}

/// The other has the same name, but another key.
#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn another_certificate_is_refused() {
    let provider = Provider::with_tls();
    let other = Path::new("tests/it/fixtures/localhost.certificate.pem");
    let other = Path::new(env!("CARGO_MANIFEST_DIR")).join(other);
    let options = ["--discover", &provider.issuer, "--audience", AUDIENCE];
    let server = Server::trusting(&other, options);
    let health = health_until(&server, failed(is("unavailable")));
    assert_eq!(health.status, 503, "{health:?}");
    assert_error_names(&health, "certificate");
    assert_eq!(provider.counts().discovery, 0);
}

/// A server with the keys of the provider.
fn discover(provider: &Provider, options: &[&str]) -> Server {
    let discover = ["--discover", &provider.issuer, "--audience", AUDIENCE];
    Server::start(discover.iter().chain(options))
}

fn whoami(server: &Server, token: &str) -> Response {
    get(&server.url("/whoami"), Some(token))
}

/// Sends such a request, without waiting for the answer.
fn send(server: &Server, token: &str) -> TcpStream {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    write!(
        stream,
        "GET /whoami HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\n\
         connection: close\r\n\r\n",
        server.address
    )
    .unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

fn key_id(response: &Response) -> Value {
    response.json()["header"]["kid"].clone()
}

fn health(server: &Server) -> Response {
    get(&server.url("/healthz"), None)
}

/// The server's health as soon as it is as expected.
#[track_caller]
fn health_until(server: &Server, is_wanted: impl Fn(&Value) -> bool) -> Response {
    until(|| health(server), |health| is_wanted(&health.body()))
}

fn is(state: &str) -> impl Fn(&Value) -> bool {
    move |health| health["state"] == state
}

/// Also, the last fetch has failed and is not under way.
fn failed(is_wanted: impl Fn(&Value) -> bool) -> impl Fn(&Value) -> bool {
    move |health| !health["last_error"].is_null() && is_wanted(health)
}

/// The server's health of one issuer.
fn state_of<'a>(health: &'a Value, issuer: &str) -> &'a str {
    let issuers = health["issuers"].as_array().unwrap();
    let status = issuers.iter().find(|status| status["issuer"] == issuer);
    status.unwrap()["state"].as_str().unwrap()
}

#[track_caller]
fn assert_error_names(health: &Response, text: &str) {
    let body = health.body();
    let error = body["last_error"].as_str().unwrap();
    assert!(error.contains(text), "{error}");
}

#[track_caller]
fn assert_come_back_later(response: &Response) {
    assert_eq!(response.status, 503, "{response:?}");
    let after: u32 = response.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&after), "{response:?}");
}

/// The timeout of anything here, far more than it takes.
const PATIENCE: Duration = Duration::from_secs(15);

/// Asks again until the answer is as expected.
#[track_caller]
fn until<T: Debug>(ask: impl Fn() -> T, is_wanted: impl Fn(&T) -> bool) -> T {
    let start = Instant::now();
    loop {
        let answer = ask();
        if is_wanted(&answer) {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "it is still {answer:?}");
        thread::sleep(Duration::from_millis(20));
    }
}
