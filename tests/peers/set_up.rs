//! A mistake in the setup ends the server with one line that says what to change.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use crate::peers::{private_key, public_key};
use crate::server::failing;

#[test]
#[ignore = "needs PyJWT and Node packages: scripts/test peers installs them"]
fn mistakes_end_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    };
    let public = public_key("ES256");
    let missing = folder.path().join("missing.pem");
    let weak = file("weak.txt", "hunter2");
    let garbage = file("garbage.pem", "no PEM at all");
    let empty_set = file("empty.json", r#"{"keys": []}"#);
    let unusable_set = file(
        "unusable.json",
        r#"{"keys": [{"kty": "OKP", "crv": "X25519", "x": "AAAA", "use": "enc"}]}"#,
    );

    says("--public-key", &missing, "missing.pem");
    says("--secret-file", &missing, "missing.pem");
    says("--jwks", &missing, "missing.pem");
    says("--secret-file", &weak, "256");
    says("--secret-file", &public, "public key");
    says("--public-key", &garbage, "PEM");
    says("--public-key", &private_key("ES256"), "private key");
    says("--jwks", &empty_set, "key");
    says("--jwks", &unusable_set, "key");

    one_line(&["--public-key".as_ref(), public.as_os_str()], "audience");
}

/// The file makes the set-up fail, with this text on standard error.
#[track_caller]
fn says(option: &str, file: &Path, text: &str) {
    let any_audience = OsStr::new("--any-audience");
    one_line(&[option.as_ref(), file.as_os_str(), any_audience], text);
}

#[track_caller]
fn one_line(arguments: &[&OsStr], text: &str) {
    let (status, stderr) = failing("resource_server", arguments);
    assert_eq!(status.code(), Some(2), "{arguments:?}: {stderr}");
    assert_eq!(stderr.lines().count(), 1, "{arguments:?}: {stderr}");
    assert!(stderr.contains(text), "{arguments:?}: {stderr}");
}
