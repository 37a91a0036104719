//! The HTTP routes, by `curl`.

use std::process::Command;

use serde_json::{Value, json};

use crate::peers::{Peer, claims_with, good_claims, now};
use crate::server::Server;

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn routes_answer_with_and_without_a_token() {
    let server = Server::with_every_key(&[]);
    let good = Peer::PyJwt.make_one(good_claims());
    let expired = Peer::PyJwt.make_one(claims_with(json!({"exp": now() - 3600})));

    let response = get(&server.url("/whoami"), None);
    assert_eq!(response.status, 401);
    assert_eq!(response.header("www-authenticate"), Some("Bearer"));

    for token in [None, Some(&*good), Some(&*expired)] {
        assert_eq!(get(&server.url("/public"), token).status, 200);
    }

    let optional = server.url("/optional");
    assert_eq!(get(&optional, None).json(), json!({"sub": null}));
    assert_eq!(get(&optional, Some(&good)).json(), json!({"sub": "ada"}));
    assert_eq!(get(&optional, Some(&expired)).status, 401);
}

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn scopes_and_roles_are_demanded() {
    let server = Server::with_every_key(&["--roles-claim", "realm_access.roles"]);
    let token = Peer::Jose.make_one(good_claims());

    for path in ["/scopes/read", "/scopes/write", "/roles/editor"] {
        let response = get(&server.url(path), Some(&token));
        assert_eq!(response.status, 200, "{path}: {response:?}");
    }
    for path in ["/scopes/admin", "/scopes/rea", "/roles/admin"] {
        let response = get(&server.url(path), Some(&token));
        assert_eq!(response.status, 403, "{path}: {response:?}");
        let challenge = response.header("www-authenticate").unwrap();
        assert!(
            challenge.starts_with("Bearer error=\"insufficient_scope\""),
            "{path}: {challenge}"
        );
        let names_scope = challenge.contains("scope=\"admin\"");
        assert_eq!(names_scope, path == "/scopes/admin", "{path}: {challenge}");
    }
    assert_eq!(get(&server.url("/scopes/read"), None).status, 401);
}

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn malformed_requests_are_told_from_bad_tokens() {
    let server = Server::with_every_key(&[]);
    let whoami = server.url("/whoami");
    let good = Peer::PyJwt.make_one(good_claims());
    let authorization = format!("authorization: Bearer {good}");
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let wrong_signature = format!("{signed}.{}", signature.chars().rev().collect::<String>());

    for (header, status) in [
        (&*authorization, 200),
        (&*authorization.replace("Bearer", "bearer"), 200),
        (&*authorization.replace("Bearer", "BEARER"), 200),
        ("authorization: Basic YTpi", 401),
        ("authorization: Bearer x.y.z", 401),
        (&*format!("authorization: Bearer {wrong_signature}"), 401),
        ("authorization: Bearer", 400),
        ("authorization: Bearer a b", 400),
    ] {
        let response = curl(&["--header", header, &whoami]);
        assert_eq!(response.status, status, "{header}: {response:?}");
    }
    let response = curl(&[
        "--header",
        &authorization,
        "--header",
        &authorization,
        &whoami,
    ]);
    assert_eq!(response.status, 400, "{response:?}");
    assert!(
        response
            .header("www-authenticate")
            .unwrap()
            .starts_with("Bearer error=\"invalid_request\""),
        "{response:?}"
    );
}

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn cookies_and_query_parameters_are_read_where_asked_for() {
    let token = Peer::Jose.make_one(good_claims());
    let cookie = format!("session={token}");
    let query = format!("/whoami?access_token={token}");

    let server = Server::with_every_key(&["--cookie", "session", "--query", "access_token"]);
    let response = curl(&["--cookie", &cookie, &server.url("/whoami")]);
    assert_eq!(response.status, 200, "{response:?}");
    assert_eq!(get(&server.url(&query), None).status, 200);
    // RFC 6750 §2 forbids two of them.
    assert_eq!(get(&server.url(&query), Some(&token)).status, 400);

    let server = Server::with_every_key(&[]);
    let response = curl(&["--cookie", &cookie, &server.url("/whoami")]);
    assert_eq!(response.status, 401, "{response:?}");
    assert_eq!(get(&server.url(&query), None).status, 401);
}

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn http_2_is_served_on_the_same_port() {
    let server = Server::with_every_key(&[]);
    let token = Peer::PyJwt.make_one(good_claims());
    let authorization = format!("authorization: Bearer {token}");
    let whoami = server.url("/whoami");
    let response = curl(&[
        "--http2-prior-knowledge",
        "--header",
        &authorization,
        &whoami,
    ]);
    assert_eq!(response.status, 200, "{response:?}");
    assert!(response.head.starts_with("HTTP/2 "), "{response:?}");
}

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn without_keys_the_server_prints_a_curl_line_that_works() {
    let server = Server::start([""; 0]);
    let line = loop {
        let line = server.next_line();
        if line.trim_start().starts_with("curl ") {
            break line;
        }
    };
    let output = Command::new("sh").args(["-c", &line]).output().unwrap();
    let body: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {output:?}"));
    assert!(body["claims"].is_object(), "{body}");
}

/// A server's answer.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    head: String,
    body: String,
}

impl Response {
    pub(crate) fn header(&self, wanted: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case(wanted).then_some(value)
        })
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.body()
    }

    /// The JSON of any answer.
    #[track_caller]
    pub(crate) fn body(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

pub(crate) fn get(url: &str, token: Option<&str>) -> Response {
    match token {
        Some(token) => curl(&["--header", &format!("authorization: Bearer {token}"), url]),
        None => curl(&[url]),
    }
}

#[track_caller]
pub(crate) fn curl(arguments: &[&str]) -> Response {
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--include", "--max-time", "10"])
        // No proxy.
        .args(["--noproxy", "*"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    Response {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}
