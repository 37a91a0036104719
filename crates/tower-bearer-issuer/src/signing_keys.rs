//! The keys of an issuer: one signs, others are published and still verify.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use serde::Serialize;
use tower_bearer::jose::{Jwk, KeyFamily, NumericDate};
use tower_bearer::keys::KeySet;
use tower_bearer::{KeyError, SigningKey, VerifyingKey};

use super::SetupError;
use super::document::Document;

/// The keys of now, replaced as a whole, so that nobody who signs or verifies waits.
pub(super) struct SigningKeys {
    current: ArcSwap<Generation>,
    /// For how long a key is published once it no longer signs.
    kept: Duration,
}

/// Keys that were trusted together.
pub(super) struct Generation {
    active: SigningKey,
    others: Vec<Published>,
    /// When the first of the others is to be dropped.
    first_end: Option<NumericDate>,
    key_set: KeySet,
    jwks: Document,
}

/// A key that does not sign here.
#[derive(Clone)]
struct Published {
    key: VerifyingKey,
    /// None for one that was published for good.
    until: Option<NumericDate>,
}

impl SigningKeys {
    pub(super) fn new(
        active: SigningKey,
        published: Vec<VerifyingKey>,
        kept: Duration,
    ) -> Result<Self, SetupError> {
        let generation = Generation::new(named(active)?, Vec::new())?;
        let generation = published.into_iter().try_fold(generation, |keys, key| {
            let key = named_public(key)?;
            Ok::<_, SetupError>(keys.published(key)?.unwrap_or(keys))
        })?;
        Ok(Self {
            current: ArcSwap::from_pointee(generation),
            kept,
        })
    }

    /// The keys at this time: those whose end has come are dropped before.
    pub(super) fn at(&self, now: NumericDate) -> Arc<Generation> {
        let current = self.current.load_full();
        if current.first_end.is_none_or(|end| now < end) {
            return current;
        }
        // The set was written before, so that writing less of it does not fail. If it did, the
        // keys would stay, which harms nobody.
        let _ = self.change(|keys| {
            let others = keys.others_at(now);
            Generation::new(keys.active.clone(), others).map(Some)
        });
        self.current.load_full()
    }

    pub(super) fn rotate(&self, key: SigningKey, now: NumericDate) -> Result<(), SetupError> {
        let key = named(key)?;
        let until = now.saturating_add(self.kept);
        self.change(|keys| keys.rotated(&key, now, until))
    }

    pub(super) fn publish(&self, key: VerifyingKey, now: NumericDate) -> Result<(), SetupError> {
        let key = named_public(key)?;
        self.at(now);
        self.change(|keys| keys.published(key.clone()))
    }

    /// Replaces the keys, unless the change has nothing to change. It may be asked several times.
    fn change(
        &self,
        change: impl Fn(&Generation) -> Result<Option<Generation>, SetupError>,
    ) -> Result<(), SetupError> {
        let mut outcome = Ok(());
        self.current.rcu(|keys| {
            let changed = change(keys);
            let (next, result) = match changed {
                Ok(Some(next)) => (Arc::new(next), Ok(())),
                Ok(None) => (Arc::clone(keys), Ok(())),
                Err(error) => (Arc::clone(keys), Err(error)),
            };
            outcome = result;
            next
        });
        outcome
    }
}

impl Generation {
    /// The keys must have names by now.
    fn new(active: SigningKey, others: Vec<Published>) -> Result<Self, SetupError> {
        let keys: Vec<_> = std::iter::once(active.verifying_key())
            .chain(others.iter().map(|other| other.key.clone()))
            .collect();
        Ok(Self {
            jwks: jwks(&keys)?,
            key_set: keys.into_iter().collect(),
            first_end: others.iter().filter_map(|other| other.until).min(),
            active,
            others,
        })
    }

    pub(super) fn active(&self) -> &SigningKey {
        &self.active
    }

    pub(super) fn key_set(&self) -> &KeySet {
        &self.key_set
    }

    pub(super) fn jwks(&self) -> &Document {
        &self.jwks
    }

    fn others_at(&self, now: NumericDate) -> Vec<Published> {
        let is_good = |other: &&Published| other.until.is_none_or(|until| now < until);
        self.others.iter().filter(is_good).cloned().collect()
    }

    fn rotated(
        &self,
        key: &SigningKey,
        now: NumericDate,
        until: NumericDate,
    ) -> Result<Option<Self>, SetupError> {
        let before = self.active.verifying_key();
        let public = key.verifying_key();
        if before == public {
            return Ok(None);
        }
        let mut others = self.others_at(now);
        others.retain(|other| other.key != public);
        others.push(Published {
            key: before,
            until: Some(until),
        });
        check_name(&others, &public)?;
        Self::new(key.clone(), others).map(Some)
    }

    fn published(&self, key: VerifyingKey) -> Result<Option<Self>, SetupError> {
        let mut others = self.others.clone();
        let known = others.iter_mut().find(|other| other.key == key);
        if let Some(known) = known {
            // One that would be dropped soon is now to stay.
            known.until = None;
            return Self::new(self.active.clone(), others).map(Some);
        }
        if self.active.verifying_key() == key {
            return Ok(None);
        }
        check_name(&others, &key)?;
        if self.active.key_id() == key.key_id() {
            return Err(same_name(&key));
        }
        others.push(Published { key, until: None });
        Self::new(self.active.clone(), others).map(Some)
    }
}

fn check_name(others: &[Published], key: &VerifyingKey) -> Result<(), SetupError> {
    if others
        .iter()
        .any(|other| other.key.key_id() == key.key_id())
    {
        return Err(same_name(key));
    }
    Ok(())
}

fn same_name(key: &VerifyingKey) -> SetupError {
    SetupError::RepeatedKeyId(key.key_id().unwrap_or_default().into())
}

fn named(key: SigningKey) -> Result<SigningKey, SetupError> {
    Ok(match name_for(&key.verifying_key())? {
        Some(name) => key.with_key_id(name),
        None => key,
    })
}

fn named_public(key: VerifyingKey) -> Result<VerifyingKey, SetupError> {
    Ok(match name_for(&key)? {
        Some(name) => key.with_key_id(name),
        None => key,
    })
}

/// A name for a key that has none.
fn name_for(key: &VerifyingKey) -> Result<Option<String>, SetupError> {
    match key.key_id() {
        Some("") => Err(SetupError::EmptyKeyId),
        Some(_) => Ok(None),
        // Whoever has a token could try secrets against the hash in it (RFC 7638 §7).
        None if key.family() == KeyFamily::Hmac => Err(SetupError::SecretWithoutKeyId),
        None => Ok(Some(Jwk::try_from(key)?.thumbprint()?)),
    }
}

/// The JWK Set of the keys, without those that are secrets.
fn jwks(keys: &[VerifyingKey]) -> Result<Document, SetupError> {
    #[derive(Serialize)]
    struct Set {
        keys: Vec<Jwk>,
    }

    let public = keys.iter().filter(|key| key.family() != KeyFamily::Hmac);
    let set = Set {
        keys: public.map(Jwk::try_from).collect::<Result<_, _>>()?,
    };
    let json = serde_json::to_string(&set)
        .map_err(|_| KeyError::Malformed("the JWK cannot be written as JSON"))?;
    Ok(Document::new(json))
}
