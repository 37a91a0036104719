use ::http::Response;
use tokio::runtime::{Builder, Runtime};
use tower_bearer::keys::{KeyProvider, RemoteKeys};

use super::{assert_counts, assert_logs, measured};
use crate::keys::remote::{Server, jwks, pass, secs};

const OK: &str = "tower_bearer_key_refreshes_total outcome=ok";
const ERROR: &str = "tower_bearer_key_refreshes_total outcome=error";

/// Keys and the server that they come from, in a time that stands still.
struct World {
    server: Server,
    keys: RemoteKeys,
    runtime: Runtime,
}

impl World {
    fn new() -> Self {
        let server = Server::with(&["a"]);
        let keys = server.builder().build().unwrap();
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        Self {
            server,
            keys,
            runtime,
        }
    }

    fn ready(&self) {
        drop(self.runtime.block_on(self.keys.ready()));
    }

    fn pass(&self, seconds: u64) {
        self.runtime.block_on(pass(secs(seconds)));
    }
}

fn line(level: &str, text: &str, fields: &str) -> String {
    let url = "https://issuer.example.com/jwks.json";
    format!("{level} tower_bearer: {text} url={url}{fields}\n")
}

#[test]
fn fetches() {
    let world = World::new();
    assert_logs(|| world.ready(), &line("INFO", "keys replaced", " keys=1"));
    assert_logs(|| world.ready(), "");
    let confirmed = line("DEBUG", "keys confirmed", " keys=1");
    assert_logs(|| world.pass(481), &confirmed);
    world.server.publish(&["a", "b"]);
    let replaced = line("INFO", "keys replaced", " keys=2");
    assert_logs(|| world.pass(481), &replaced);
    assert_counts(|| world.pass(481), &[(OK, 1)]);
}

#[test]
fn a_failure_is_warned_of_once() {
    let world = World::new();
    world.ready();
    world.server.fail();
    let why = "the HTTP client failed: connection refused";
    let stay = format!("cannot fetch keys, still using the last good ones: {why}");
    // The second one is tried for after half a second at least.
    let first = line("WARN", &stay, "");
    let again = line("DEBUG", &format!("still cannot fetch keys: {why}"), "");
    let log = super::logged(|| world.pass(600));
    assert!(log.starts_with(&first), "{log}");
    assert_eq!(log.replacen(&first, "", 1).replace(&again, ""), "", "{log}");

    // Another failure is news, and so is that the keys have come to their end.
    let response = Response::builder().status(500).body(String::new());
    world.server.answer(response.unwrap());
    let why = "the answer is 500 Internal Server Error, not 200 OK";
    let stay = format!("cannot fetch keys, still using the last good ones: {why}");
    let first = line("WARN", &stay, "");
    let gone = format!("cannot fetch keys, none cached: {why}");
    let last = line("WARN", &gone, "");
    let again = line("DEBUG", &format!("still cannot fetch keys: {why}"), "");
    let log = super::logged(|| world.pass(7200));
    assert_eq!(log.matches(&first).count(), 1);
    assert_eq!(log.matches(&last).count(), 1);
    let rest = log.replace(&first, "").replace(&last, "");
    assert_eq!(rest.replace(&again, ""), "");

    world.server.publish(&["a"]);
    let again = line("INFO", "keys fetched again", " keys=1");
    assert_logs(|| world.pass(60), &again);

    let world = World::new();
    world.server.fail();
    assert_counts(|| world.ready(), &[(ERROR, 1)]);
}

#[test]
fn keys_that_are_skipped_are_warned_of_once_a_document() {
    let world = World::new();
    let set = jwks(&["a"]);
    let skipped = r#"{"keys":[{"kty":"oct","k":"AAAA"},{"kty":"new"},"#;
    let set = set.replace(r#"{"keys":["#, skipped);
    world.server.answer(Response::new(set));
    let log = super::logged(|| world.ready());
    let lines: Vec<_> = log.lines().collect();
    assert_eq!(lines.len(), 3, "{log}");
    let start = "WARN tower_bearer: key skipped: ";
    let url = "url=https://issuer.example.com/jwks.json";
    for (index, line) in lines[..2].iter().enumerate() {
        assert!(line.starts_with(start), "{line}");
        assert!(line.ends_with(&format!(" {url} index={index}")), "{line}");
    }
    let confirmed = line("DEBUG", "keys confirmed", " keys=1");
    assert_logs(|| world.pass(481), &confirmed);
}

/// Whoever publishes his private key has made a mistake; it is not told on.
#[test]
fn what_is_private_is_not_told() {
    let world = World::new();
    let mut set: serde_json::Value = serde_json::from_str(&jwks(&["a", "b", "c"])).unwrap();
    set["keys"][0]["d"] = "hunter2-private".into();
    set["keys"][1]["d"] = "hunter2-broken".into();
    set["keys"][1]["x"] = "hunter2=broken".into();
    set["keys"][2] = serde_json::json!({ "kty": "oct", "k": "hunter2-secret" });
    let keys = RemoteKeys::builder("https://issuer.example.com/jwks.json?code=hunter2");
    let body = set.to_string();
    let client = tower::service_fn(move |_: ::http::Request<String>| {
        let body = body.clone();
        async { Ok::<_, std::io::Error>(Response::new(body)) }
    });
    let keys = keys.client(client).build().unwrap();
    let mut log = String::new();
    let measured = measured(|| {
        log = super::logged(|| drop(world.runtime.block_on(keys.ready())));
    });
    let counts = format!("{:?}", measured.counts.lock().unwrap());
    let gauges = format!("{:?}", measured.gauges.lock().unwrap());
    assert_eq!(keys.status().keys, 1);
    assert_eq!(log.lines().count(), 3, "{log}");
    assert!(gauges.contains(URL), "{gauges}");
    for text in [log, counts, gauges, format!("{keys:?} {:?}", keys.status())] {
        assert!(!text.contains("hunter2"), "{text}");
    }
}

const URL: &str = "url=https://issuer.example.com/jwks.json";

#[track_caller]
fn assert_gauges(action: impl FnOnce(), state: f64, keys: f64) -> Option<f64> {
    let mut gauges = measured(action).gauges.lock().unwrap().clone();
    let mut take = |name: &str| gauges.remove(&format!("{name} {URL}"));
    assert_eq!(take("tower_bearer_keys_state"), Some(state));
    assert_eq!(take("tower_bearer_keys"), Some(keys));
    let confirmed = take("tower_bearer_keys_confirmed_timestamp_seconds");
    assert!(gauges.is_empty(), "{gauges:?}");
    confirmed
}

#[test]
fn gauges_tell_how_the_keys_are_doing() {
    let world = World::new();
    world.server.fail();
    assert_eq!(assert_gauges(|| world.ready(), 2.0, 0.0), None);
    world.server.publish(&["a", "b"]);
    let confirmed = assert_gauges(|| world.pass(2), 0.0, 2.0).unwrap();
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
    assert!((now - 60.0..=now).contains(&confirmed), "{confirmed}");
    world.server.fail();
    assert_eq!(assert_gauges(|| world.pass(700), 1.0, 2.0), None);
    assert_eq!(assert_gauges(|| world.pass(3600), 2.0, 0.0), None);
}
