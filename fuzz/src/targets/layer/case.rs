//! Tokens, and whether they are to be accepted.

use std::sync::LazyLock;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use tower_bearer::jose::{KeyFamily, Token};
use tower_bearer::keys::KeySet;
use tower_bearer::test_util::sign;
use tower_bearer::{Algorithm, SigningKey};

use super::publication::Served;
use crate::json::Object;
use crate::judge::{self, NANOS, Verdict};
use crate::world::{AUDIENCE, ISSUER, START, published_key};

/// A token, and what is known of it.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) text: String,
    pub(super) header: Option<String>,
    pub(super) payload: Option<String>,
    /// By which of the published keys it is signed.
    pub(super) remote: Option<Served>,
}

pub(super) const REMOTE: &str = "https://remote.example.com";
pub(super) const LONGEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

impl Case {
    pub(super) fn local(header: &[u8], payload: &[u8]) -> Self {
        let text = |bytes: &[u8]| str::from_utf8(bytes).ok().map(ToOwned::to_owned);
        let name = text(header).and_then(|header| {
            let header = Object::parse(&header)?;
            header
                .member("alg")
                .and_then(Value::as_str)
                .map(ToOwned::to_owned)
        });
        let key = name.and_then(|name| KEYS.iter().find(|key| key.algorithm().name() == name));
        Self {
            text: sign(key.unwrap_or(&KEYS[0]), header, payload),
            header: text(header),
            payload: text(payload),
            remote: None,
        }
    }

    fn remote(key_id: &str, signed_by: Served) -> Self {
        let header = format!(r#"{{"alg":"EdDSA","kid":"{key_id}"}}"#);
        let end = START + 20 * 60 * 60;
        let payload = format!(
            r#"{{"iss":"{REMOTE}","aud":"{AUDIENCE}","sub":"alice","sid":"{key_id}","jti":"{key_id}","iat":{START},"exp":{end}}}"#
        );
        Self {
            text: sign(&published_key(key_id), &header, &payload),
            header: Some(header),
            payload: Some(payload),
            remote: Some(signed_by),
        }
    }

    pub(super) fn verdict(&self, now: i128) -> Verdict {
        /// Longer tokens are refused, whatever they say.
        const MAX_LEN: usize = 16 * 1024;

        let (Some(header), Some(payload)) = (&self.header, &self.payload) else {
            return Verdict::Bad;
        };
        if self.text.len() > MAX_LEN {
            return Verdict::Bad;
        }
        let longest_life = i128::from(LONGEST_LIFE.as_secs()) * NANOS;
        let issuer = if self.remote.is_some() {
            REMOTE
        } else {
            ISSUER
        };
        let verdicts = [
            judge::header(header),
            judge::payload(payload, issuer, now, Some(longest_life)),
        ];
        if verdicts.contains(&Verdict::Bad) {
            return Verdict::Bad;
        }
        if verdicts.contains(&Verdict::Unsure) {
            return Verdict::Unsure;
        }
        if self.remote.is_some() || self.has_local_key() {
            Verdict::Good
        } else {
            Verdict::Bad
        }
    }

    pub(super) fn claims(&self) -> Option<Object> {
        self.payload.as_deref().and_then(Object::parse)
    }

    /// Whether a key is at hand for the algorithm that the header names.
    fn has_local_key(&self) -> bool {
        let header = self
            .header
            .as_deref()
            .and_then(Object::parse)
            .expect("it was judged");
        let name = header.member("alg").and_then(Value::as_str);
        KEYS.iter().any(|key| Some(key.algorithm().name()) == name)
    }

    pub(super) fn forged(&self, bit: u16) -> String {
        let token = Token::parse(self.text.as_bytes()).expect("it was signed");
        let mut signature = URL_SAFE_NO_PAD
            .decode(token.signature())
            .expect("it was signed");
        let place = usize::from(bit / 8) % signature.len();
        signature[place] ^= 1 << (bit % 8);
        let signed = str::from_utf8(token.signing_input()).expect("base64url");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// The keys of the issuer whose keys are at hand. They have no names, and so fit any.
static KEYS: LazyLock<Vec<SigningKey>> = LazyLock::new(|| {
    let algorithms = [
        Algorithm::HS256,
        Algorithm::HS384,
        Algorithm::HS512,
        Algorithm::ES256,
        Algorithm::Ed25519,
    ];
    algorithms.into_iter().map(nameless).collect()
});

pub(super) static LOCAL_KEYS: LazyLock<KeySet> =
    LazyLock::new(|| KEYS.iter().map(SigningKey::verifying_key).collect());

/// Good tokens of the issuer whose keys have to be fetched.
pub(super) static REMOTE_TOKENS: LazyLock<[Case; 2]> = LazyLock::new(|| {
    [
        Case::remote("a", Served::OnlyA),
        Case::remote("b", Served::OnlyB),
    ]
});

fn nameless(algorithm: Algorithm) -> SigningKey {
    let key = match algorithm.family() {
        KeyFamily::Hmac => SigningKey::from_secret(algorithm, [7; 64]),
        _ => SigningKey::generate(algorithm),
    };
    key.expect("a good key")
}
