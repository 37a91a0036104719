//! Command-line options.

use std::ffi::OsStr;
use std::fs;

use serde_json::json;

use super::{AUDIENCE, AuthServer, ISSUER, issuer, pair, part};
use crate::peers::{ALGORITHMS, private_key, public_key};
use crate::server::failing;

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn each_algorithm_signs() {
    for (algorithm, key) in ALGORITHMS {
        let made = vec!["--algorithm".to_owned(), algorithm.to_owned()];
        let mut given = made.clone();
        given.extend([
            "--key".into(),
            private_key(algorithm).to_str().unwrap().into(),
        ]);
        let is_secret = key == "secret";
        for options in [made, given] {
            // A secret is not PEM.
            if is_secret && options.len() > 2 {
                continue;
            }
            let server = AuthServer::start(&options);
            let token = server.alice().await.access_token;
            assert_eq!(part(&token, 0)["alg"], algorithm);
            assert!(server.takes(&token).await, "{options:?}");
            let keys = server.get("/.well-known/jwks.json").await.json();
            let algorithms: Vec<_> = keys["keys"].as_array().unwrap().iter().collect();
            match &*algorithms {
                [] => assert!(is_secret, "{options:?}"),
                [key] => assert_eq!(key["alg"], algorithm, "{options:?}"),
                _ => panic!("{options:?}: {keys}"),
            }
        }
    }
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn names_are_as_told_or_those_of_the_server() {
    let server = AuthServer::start(["--issuer", ISSUER, "--audience", "else"]);
    let claims = part(&server.alice().await.access_token, 1);
    assert_eq!(claims["iss"], ISSUER);
    assert_eq!(claims["aud"], "else");

    let server = AuthServer::start([""; 0]);
    let claims = part(&server.alice().await.access_token, 1);
    assert_eq!(claims["iss"], server.server.url(""));
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn clocks_may_differ_where_it_is_allowed() {
    let twin = issuer(ISSUER);
    let token = twin.token().header("typ", "at+jwt").subject("alice");
    let token = token.audience(AUDIENCE).claim("sid", "1").expires_in(-30);
    let token = token.sign();
    let server = AuthServer::with_known_key(&["--leeway", "60"]);
    assert!(server.takes(&token).await);
    let server = AuthServer::with_known_key(&["--leeway", "10"]);
    let answer = server.get_as("/protected", &token).await;
    answer.assert_refused(401, "invalid_token", "token expired");
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn a_grace_is_for_those_who_lost_the_answer() {
    let server = AuthServer::start(["--refresh-grace", "60"]);
    let first = server.alice().await;
    let second = pair(&server.refresh(&first.refresh_token).await);
    let again = pair(&server.refresh(&first.refresh_token).await);
    assert_eq!(again.refresh_token, second.refresh_token);
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn it_starts_with_demo_users_and_ends_when_told() {
    let mut server = AuthServer::start([""; 0]);
    let mut printed = String::new();
    while !printed.contains("bob") {
        printed += &server.server.next_line();
    }
    for word in ["alice", "wonderland", "builder"] {
        assert!(printed.contains(word), "{printed}");
    }
    // An idle connection delays nobody.
    server.alice().await;
    let process = server.server.process();
    process.signal("TERM");
    assert_eq!(process.wait().code(), Some(0));
}

#[test]
#[ignore = "needs programs: scripts/test peers installs them"]
fn mistakes_are_told_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = folder.path().join("garbage.pem");
    fs::write(&garbage, "no PEM at all").unwrap();
    let garbage = garbage.to_str().unwrap();
    let (p384, public) = (private_key("ES384"), public_key("ES256"));
    let (p384, public) = (p384.to_str().unwrap(), public.to_str().unwrap());
    one_line(&["--algorithm", "ES257"], "ES257");
    one_line(&["--key", "missing.pem"], "missing.pem");
    one_line(&["--key", garbage], "garbage.pem");
    one_line(&["--key", public], "private key");
    one_line(&["--key", p384], "algorithm");
    one_line(&["--key", p384, "--algorithm", "RS256"], "algorithm");
    one_line(&["--key", p384, "--algorithm", "HS256"], "HS256");
    one_line(&["--issuer", "me"], "URL");
    one_line(&["--issuer", ""], "issuer");
    one_line(&["--audience", ""], "audience");
    one_line(&["--access-ttl", "0"], "lifetime");
    one_line(&["--access-ttl", "-1"], "-1");
    one_line(&["--refresh-ttl", "0"], "lifetime");
    one_line(&["--refresh-grace", "3600"], "grace");
    one_line(&["--leeway", "x"], "--leeway");
    one_line(&["--store", "disk"], "store");
    one_line(&["--store", "redis:"], "store");
    one_line(
        &["--store", "redis://localhost", "--stale-after", "0"],
        "stale",
    );
    one_line(&["--when-stale", "panic"], "--when-stale");
    one_line(&["--database", "mysql://localhost"], "database");
    one_line(&["--database", "sqlite:///missing/users.db"], "database");
    one_line(&["--unknown"], "--unknown");
}

#[track_caller]
fn one_line(options: &[&str], text: &str) {
    let (status, stderr) = failing("auth_server", options.iter().map(OsStr::new));
    assert_eq!(status.code(), Some(2), "{options:?}: {stderr}");
    assert_eq!(stderr.lines().count(), 1, "{options:?}: {stderr}");
    assert!(stderr.contains(text), "{options:?}: {stderr}");
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn the_page_runs_nothing_of_others() {
    let server = AuthServer::start([""; 0]);
    for (path, content_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/icon.svg", "image/svg+xml"),
        ("/style.css", "text/css; charset=utf-8"),
        ("/signed_in.css", "text/css; charset=utf-8"),
        ("/script.js", "text/javascript; charset=utf-8"),
        ("/session.js", "text/javascript; charset=utf-8"),
        ("/view.js", "text/javascript; charset=utf-8"),
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), content_type);
        let policy = answer.header("content-security-policy");
        for rule in [
            "default-src 'none'",
            "script-src 'self'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(rule), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    let answer = server.try_login("alice", "wrong").await;
    answer.assert(401, &json!({"error": "invalid_credentials"}));
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}
