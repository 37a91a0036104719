//! Junk costs no signature: none of it is checked against a key.
#![expect(clippy::arithmetic_side_effects, reason = "all numbers are small")]

#[path = "../../../benches/junk/mod.rs"]
mod kinds;

use super::*;

/// A verifier of RS256 tokens, and the number of lookups of its key: no signature is checked
/// without one.
fn verifier() -> (Verifier, impl Fn() -> usize) {
    let keys = KeySet::from(TestIssuer::new(ISSUER, Algorithm::RS256).verifying_key());
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let keys = move || {
        counter.fetch_add(1, Ordering::Relaxed);
        keys.clone()
    };
    let verifier = builder_with(keys).audience(AUDIENCE).build().unwrap();
    // Once when it was built.
    (verifier, move || asked.load(Ordering::Relaxed) - 1)
}

fn reason(verifier: &Verifier, token: &str) -> TokenError {
    match verifier.verify_now(token) {
        Err(AuthError::InvalidToken(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

/// The same with a plausible RS256 signature.
fn with_signature(token: &str) -> String {
    let rest = token.rsplit_once('.').map_or(token, |(rest, _)| rest);
    format!("{rest}.{}", "A".repeat(342))
}

#[test]
fn no_junk_reaches_a_signature() {
    let (verifier, asked) = verifier();
    for (kind, make) in kinds::KINDS {
        for len in [4096, 8192, 16 * 1024 - 400] {
            let junk = make(len);
            if kind == "a long signature" {
                // All else is right, so the key is looked up. A text that cannot be decoded is no
                // signature to check.
                assert_eq!(reason(&verifier, &junk), TokenError::Malformed);
                continue;
            }
            let before = asked();
            let refused = reason(&verifier, &junk);
            assert_ne!(refused, TokenError::BadSignature, "{kind}");
            // Not the signature gives it away.
            if refused != TokenError::Malformed {
                assert_eq!(reason(&verifier, &with_signature(&junk)), refused, "{kind}");
            }
            assert_eq!(asked(), before, "{kind}, {len} bytes: {refused}");
        }
    }
}

#[test]
fn a_forged_token_does() {
    let (verifier, asked) = verifier();
    let (_, long_signature) = kinds::KINDS[2];
    let forged = with_signature(&long_signature(1024));
    assert_eq!(reason(&verifier, &forged), TokenError::BadSignature);
    assert_eq!(asked(), 1);
}
