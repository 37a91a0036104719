//! Examples, mainly the two servers, as processes of their own.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use crate::peers::{AUDIENCE, ISSUER, public_key};
use crate::process::Process;

/// A running example, which ends with its owner.
pub(crate) struct Server {
    process: Process,
    /// `IP:PORT`.
    pub(crate) address: String,
}

impl Server {
    /// With a key for each algorithm, none with a `kid`, and further options.
    pub(crate) fn with_every_key(options: &[&str]) -> Self {
        let mut arguments: Vec<OsString> = vec!["--secret-file".into(), public_key("HS256").into()];
        for algorithm in ["RS256", "ES256", "ES384", "ES512", "EdDSA"] {
            arguments.extend(["--public-key".into(), public_key(algorithm).into()]);
        }
        arguments.extend(["--issuer", ISSUER, "--audience", AUDIENCE].map(Into::into));
        arguments.extend(options.iter().map(Into::into));
        Self::start(arguments)
    }

    /// `resource_server` with these options.
    pub(crate) fn start(options: impl IntoIterator<Item: AsRef<OsStr>>) -> Self {
        Self::spawn(resource_server().args(options))
    }

    /// `auth_server` with these options.
    pub(crate) fn auth(options: impl IntoIterator<Item: AsRef<OsStr>>) -> Self {
        Self::spawn(listening("auth_server").args(options))
    }

    /// `auth_server` with a full log in a file.
    pub(crate) fn auth_logging_to(file: File) -> Self {
        Self::spawn(
            listening("auth_server")
                .env("RUST_LOG", "trace")
                .stderr(file),
        )
    }

    /// Another example, with the address to listen on as its argument.
    pub(crate) fn start_example(name: &str) -> Self {
        Self::spawn(example(name).arg("127.0.0.1:0"))
    }

    /// `resource_server` that trusts the certificates in this file, and no others.
    pub(crate) fn trusting(
        certificates: &Path,
        options: impl IntoIterator<Item: AsRef<OsStr>>,
    ) -> Self {
        Self::spawn(
            resource_server()
                .env("SSL_CERT_FILE", certificates)
                .env_remove("SSL_CERT_DIR")
                .args(options),
        )
    }

    fn spawn(command: &mut Command) -> Self {
        let process = Process::spawn(command);
        let line = process.next_line();
        let Some(address) = line.strip_prefix("listening on http://") else {
            panic!("the first line is {line:?}");
        };
        Self {
            address: address.to_owned(),
            process,
        }
    }

    /// Its next line.
    pub(crate) fn next_line(&self) -> String {
        self.process.next_line()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The process, for data that only the operating system has.
    pub(crate) fn process(&mut self) -> &mut Process {
        &mut self.process
    }
}

/// The status and standard error of a setup that must fail.
pub(crate) fn failing(
    name: &str,
    arguments: impl IntoIterator<Item: AsRef<OsStr>>,
) -> (ExitStatus, String) {
    let mut child = listening(name)
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    if !line.is_empty() {
        child.kill().unwrap();
        child.wait().unwrap();
        panic!("it goes on and prints {line:?}");
    }
    let output = child.wait_with_output().unwrap();
    (output.status, String::from_utf8(output.stderr).unwrap())
}

fn resource_server() -> Command {
    listening("resource_server")
}

/// An example on a free port.
fn listening(name: &str) -> Command {
    let mut command = example(name);
    command.args(["--listen", "127.0.0.1:0"]);
    command
}

/// The last build of an example, beside this test.
fn example(name: &str) -> Command {
    let deps = env::current_exe().unwrap();
    let program = deps
        .ancestors()
        .nth(2)
        .unwrap()
        .join("examples")
        .join(format!("{name}{}", env::consts::EXE_SUFFIX));
    assert!(program.exists(), "first run `cargo build --examples`");
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    command
}
