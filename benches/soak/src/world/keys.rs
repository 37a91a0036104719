//! The issuer's keys, and their rotation.
//!
//! They are made, published and used here, not by the crate under test.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, sleep_until};

use super::key_endpoint::KeyEndpoint;
use crate::clock::Moment;

/// The interval of new keys.
const PERIOD: Duration = Duration::from_secs(10);
/// How long every other key is published before it signs. The rest sign at once, so that their
/// first token causes a fetch.
const AHEAD: Duration = Duration::from_secs(4);
/// How long a key stays published after it stopped signing. Tokens are sent for longer.
const KEPT: Duration = Duration::from_secs(11);

pub(crate) struct Key {
    pub(crate) id: String,
    pair: Pair,
    published: OnceLock<Duration>,
    withdrawn: OnceLock<Duration>,
}

enum Pair {
    Es256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Key {
    /// A new key: every second one is of the other algorithm.
    pub(crate) fn generate(number: u64) -> Self {
        let pair = if number.is_multiple_of(2) {
            Pair::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
        } else {
            Pair::Ed25519(Ed25519KeyPair::generate().unwrap())
        };
        Self {
            id: format!("key-{number}"),
            pair,
            published: OnceLock::new(),
            withdrawn: OnceLock::new(),
        }
    }

    pub(crate) fn algorithm(&self) -> &'static str {
        match self.pair {
            Pair::Es256(_) => "ES256",
            Pair::Ed25519(_) => "EdDSA",
        }
    }

    pub(crate) fn jwk(&self) -> Value {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match &self.pair {
            Pair::Es256(pair) => {
                // An uncompressed point: its prefix byte, and both coordinates.
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({ "kid": self.id, "kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y) })
            }
            Pair::Ed25519(pair) => {
                let x = encode(pair.public_key().as_ref());
                json!({ "kid": self.id, "kty": "OKP", "crv": "Ed25519", "x": x })
            }
        }
    }

    /// A compact JWS signed with this key, whose header names this key or another.
    pub(crate) fn sign(&self, key_id: &str, algorithm: &str, claims: &Value) -> String {
        let header = json!({ "typ": "JWT", "alg": algorithm, "kid": key_id });
        let mut text = URL_SAFE_NO_PAD.encode(header.to_string());
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(claims.to_string(), &mut text);
        let signature = match &self.pair {
            Pair::Es256(pair) => {
                let signature = pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
                URL_SAFE_NO_PAD.encode(signature)
            }
            Pair::Ed25519(pair) => URL_SAFE_NO_PAD.encode(pair.sign(text.as_bytes())),
        };
        text.push('.');
        text + &signature
    }

    pub(crate) fn published_at(&self) -> Duration {
        *self.published.get().unwrap()
    }

    pub(crate) fn withdrawn_at(&self) -> Option<Duration> {
        self.withdrawn.get().copied()
    }
}

/// The signing key, and the published keys.
pub(crate) struct Keys {
    endpoint: Arc<KeyEndpoint>,
    signing: Mutex<Arc<Key>>,
    published: Mutex<Vec<Arc<Key>>>,
}

impl Keys {
    pub(crate) fn new(endpoint: Arc<KeyEndpoint>) -> Self {
        let first = Arc::new(Key::generate(0));
        let keys = Self {
            endpoint,
            signing: Mutex::new(Arc::clone(&first)),
            published: Mutex::default(),
        };
        keys.publish(first);
        keys
    }

    pub(crate) fn signing(&self) -> Arc<Key> {
        Arc::clone(&self.signing.lock().unwrap())
    }

    /// Rotates the key until cancelled.
    pub(crate) async fn rotate(self: Arc<Self>) {
        let mut next = Instant::now();
        for number in 1.. {
            next += PERIOD;
            sleep_until(next).await;
            let key = Arc::new(Key::generate(number));
            self.publish(Arc::clone(&key));
            if number.is_multiple_of(4) || number % 4 == 1 {
                sleep(AHEAD).await;
            }
            let before = std::mem::replace(&mut *self.signing.lock().unwrap(), key);
            let keys = Arc::clone(&self);
            tokio::spawn(async move {
                sleep(KEPT).await;
                keys.withdraw(&before);
            });
        }
    }

    fn publish(&self, key: Arc<Key>) {
        let mut published = self.published.lock().unwrap();
        key.published.set(Moment::now().at).unwrap();
        published.push(key);
        self.endpoint.serve(&jwks(&published));
    }

    fn withdraw(&self, key: &Arc<Key>) {
        let mut published = self.published.lock().unwrap();
        key.withdrawn.set(Moment::now().at).unwrap();
        published.retain(|it| !Arc::ptr_eq(it, key));
        self.endpoint.serve(&jwks(&published));
    }
}

fn jwks(keys: &[Arc<Key>]) -> Vec<Value> {
    keys.iter().map(|key| key.jwk()).collect()
}
