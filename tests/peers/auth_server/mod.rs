//! The example `auth_server` from a client's view.

mod bearer;
mod bodies;
mod cookies;
mod databases;
mod logs;
mod options;
mod page;
mod passwords;
mod published;
mod shared;
mod signing_out;

use std::ffi::OsStr;
use std::fs;
use std::ops::Deref;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tower_bearer::test_util::TestIssuer;
use tower_bearer::{Algorithm, SigningKey};

use crate::client::{Answer, Client};
use crate::peers::private_key;
use crate::server::Server;

/// A running `auth_server`, and a client of it.
struct AuthServer {
    server: Server,
    client: Client,
}

/// What a signed-in client gets.
struct Pair {
    access_token: String,
    refresh_token: String,
}

impl AuthServer {
    fn start(options: impl IntoIterator<Item: AsRef<OsStr>>) -> Self {
        Self::of(Server::auth(options))
    }

    fn of(server: Server) -> Self {
        Self {
            client: Client::new(server.url("")),
            server,
        }
    }

    /// With the key of [`issuer`], so that tests can make its tokens, good ones and others.
    fn with_known_key(options: &[&str]) -> Self {
        let known = ["--key", key_file().to_str().unwrap(), "--issuer", ISSUER].map(String::from);
        let options = options.iter().map(|&option| option.to_owned());
        Self::start(known.into_iter().chain(options))
    }

    async fn try_login(&self, username: &str, password: &str) -> Answer {
        let body = json!({"username": username, "password": password});
        self.post("/login", &body).await
    }

    async fn alice(&self) -> Pair {
        pair(&self.try_login("alice", "wonderland").await)
    }

    async fn bob(&self) -> Pair {
        pair(&self.try_login("bob", "builder").await)
    }

    async fn refresh(&self, refresh_token: &str) -> Answer {
        let body = json!({"refresh_token": refresh_token});
        self.post("/refresh", &body).await
    }

    /// Whether the protected route accepts a token, which it otherwise refuses as invalid.
    async fn takes(&self, access_token: &str) -> bool {
        let answer = self.get_as("/protected", access_token).await;
        if answer.status == 200 {
            return true;
        }
        answer.assert_refused(401, "invalid_token", "invalid token");
        false
    }
}

impl Deref for AuthServer {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

#[track_caller]
fn pair(answer: &Answer) -> Pair {
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = answer.json();
    let token = |name| body[name].as_str().unwrap().to_owned();
    Pair {
        access_token: token("access_token"),
        refresh_token: token("refresh_token"),
    }
}

/// An issuer name that is never contacted.
const ISSUER: &str = "https://auth.example.com";

/// The server's default audience.
const AUDIENCE: &str = "auth_server";

fn key_file() -> PathBuf {
    private_key("ES256")
}

/// The server's twin, with its key and its name.
fn issuer(name: &str) -> TestIssuer {
    let pem = fs::read(key_file()).unwrap();
    let key = SigningKey::from_pem(Algorithm::ES256, pem).unwrap();
    TestIssuer::new(name, Algorithm::ES256).key(key)
}

/// The header or the claims of a token.
fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}
