//! A certified OpenID provider, `oidc-provider`, as a process of its own.

use std::cell::OnceCell;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::http::{curl, get};
use crate::peers::folder;
use crate::process::Process;

/// A running `oidc_provider.mjs`, which ends with its owner.
pub(crate) struct Provider {
    process: Process,
    pub(crate) issuer: String,
    metadata: OnceCell<Value>,
}

/// The number of requests to its endpoints.
#[derive(serde::Deserialize)]
pub(crate) struct Counts {
    pub(crate) discovery: u32,
    pub(crate) jwks: u32,
}

impl Provider {
    pub(crate) fn start() -> Self {
        Self::with(&[""; 0])
    }

    /// With these options, which the script describes.
    pub(crate) fn with(options: &[impl AsRef<OsStr>]) -> Self {
        let mut node = Command::new("node");
        node.arg("oidc_provider.mjs")
            .args(options)
            .current_dir(folder())
            .stdin(Stdio::piped());
        let process = Process::spawn(&mut node);
        let line = process.next_line();
        let Some(issuer) = line.strip_prefix("listening on ") else {
            panic!("the first line is {line:?}");
        };
        Self {
            issuer: issuer.to_owned(),
            process,
            metadata: OnceCell::new(),
        }
    }

    /// At `https://localhost`, with [`certificate`].
    pub(crate) fn with_tls() -> Self {
        let key = folder().join("keys/localhost.private.pem");
        Self::with(&["--tls".into(), certificate(), key])
    }

    /// Signs with new keys, and keeps publishing the others.
    pub(crate) fn rotate(&self) {
        self.tell("rotate", "rotated");
    }

    /// Publishes only the keys that sign.
    pub(crate) fn withdraw(&self) {
        self.tell("withdraw", "withdrawn");
    }

    /// Does not answer requests for the keys.
    pub(crate) fn hang(&self) {
        self.tell("hang", "hanging");
    }

    /// Answers requests for the keys with 500.
    pub(crate) fn fail(&self) {
        self.tell("fail", "failing");
    }

    /// Hangs up on every client.
    pub(crate) fn go_down(&self) {
        self.tell("down", "down");
    }

    /// Recovers, and answers waiting requests.
    pub(crate) fn recover(&self) {
        self.tell("ok", "ok");
    }

    pub(crate) fn counts(&self) -> Counts {
        self.process.send_line("count");
        serde_json::from_str(&self.process.next_line()).unwrap()
    }

    pub(crate) fn jwks_uri(&self) -> String {
        self.endpoint("jwks_uri")
    }

    /// A token of its own, from its token endpoint, signed with its newest key.
    pub(crate) fn token(&self) -> String {
        self.token_by("ES256")
    }

    /// One that is signed by this algorithm.
    pub(crate) fn token_by(&self, algorithm: &str) -> String {
        let response = curl(&[
            "--user",
            "peers:secret",
            "--data",
            &format!("grant_type=client_credentials&scope=read&resource=urn:peers:{algorithm}"),
            &self.endpoint("token_endpoint"),
        ]);
        response.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// An endpoint, from its metadata.
    fn endpoint(&self, name: &str) -> String {
        let metadata = self.metadata.get_or_init(|| {
            let url = format!("{}/.well-known/openid-configuration", self.issuer);
            get(&url, None).json()
        });
        metadata[name].as_str().unwrap().to_owned()
    }

    fn tell(&self, command: &str, answer: &str) {
        self.process.send_line(command);
        assert_eq!(self.process.next_line(), answer);
    }
}

/// What a provider serves over TLS.
pub(crate) fn certificate() -> PathBuf {
    folder().join("keys/localhost.certificate.pem")
}
