//! Texts that `Debug` must not show.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

/// An HMAC secret, wiped when dropped.
///
/// A number is refused: readers that guess types have truncated it.
#[derive(Clone)]
pub(super) struct Secret(pub(super) Zeroizing<String>);

/// A URL that may hold a secret.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub(super) struct HiddenUrl(pub(super) String);

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SecretVisitor)
    }
}

struct SecretVisitor;

/// Without the number, which is the secret.
const NUMBER: &str = "the secret was read as a number: quote it, or use `secret_files`";

impl Visitor<'_> for SecretVisitor {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, secret: &str) -> Result<Secret, E> {
        self.visit_string(secret.to_owned())
    }

    fn visit_string<E: Error>(self, secret: String) -> Result<Secret, E> {
        Ok(Secret(Zeroizing::new(secret)))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Secret, E> {
        Err(E::custom(NUMBER))
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<Secret, E> {
        Err(E::custom(NUMBER))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Secret, E> {
        Err(E::custom(NUMBER))
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<Secret, E> {
        Err(E::custom(NUMBER))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Secret, E> {
        Err(E::custom(NUMBER))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl fmt::Debug for HiddenUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}
