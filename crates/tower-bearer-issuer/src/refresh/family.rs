//! What is kept of a family, and what it says to a token.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tower_bearer::jose::NumericDate;

use super::Grant;
use crate::crypto::equal;

/// For how long families and tokens are good.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lifetimes {
    pub(super) absolute: Duration,
    pub(super) idle: Duration,
    pub(super) grace: Duration,
}

/// A family, as the store has it. It holds no token, and nothing from which one could be made.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Family<D> {
    grant: Grant<D>,
    begun_at: NumericDate,
    used_at: NumericDate,
    /// What marked the subject when the family began, if anything did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mark: Option<String>,
    /// Tells the tokens of the family from made-up ones.
    key: Bytes,
    /// The hash of the token that is good.
    current: Bytes,
    /// The token that was used last, where it may be used again for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<Previous>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Previous {
    hash: Bytes,
    /// With the token itself, but only with it, this makes the next one.
    salt: Bytes,
}

impl<D> Family<D> {
    pub(super) fn begun(
        grant: Grant<D>,
        mark: Option<String>,
        key: [u8; 32],
        current: [u8; 32],
        now: NumericDate,
    ) -> Self {
        Self {
            grant,
            begun_at: now,
            used_at: now,
            mark,
            key: Bytes(key),
            current: Bytes(current),
            previous: None,
        }
    }

    /// The family after its token was used now, which gave the next by this salt.
    pub(super) fn used(self, next: [u8; 32], salt: Option<[u8; 32]>, now: NumericDate) -> Self {
        Self {
            used_at: now,
            previous: salt.map(|salt| Previous {
                hash: self.current,
                salt: Bytes(salt),
            }),
            current: Bytes(next),
            ..self
        }
    }

    pub(super) fn key(&self) -> &[u8; 32] {
        &self.key.0
    }

    pub(super) fn is_current(&self, hash: &[u8; 32]) -> bool {
        equal(hash, &self.current.0)
    }

    /// The salt of the next token, if this is the one that was used last, not long ago.
    pub(super) fn replay(
        &self,
        hash: &[u8; 32],
        grace: Duration,
        now: NumericDate,
    ) -> Option<&[u8; 32]> {
        let previous = self.previous.as_ref()?;
        let is_soon = now < self.used_at.saturating_add(grace);
        (is_soon && equal(hash, &previous.hash.0)).then_some(&previous.salt.0)
    }

    pub(super) fn expires_at(&self, lifetimes: &Lifetimes) -> NumericDate {
        let absolute = self.begun_at.saturating_add(lifetimes.absolute);
        absolute.min(self.used_at.saturating_add(lifetimes.idle))
    }

    pub(super) fn begun_at(&self) -> NumericDate {
        self.begun_at
    }

    pub(super) fn grant(&self) -> &Grant<D> {
        &self.grant
    }

    pub(super) fn mark(&self) -> Option<&str> {
        self.mark.as_deref()
    }
}

impl<D: Serialize + DeserializeOwned> Family<D> {
    pub(super) fn read(record: &[u8]) -> Option<Self> {
        serde_json::from_slice(record).ok()
    }

    pub(super) fn write(&self) -> Option<Vec<u8>> {
        serde_json::to_vec(self).ok()
    }
}

/// 32 bytes, as text in base64url.
#[derive(Clone)]
struct Bytes([u8; 32]);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut buffer = [0; 32];
        match URL_SAFE_NO_PAD.decode_slice(text, &mut buffer) {
            Ok(32) => Ok(Self(buffer)),
            _ => Err(D::Error::custom("not 32 bytes in base64url")),
        }
    }
}
