mod combined;
mod file;
mod key_set;
mod provider;
pub(crate) mod remote;

use tower_bearer::keys::{KeyProvider, KeySet};
use tower_bearer::{Algorithm, SigningKey, VerifyingKey};

use crate::jose::SECRET;

/// A secret that differs from others by its first byte.
fn secret(number: u8) -> VerifyingKey {
    let mut secret = SECRET;
    secret[0] = number;
    let key = SigningKey::from_secret(Algorithm::HS256, secret).unwrap();
    key.verifying_key()
}

fn named(number: u8, key_id: &str) -> VerifyingKey {
    secret(number).with_key_id(key_id)
}

#[track_caller]
fn assert_key_ids(keys: &KeySet, expected: &[Option<&str>]) {
    let key_ids: Vec<_> = keys.keys().iter().map(VerifyingKey::key_id).collect();
    assert_eq!(key_ids, expected);
    assert_eq!(keys.len(), expected.len());
    assert_eq!(keys.is_empty(), expected.is_empty());
}

#[track_caller]
fn assert_provides(keys: &dyn KeyProvider, expected: &[Option<&str>]) {
    let snapshot = keys.snapshot();
    assert_key_ids(&snapshot, expected);
    let changed = keys.snapshot_if_changed(&snapshot);
    assert!(changed.is_none_or(|keys| !keys.is_same(&snapshot)));
    let others: [KeySet; 2] = [
        named(250, "x").into(),
        [named(250, "x")].into_iter().collect(),
    ];
    for other in others {
        assert_key_ids(&keys.snapshot_if_changed(&other).unwrap(), expected);
    }
}
