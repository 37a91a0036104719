//! What the files expect, and what the crate does.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tower_bearer::dangerous::decode_unverified_header;
use tower_bearer::jose::Token;
use tower_bearer::keys::KeySet;
use tower_bearer::test_util::FixedClock;
use tower_bearer::verify::VerifierBuilder;
use tower_bearer::{Validation, Verifier, VerifyingKey};

/// What a case expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expect {
    Accept,
    Reject,
    /// Either is correct, if nothing panics.
    Either,
}

#[track_caller]
pub(crate) fn assert_outcome(accepted: bool, expect: Expect, what: &str) {
    match expect {
        Expect::Accept => assert!(accepted, "refused: {what}"),
        Expect::Reject => assert!(!accepted, "accepted: {what}"),
        Expect::Either => {}
    }
}

/// A verifier of the signature, and of the mandatory claims.
pub(crate) fn lax(keys: KeySet, now: u64) -> VerifierBuilder<serde::de::IgnoredAny> {
    Verifier::typed()
        .any_issuer(keys)
        .validation(Validation::new().any_audience())
        .max_token_len(1 << 20)
        .clock(FixedClock::at(now))
}

/// Whether the token is a JWS with a supported header, signed by one of the keys: for payloads that
/// are not claims. As in a `KeySet`, the keys are those with the token's `kid`, or else those
/// without one; for a token without `kid`, all.
/// them for a token without `kid`.
pub(crate) fn is_signed_by(keys: &[VerifyingKey], text: &str) -> bool {
    let Ok(header) = decode_unverified_header(text) else {
        return false;
    };
    let token = Token::parse(text.as_bytes()).unwrap();
    let decoded = (
        URL_SAFE_NO_PAD.decode(token.payload()),
        URL_SAFE_NO_PAD.decode(token.signature()),
    );
    let (Ok(_payload), Ok(signature)) = decoded else {
        return false;
    };
    let is_known = keys.iter().any(|key| key.key_id() == header.key_id());
    let wanted = header.key_id().filter(|_| is_known);
    keys.iter()
        .filter(|key| header.key_id().is_none() || key.key_id() == wanted)
        .any(|key| key.verify(header.algorithm(), token.signing_input(), &signature))
}

/// The payload of a token, if it is text.
pub(crate) fn payload(text: &str) -> Option<String> {
    let token = Token::parse(text.as_bytes()).ok()?;
    String::from_utf8(URL_SAFE_NO_PAD.decode(token.payload()).ok()?).ok()
}
