//! Every text of every file, sent as a token: a malformed one is checked against no key.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libtest_mimic::Trial;
use serde::de::IgnoredAny;
use serde_json::Value;
use tower_bearer::keys::KeySet;
use tower_bearer::test_util::FixedClock;
use tower_bearer::{AuthError, JwkSet, TokenError, Validation, Verifier};

use crate::corpus::trial;
use crate::leaks::texts;

/// No signature is longer: it is the largest RSA key's.
const LONGEST_SIGNATURE: usize = 1024;

pub(crate) fn trials() -> Vec<Trial> {
    let name = "junk: no malformed text reaches a signature";
    vec![trial(name.into(), no_malformed_text_reaches_a_signature)]
}

/// The flaw of a text, for any issuer and at any time.
fn flaw(verifier: &Verifier<IgnoredAny>, text: &str) -> Option<TokenError> {
    let Err(AuthError::InvalidToken(reason)) = verifier.verify_now(text).map(drop) else {
        return None;
    };
    let is_malformed = matches!(
        reason,
        TokenError::TooLong
            | TokenError::Malformed
            | TokenError::InvalidHeader
            | TokenError::UnsupportedAlgorithm
            | TokenError::CriticalHeader
            | TokenError::InvalidClaims
    );
    is_malformed.then_some(reason)
}

fn no_malformed_text_reaches_a_signature() {
    let file: Value = serde_json::from_str(include_str!("derived/tokens.json")).unwrap();
    let keys = KeySet::from(JwkSet::parse(file["jwks"].to_string()).unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let keys = move || {
        counter.fetch_add(1, Ordering::Relaxed);
        keys.clone()
    };
    let asked = || asked.load(Ordering::Relaxed);
    let verifier = Verifier::typed()
        .any_issuer(keys)
        .validation(Validation::new().any_audience())
        .clock(FixedClock::at(file["clock"].as_u64().unwrap()))
        .build()
        .unwrap();

    let (mut flaws, mut undecodable) = (0, 0);
    for text in texts() {
        let before = asked();
        let Some(reason) = flaw(&verifier, &text) else {
            continue;
        };
        if asked() > before {
            // The key was looked up, but there is no signature.
            let (_, signature) = text.rsplit_once('.').unwrap();
            let signature = URL_SAFE_NO_PAD.decode(signature);
            assert!(
                signature.is_err() || signature.is_ok_and(|it| it.len() > LONGEST_SIGNATURE),
                "{reason}: {text}"
            );
            undecodable += 1;
            continue;
        }
        flaws += 1;
        if matches!(reason, TokenError::TooLong | TokenError::Malformed) {
            continue;
        }
        // Not the signature gives it away.
        let (rest, _) = text.rsplit_once('.').unwrap();
        let signed = format!("{rest}.{}", "A".repeat(86));
        assert_eq!(flaw(&verifier, &signed), Some(reason), "{text}");
        assert_eq!(asked(), before, "{reason}: {text}");
    }
    assert!(flaws > 500 && undecodable > 0, "{flaws}, {undecodable}");
}
