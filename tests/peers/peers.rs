//! Other implementations, and the files that they share with us.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

pub(crate) const ISSUER: &str = "https://issuer.example.com";
pub(crate) const AUDIENCE: &str = "peers";

/// Each algorithm, and the name of its key.
pub(crate) const ALGORITHMS: [(&str, &str); 14] = [
    ("HS256", "secret"),
    ("HS384", "secret"),
    ("HS512", "secret"),
    ("RS256", "rsa"),
    ("RS384", "rsa"),
    ("RS512", "rsa"),
    ("PS256", "rsa"),
    ("PS384", "rsa"),
    ("PS512", "rsa"),
    ("ES256", "p256"),
    ("ES384", "p384"),
    ("ES512", "p521"),
    ("EdDSA", "ed25519"),
    ("Ed25519", "ed25519"),
];

/// Another implementation of JWT.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Peer {
    PyJwt,
    Jose,
}

impl Peer {
    pub(crate) const ALL: [Self; 2] = [Self::PyJwt, Self::Jose];

    /// Whether the peer knows an algorithm: `PyJWT` lacks the names of RFC 9864.
    pub(crate) fn knows(self, algorithm: &str) -> bool {
        self == Self::Jose || algorithm != "Ed25519"
    }

    /// One token of the peer's per `(algorithm, header, claims)`.
    pub(crate) fn make(self, wanted: &[(&str, Value, Value)]) -> Vec<String> {
        let wanted: Vec<_> = wanted
            .iter()
            .map(|(alg, header, claims)| {
                json!({"alg": alg, "key": private_key(alg), "header": header, "claims": claims})
            })
            .collect();
        serde_json::from_value(self.run("make_tokens", &json!(wanted))).unwrap()
    }

    /// The one token of the peer's with these claims, by ES256.
    pub(crate) fn make_one(self, claims: Value) -> String {
        self.make(&[("ES256", json!({}), claims)]).remove(0)
    }

    /// The peer's verdict on `(algorithm, token)`: `{"claims": …}` or `{"error": …}` of each.
    pub(crate) fn check(self, tokens: &[(&str, String)]) -> Vec<Value> {
        let given: Vec<_> = tokens
            .iter()
            .map(|(alg, token)| {
                json!({
                    "alg": alg,
                    "key": public_key(alg),
                    "token": token,
                    "issuer": ISSUER,
                    "audience": AUDIENCE,
                })
            })
            .collect();
        serde_json::from_value(self.run("check_tokens", &json!(given))).unwrap()
    }

    fn run(self, script: &str, input: &Value) -> Value {
        match self {
            Self::PyJwt => run(
                folder().join(".venv/bin/python"),
                &format!("{script}.py"),
                input,
            ),
            Self::Jose => run("node", &format!("{script}.mjs"), input),
        }
    }
}

/// Claims that the server accepts for the next five minutes.
pub(crate) fn good_claims() -> Value {
    json!({
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ada",
        "exp": now() + 300,
        "scope": "read write",
        "realm_access": {"roles": ["editor"]},
    })
}

/// The good claims, with some replaced, or removed if the new value is null.
pub(crate) fn claims_with(replaced: Value) -> Value {
    let mut claims = good_claims();
    let Value::Object(replaced) = replaced else {
        panic!("claims are an object")
    };
    let all = claims.as_object_mut().unwrap();
    all.extend(replaced);
    all.retain(|_, value| !value.is_null());
    claims
}

/// These tests run a real server, which has a real clock.
pub(crate) fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

/// The JWK set, made by `jose`, of the public keys of `(algorithm, kid)`.
pub(crate) fn jwk_set(wanted: &[(&str, &str)]) -> Value {
    let wanted: Vec<_> = wanted
        .iter()
        .map(|(alg, kid)| json!({"alg": alg, "kid": kid, "key": public_key(alg)}))
        .collect();
    run("node", "make_jwks.mjs", &json!(wanted))
}

/// Runs a script of this folder: JSON goes in, JSON comes out.
pub(crate) fn run(program: impl AsRef<Path>, script: &str, input: &Value) -> Value {
    let program = program.as_ref();
    let mut child = Command::new(program)
        .arg(script)
        .current_dir(folder())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            panic!(
                "{}: {error}: scripts/test peers installs it",
                program.display()
            )
        });
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{script} failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The signing key's file for an algorithm.
pub(crate) fn private_key(algorithm: &str) -> PathBuf {
    key_file(algorithm, "private")
}

/// The verifying key's file for an algorithm.
pub(crate) fn public_key(algorithm: &str) -> PathBuf {
    key_file(algorithm, "public")
}

fn key_file(algorithm: &str, half: &str) -> PathBuf {
    let (_, key) = ALGORITHMS
        .into_iter()
        .find(|(name, _)| *name == algorithm)
        .unwrap();
    folder().join("keys").join(match key {
        "secret" => "secret.txt".to_owned(),
        _ => format!("{key}.{half}.pem"),
    })
}

pub(crate) fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers"))
}
