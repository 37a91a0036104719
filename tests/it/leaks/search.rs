//! The secrets, and the search for them.

use std::any::type_name;
use std::collections::{BTreeSet, HashSet};
use std::error::Error;
use std::fmt::{Debug, Display};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Serialize;

use super::{NOW, PASSWORD, ROLE, SCOPE, SECRET, SESSION, SUBJECT, issuer, pem, token};
use crate::jose::der;

/// No part of a secret with this length may be found.
const LONGEST: usize = 8;

/// Searches the texts of values, and records their types.
pub(super) struct Told {
    /// All parts of all secrets.
    parts: HashSet<Vec<u8>>,
    pub(super) shown: BTreeSet<String>,
    pub(super) displayed: BTreeSet<String>,
    pub(super) serialized: BTreeSet<String>,
}

impl Told {
    pub(super) fn new() -> Self {
        let mut told = Self {
            parts: HashSet::new(),
            shown: BTreeSet::new(),
            displayed: BTreeSet::new(),
            serialized: BTreeSet::new(),
        };
        for secret in secrets() {
            told.keep(&secret);
        }
        told
    }

    /// One more secret.
    pub(super) fn keep(&mut self, secret: &str) {
        let bytes = without_space(secret);
        assert!(bytes.len() >= LONGEST, "{secret}");
        self.parts
            .extend(bytes.windows(LONGEST).map(<[u8]>::to_vec));
    }

    /// Looks through the `Debug` text of a value.
    #[track_caller]
    pub(super) fn show<T: Debug>(&mut self, value: &T) {
        self.assert_silent(&format!("{value:?}"));
        self.assert_silent(&format!("{value:#?}"));
        self.shown.insert(name_of::<T>());
    }

    #[track_caller]
    pub(super) fn display<T: Debug + Display>(&mut self, value: &T) {
        self.show(value);
        self.assert_silent(&value.to_string());
        self.displayed.insert(name_of::<T>());
    }

    /// Including its sources.
    #[track_caller]
    pub(super) fn error<T: Error>(&mut self, error: &T) {
        self.display(error);
        let mut source = error.source();
        while let Some(error) = source {
            self.assert_silent(&format!("{error:?} {error}"));
            source = error.source();
        }
    }

    #[track_caller]
    pub(super) fn serialize<T: Debug + Serialize>(&mut self, value: &T) {
        self.show(value);
        self.assert_silent(&serde_json::to_string(value).unwrap());
        self.serialized.insert(name_of::<T>());
    }

    #[track_caller]
    pub(super) fn assert_silent(&self, text: &str) {
        assert!(!self.has_secret(text), "{text}");
    }

    fn has_secret(&self, text: &str) -> bool {
        let bytes = without_space(text);
        let mut parts = bytes.windows(LONGEST);
        parts.any(|part| self.parts.contains(part))
    }
}

/// `module::Type`, as it is defined.
fn name_of<T>() -> String {
    let name = type_name::<T>().split('<').next().unwrap();
    name.trim_start_matches("tower_bearer::").to_owned()
}

/// So that lists of numbers look the same on one line and on many.
fn without_space(text: &str) -> Vec<u8> {
    let bytes = text.bytes();
    bytes.filter(|byte| !byte.is_ascii_whitespace()).collect()
}

/// The source of all values here.
fn secrets() -> Vec<String> {
    let mut secrets: Vec<String> = token().split('.').map(str::to_owned).collect();
    let claims = [SUBJECT, SCOPE, ROLE, SESSION, "0123-token-id-4567"];
    secrets.extend(claims.map(str::to_owned));
    // `exp`.
    secrets.push((NOW + 3600).to_string());
    secrets.extend(["header-member-value", PASSWORD].map(str::to_owned));
    let public = serde_json::to_value(public_jwk()).unwrap();
    let numbers = ["x", "y"].map(|name| public[name].as_str().unwrap().to_owned());
    secrets.extend(numbers);
    let pkcs8 = der(pem!("p256.pkcs8"));
    // The last is the key's number.
    for bytes in [&SECRET[..], &pkcs8, &pkcs8[36..68]] {
        let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        secrets.extend([
            STANDARD.encode(bytes),
            URL_SAFE_NO_PAD.encode(bytes),
            String::from_utf8_lossy(bytes).into_owned(),
            hex.concat(),
            hex.concat().to_uppercase(),
            format!("{bytes:?}"),
        ]);
    }
    secrets
}

pub(super) fn public_jwk() -> jsonwebtoken::jwk::Jwk {
    jsonwebtoken::jwk::Jwk::try_from(&issuer().verifying_key()).unwrap()
}

#[test]
fn the_search_finds_what_it_looks_for() {
    let told = Told::new();
    for secret in secrets() {
        let part: String = secret.chars().skip(2).take(20).collect();
        assert!(told.has_secret(&format!("x{part}x")), "{part}");
        assert!(told.has_secret(&format!("{part:#?}")), "{part}");
    }
    assert!(told.has_secret(&format!("{:#?}", &SECRET[5..10])));
    assert!(!told.has_secret("VerifiedToken { header: Header { algorithm: ES256, .. }, .. }"));
}
