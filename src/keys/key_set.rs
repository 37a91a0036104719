//! A set of keys, and the choice among them.

use std::sync::Arc;

use super::WantedKey;
use crate::error::TokenError;
use crate::jose::{Algorithm, JwkSet, VerifyingKey};

/// Keys that are trusted together. Cloning copies no key.
///
/// # How a key is chosen
///
/// 1. Take the keys with the token's `kid`, or if there are none, the keys without a `kid`. For a
///    token without `kid`, take all keys.
/// 2. Of these, take the keys that permit its algorithm.
/// 3. If one key remains, it is used. If several remain, the token is refused: trying them in turn
///    would let the token choose.
///
/// If a key has the `kid` but another algorithm, no other key is tried.
///
/// ```
/// use tower_bearer::VerifyingKey;
/// use tower_bearer::keys::KeySet;
///
/// let keys: KeySet = [
///     VerifyingKey::from_secret([1; 32])?.with_key_id("old"),
///     VerifyingKey::from_secret([2; 32])?.with_key_id("new"),
/// ]
/// .into_iter()
/// .collect();
/// assert_eq!(keys.len(), 2);
/// # Ok::<(), tower_bearer::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct KeySet(Keys);

/// One key needs no allocation of its own.
#[derive(Clone, Debug)]
enum Keys {
    One(VerifyingKey),
    /// Sorted by `kid`, those without one first.
    Many(Arc<[VerifyingKey]>),
}

impl KeySet {
    /// The keys, those without `kid` first, the others in the order of their `kid`.
    pub fn keys(&self) -> &[VerifyingKey] {
        match &self.0 {
            Keys::One(key) => std::slice::from_ref(key),
            Keys::Many(keys) => keys,
        }
    }

    /// The number of keys.
    pub fn len(&self) -> usize {
        self.keys().len()
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.keys().is_empty()
    }

    /// Whether a key permits the algorithm.
    pub(crate) fn permits(&self, algorithm: Algorithm) -> bool {
        let mut keys = self.keys().iter();
        keys.any(|key| key.algorithms().contains(algorithm))
    }

    pub(crate) fn select(&self, wanted: WantedKey<'_>) -> Result<&VerifyingKey, TokenError> {
        let Some(key_id) = wanted.key_id else {
            return only_fitting(self.keys(), wanted)?.ok_or(TokenError::UnknownKey);
        };
        let named = self.with_key_id(Some(key_id));
        if named.is_empty() {
            only_fitting(self.with_key_id(None), wanted)?.ok_or(TokenError::UnknownKey)
        } else {
            only_fitting(named, wanted)?.ok_or(TokenError::AlgorithmNotAllowed)
        }
    }

    /// Whether the other is this set or a clone of it. Sets with equal keys may still differ.
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Keys::One(key), _) => other.is_only(key),
            (Keys::Many(keys), Keys::Many(others)) => Arc::ptr_eq(keys, others),
            _ => false,
        }
    }

    /// Whether it was made from this one key.
    pub(super) fn is_only(&self, key: &VerifyingKey) -> bool {
        matches!(&self.0, Keys::One(only) if only == key)
    }

    fn with_key_id(&self, key_id: Option<&str>) -> &[VerifyingKey] {
        let keys = self.keys();
        let start = keys.partition_point(|key| key.key_id() < key_id);
        let rest = keys.get(start..).unwrap_or_default();
        let len = rest.partition_point(|key| key.key_id() == key_id);
        rest.get(..len).unwrap_or_default()
    }
}

fn only_fitting<'k>(
    keys: &'k [VerifyingKey],
    wanted: WantedKey<'_>,
) -> Result<Option<&'k VerifyingKey>, TokenError> {
    let mut fitting = keys
        .iter()
        .filter(|key| key.algorithms().contains(wanted.algorithm));
    match (fitting.next(), fitting.next()) {
        (key, None) => Ok(key),
        (_, Some(_)) => Err(TokenError::AmbiguousKey),
    }
}

impl Default for KeySet {
    fn default() -> Self {
        Self(Keys::Many(Arc::new([])))
    }
}

impl From<VerifyingKey> for KeySet {
    fn from(key: VerifyingKey) -> Self {
        Self(Keys::One(key))
    }
}

impl From<JwkSet> for KeySet {
    fn from(set: JwkSet) -> Self {
        set.keys().iter().cloned().collect()
    }
}

impl FromIterator<VerifyingKey> for KeySet {
    /// A repeated key with the same `kid` counts once.
    fn from_iter<I: IntoIterator<Item = VerifyingKey>>(keys: I) -> Self {
        let mut keys: Vec<_> = keys.into_iter().collect();
        keys.sort_by(|a, b| a.key_id().cmp(&b.key_id()));
        let mut distinct: Vec<VerifyingKey> = Vec::with_capacity(keys.len());
        for key in keys {
            let namesakes = distinct
                .iter()
                .rev()
                .take_while(|other| other.key_id() == key.key_id());
            if !namesakes.into_iter().any(|other| *other == key) {
                distinct.push(key);
            }
        }
        Self(Keys::Many(distinct.into()))
    }
}
