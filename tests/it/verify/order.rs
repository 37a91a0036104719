//! The cheapest check comes first, and only a token that passes those asks for keys.

use tower_bearer::keys::Refresh;
use tower_bearer::test_util::TokenBuilder;

use super::*;

type Flaw = fn(TokenBuilder<'_>) -> TokenBuilder<'_>;

/// A token with a flaw for every check from this one on, the last ones first.
///
/// Each step adds the flaw that must hide the one of the step before.
const STEPS: [(TokenError, Flaw); 13] = [
    (TokenError::UnknownKey, |token| {
        token.header("kid", "unknown")
    }),
    (TokenError::MissingClaim, |token| {
        token.without_claim("tenant")
    }),
    (TokenError::SenderConstrained, |token| token.claim("cnf", 1)),
    (TokenError::WrongAudience, |token| token.audience("other")),
    (TokenError::TooOld, |token| token.claim("iat", NOW - 9999)),
    (TokenError::IssuedInFuture, |token| {
        token.claim("iat", NOW + 999)
    }),
    (TokenError::NotYetValid, |token| {
        token.claim("nbf", NOW + 999)
    }),
    (TokenError::Expired, |token| token.expires_in(-999)),
    (TokenError::WrongType, |token| token.header("typ", "other")),
    (TokenError::AlgorithmNotAllowed, |token| {
        token.header("alg", "ES384")
    }),
    (TokenError::UntrustedIssuer, |token| {
        token.claim("iss", "other")
    }),
    (TokenError::InvalidClaims, |token| token.claim("sub", 1)),
    (TokenError::UnsupportedAlgorithm, |token| {
        token.header("alg", "none")
    }),
];

fn rules() -> Validation {
    Validation::new()
        .audience(AUDIENCE)
        .require_claim("tenant")
        .token_type("JWT")
        .algorithms([Algorithm::ES256])
        .max_age(std::time::Duration::from_secs(1000))
}

#[test]
fn the_first_flaw_is_the_one_that_is_named() {
    let (keys, asked) = CountingKeys::new(issuer().verifying_key(), || Refresh::Unchanged);
    let verifier = builder_with(keys).validation(rules()).build().unwrap();
    let forger = impostor();
    let mut token = forger
        .token()
        .header("alg", "ES256")
        .header("kid", "es256")
        .audience(AUDIENCE)
        .claim("tenant", "acme");
    assert_refuses(&verifier, token.clone().sign(), TokenError::BadSignature);
    for (step, (reason, add_flaw)) in STEPS.into_iter().enumerate() {
        token = add_flaw(token);
        assert_refuses(&verifier, token.clone().sign(), reason);
        // Only the first step gets as far as the keys.
        assert_eq!(asked(), 1, "step {step}");
    }
    let critical = token.clone().header("crit", "x");
    assert_refuses(
        &verifier,
        critical.clone().sign(),
        TokenError::CriticalHeader,
    );
    let header = critical.header("kid", 1);
    assert_refuses(&verifier, header.clone().sign(), TokenError::InvalidHeader);
    let malformed = header.clone().sign() + ".";
    assert_refuses(&verifier, malformed, TokenError::Malformed);
    let long = header.claim("pad", "x".repeat(16 * 1024)).sign() + ".";
    assert_refuses(&verifier, long, TokenError::TooLong);
    assert_eq!(asked(), 1);
}

#[test]
fn a_required_expiry_comes_before_the_other_times() {
    let verifier = verifier_by(rules());
    let token = issuer()
        .token()
        .without_claim("exp")
        .claim("nbf", NOW + 999)
        .sign();
    assert_refuses(&verifier, token, TokenError::MissingClaim);
}

#[test]
fn an_expired_token_reaches_neither_keys_nor_signature() {
    let (keys, asked) = CountingKeys::new(issuer().verifying_key(), || Refresh::Unchanged);
    let verifier = builder_with(keys).audience(AUDIENCE).build().unwrap();
    let issuer = issuer();
    let expired = issuer.token().audience(AUDIENCE).expires_in(-61);
    let unknown = expired.clone().header("kid", "unknown").sign();
    assert_refuses(&verifier, unknown, TokenError::Expired);
    let mut forged = expired.sign();
    forged.truncate(forged.len() - 4);
    assert_refuses(&verifier, &forged, TokenError::Expired);
    assert_refuses(&verifier, forged + "!!!!", TokenError::Expired);
    assert_eq!(asked(), 0);
}

#[test]
fn only_a_missing_key_asks_for_others() {
    let keys = [issuer().verifying_key(), issuer().verifying_key()];
    let [named, other] = [(keys[0].clone(), "a"), (impostor().verifying_key(), "b")]
        .map(|(key, key_id)| key.with_key_id(key_id));
    let keys: KeySet = [named, other].into_iter().collect();
    let (keys, asked) = CountingKeys::new(keys, || Refresh::Unchanged);
    let verifier = builder_with(keys).audience(AUDIENCE).build().unwrap();
    let issuer = issuer();
    let token = issuer.token().audience(AUDIENCE);
    assert_accepts(&verifier, token.clone().header("kid", "a").sign());
    // The key exists, but not for this algorithm.
    let confused = token.clone().header("kid", "b").sign();
    assert_refuses(&verifier, confused, TokenError::AlgorithmNotAllowed);
    assert_eq!(asked(), 0);
    let unknown = token.header("kid", "c").sign();
    assert_refuses(&verifier, unknown, TokenError::UnknownKey);
    assert_eq!(asked(), 1);
}

#[test]
fn the_signature_is_decoded_strictly_and_last() {
    let verifier = verifier();
    let token = token();
    let (rest, signature) = token.rsplit_once('.').unwrap();
    for bad in [
        format!("{signature}="),
        format!("{signature}=="),
        format!("{signature} "),
        format!("{signature}\n"),
        format!(" {signature}"),
        signature.replacen(&signature[..1], "+", 1),
        signature.replacen(&signature[..1], "/", 1),
        signature.replacen(&signature[..1], "%", 1),
        "A".repeat(2000),
        "A".repeat(16_000 - rest.len()),
    ] {
        assert_refuses(&verifier, format!("{rest}.{bad}"), TokenError::Malformed);
    }
    for (bad, reason) in [
        (String::new(), TokenError::BadSignature),
        (format!("{signature}A"), TokenError::BadSignature),
        (signature[..4].to_owned(), TokenError::BadSignature),
        ("A".repeat(86), TokenError::BadSignature),
        ("A".repeat(1364), TokenError::BadSignature),
    ] {
        assert_refuses(&verifier, format!("{rest}.{bad}"), reason);
    }
    // Unused bits of the last letter.
    let last = signature.chars().last().unwrap();
    let next = char::from(u8::try_from(last).unwrap() + 1);
    let other = format!("{rest}.{}{next}", &signature[..signature.len() - 1]);
    assert_refuses(&verifier, other, TokenError::Malformed);
}

#[test]
fn no_flipped_bit_of_a_token_is_accepted() {
    let verifier = verifier();
    let token = token();
    for position in 0..token.len() {
        for bit in [0, 1, 2, 3, 4, 5, 6, 7] {
            let mut bytes = token.clone().into_bytes();
            bytes[position] ^= 1 << bit;
            assert!(
                verifier.verify_now(bytes).is_err(),
                "byte {position}, bit {bit}"
            );
        }
    }
}
