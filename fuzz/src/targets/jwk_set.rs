//! JWK Sets and single JWKs → keys, read here, published, and handed over by `jsonwebtoken`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk;
use serde_json::Value;
use tower_bearer::jose::{Jwk, KeyFamily};
use tower_bearer::keys::{KeyProvider, RemoteKeys};
use tower_bearer::{Algorithm, ConfigError, JwkSet, VerifyingKey};

use crate::json::{Object, names};
use crate::runtime::block_on;
use crate::server::{Reply, Server};

/// The input is a document. What it holds is read as a set, and as a single key.
pub fn run(input: &[u8]) {
    read_set(input);
    read_key(input);
    let taken = serde_json::from_slice::<jwk::JwkSet>(input).ok();
    if let Some(set) = taken.and_then(|set| JwkSet::try_from(&set).ok()) {
        set.keys().iter().for_each(check_key);
    }
}

fn read_set(document: &[u8]) {
    let set = JwkSet::parse(document);
    let text = str::from_utf8(document).ok();
    let plain = text.and_then(Object::parse);
    let elements = plain
        .as_ref()
        .and_then(|plain| plain.member("keys")?.as_array());
    let set = match set {
        Ok(set) => set,
        Err(ConfigError::JwkSet(_)) => {
            assert!(elements.is_none_or(Vec::is_empty), "a set with keys");
            return;
        }
        Err(ConfigError::UnusableKeys(_)) => return,
        Err(error) => panic!("no fault of a set: {error:?}"),
    };

    block_on(fetch_set(document, &set));
    let names = names(text.expect("JSON is text")).expect("a set is an object");
    assert_eq!(names.iter().filter(|name| *name == "keys").count(), 1);
    assert!(!set.keys().is_empty());
    set.keys().iter().for_each(check_key);
    for (position, skipped) in set.skipped().iter().enumerate() {
        assert!(skipped.index() >= position);
        assert!(!skipped.reason().to_string().is_empty());
        assert!(
            skipped
                .key_id()
                .is_none_or(|key_id| key_id.len() < document.len())
        );
    }
    // Numbers that are out of range keep the plain reading from its end, but nothing else does.
    if let Some(elements) = elements {
        assert!(set.keys().len() + set.skipped().len() <= elements.len());
        assert!(
            set.skipped()
                .iter()
                .all(|skipped| skipped.index() < elements.len())
        );
        let usable = elements.iter().enumerate().filter(|(index, _)| {
            set.skipped()
                .iter()
                .all(|skipped| skipped.index() != *index)
        });
        for (_, element) in usable {
            check_members(element);
        }
    }
}

/// Nobody may publish a secret: of what a server says, only the other keys serve.
async fn fetch_set(document: &[u8], set: &JwkSet) {
    /// More are refused where they are published.
    const MOST: usize = 100;

    let published = document.to_vec();
    let server = Server::new(move |_, _| Reply::ok(published.clone()));
    let keys = RemoteKeys::builder("https://issuer.example.com/jwks.json").client(server);
    let keys = keys.build().expect("the set-up is right");
    let is_ready = keys.ready().await.is_ok();
    let public = set
        .keys()
        .iter()
        .filter(|key| key.family() != KeyFamily::Hmac)
        .count();
    if is_ready {
        assert_eq!(keys.status().keys, public);
    } else {
        // Between keys stand commas, but a comma need not stand between keys.
        let most = document.split(|&byte| byte == b',').count();
        assert!(public == 0 || most > MOST);
    }
}

fn read_key(json: &[u8]) {
    let key = VerifyingKey::from_jwk(json);
    let jwk = Jwk::parse(json);
    if let Ok(text) = str::from_utf8(json) {
        assert_eq!(serde_json::from_str::<Jwk>(text).is_ok(), jwk.is_ok());
    }
    let Ok(key) = key else {
        return;
    };
    check_key(&key);
    let jwk = jwk.expect("the key was read from it");
    assert_eq!(jwk.key_id(), key.key_id());
    assert!(jwk.thumbprint().is_ok());
    let text = str::from_utf8(json).expect("JSON is text");
    // Where a name is repeated, it is one that means nothing.
    if let Some(plain) = Object::parse(text) {
        check_members(&Value::Object(plain.into_members()));
    }

    if key.family() == KeyFamily::Hmac {
        assert!(serde_json::to_string(&jwk).is_err(), "a secret is exported");
        return;
    }
    let written = serde_json::to_string(&jwk).expect("public keys can be written");
    let again = Jwk::parse(&written).expect("what was written can be read");
    assert_eq!(again.thumbprint().ok(), jwk.thumbprint().ok());
    assert_eq!(again.key_id(), jwk.key_id());
}

/// What is true of every key that may verify.
fn check_key(key: &VerifyingKey) {
    assert!(!key.algorithms().is_empty());
    for algorithm in key.algorithms().iter() {
        assert_eq!(algorithm.family(), key.family());
        assert!(!key.verify(algorithm, b"message", b""));
        assert!(!key.verify(algorithm, b"message", &[0; 64]));
        let only = key
            .clone()
            .with_algorithms([algorithm])
            .expect("it permits this");
        assert_eq!(only.algorithms(), algorithm.into());
    }
    for &algorithm in Algorithm::ALL {
        let is_permitted = key.algorithms().contains(algorithm);
        assert_eq!(
            key.clone().with_algorithms([algorithm]).is_ok(),
            is_permitted
        );
    }
    let shown = format!("{:?}, algorithms: {:?}", key.key_id(), key.algorithms());
    assert_eq!(
        format!("{key:?}"),
        format!("VerifyingKey {{ key_id: {shown}, .. }}")
    );
    check_exchange(key);
}

/// What `jsonwebtoken` can hold of a key is the same key again.
fn check_exchange(key: &VerifyingKey) {
    let is_secret = key.family() == KeyFamily::Hmac;
    let theirs = jwk::Jwk::try_from(key);
    assert_eq!(theirs.is_err(), is_secret);
    if let Ok(theirs) = theirs {
        let again = VerifyingKey::try_from(&theirs).expect("it was ours");
        assert_eq!(thumbprint(&again), thumbprint(key));
        assert_eq!(again.key_id(), key.key_id());
    }
    let is_largest = key.algorithms() == Algorithm::ES512.into();
    let theirs = DecodingKey::try_from(key);
    assert_eq!(theirs.is_err(), is_secret || is_largest);
    if let Ok(theirs) = theirs {
        let again = VerifyingKey::try_from(&theirs).expect("it was ours");
        assert_eq!(thumbprint(&again), thumbprint(key));
    }
}

fn thumbprint(key: &VerifyingKey) -> Option<String> {
    Jwk::try_from(key).and_then(|jwk| jwk.thumbprint()).ok()
}

/// What must be true of the members of a key that is used.
fn check_members(members: &Value) {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let bytes = |name: &str| {
        URL_SAFE_NO_PAD
            .decode(text(name).unwrap_or_default())
            .unwrap_or_default()
    };
    let bits = |number: &[u8]| {
        let number: Vec<_> = number.iter().skip_while(|&&byte| byte == 0).collect();
        number.len() * 8
            - number
                .first()
                .map_or(0, |first| first.leading_zeros() as usize)
    };

    assert!(matches!(text("use"), None | Some("sig")), "{members}");
    if let Some(Value::Array(operations)) = members.get("key_ops") {
        assert!(
            operations.iter().any(|operation| operation == "verify"),
            "{members}"
        );
    }
    match text("kty") {
        Some("oct") => assert!(bytes("k").len() >= 32),
        Some("RSA") => {
            assert!((2048..=8192).contains(&bits(&bytes("n"))));
            assert!(bits(&bytes("e")) >= 2 && bytes("e").last().is_some_and(|last| last % 2 == 1));
        }
        Some("EC") => {
            let width = match text("crv") {
                Some("P-256") => 32,
                Some("P-384") => 48,
                Some("P-521") => 66,
                other => panic!("no curve of ours: {other:?}"),
            };
            assert_eq!([bytes("x").len(), bytes("y").len()], [width; 2]);
        }
        Some("OKP") => {
            assert_eq!(text("crv"), Some("Ed25519"));
            assert_eq!(bytes("x").len(), 32);
        }
        other => panic!("no type of ours: {other:?}"),
    }
}
