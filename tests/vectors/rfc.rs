//! `rfc/`: the examples of the RFCs.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libtest_mimic::Trial;
use serde_json::Value;
use tower_bearer::dangerous::decode_unverified_header;
use tower_bearer::jose::{Jwk, RegisteredClaims};
use tower_bearer::keys::KeySet;
use tower_bearer::{AuthError, TokenError, VerifyingKey};

use crate::corpus::{file, list, text, trial};
use crate::outcome::{is_signed_by, lax, payload};

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = file("rfc/jws_examples.json", |file| {
        let cases = list(file, "cases");
        let check = |case: Value| move || check_example(&case);
        cases
            .iter()
            .map(|case| {
                trial(
                    format!("rfc/jws_examples: {}", text(case, "id")),
                    check(case.clone()),
                )
            })
            .collect()
    });
    trials.extend(file("rfc/thumbprints.json", thumbprints));
    trials.extend(file("rfc/dpop_rfc9449.json", proofs));
    trials
}

fn check_example(case: &Value) {
    let token = text(case, "token");
    // An encrypted token has no key in the file: any will do to refuse it with.
    let key = match &case["key"] {
        Value::Null => VerifyingKey::from_secret([7; 64]).unwrap(),
        key => VerifyingKey::from_jwk(key.to_string()).unwrap(),
    };
    let keys = KeySet::from(key.clone());
    let verify = |now| {
        let verifier = lax(keys.clone(), now)
            .leeway(std::time::Duration::ZERO)
            .build();
        verifier.unwrap().verify_now(token).map(|_| ())
    };
    match text(case, "expect") {
        "accept" => {
            assert!(is_signed_by(&[key], token));
            if case["payload_is_claims"] == true {
                let valid_at = case["valid_at"].as_u64().unwrap();
                assert_eq!(verify(valid_at), Ok(()));
                let expired = AuthError::InvalidToken(TokenError::Expired);
                assert_eq!(verify(valid_at + 1), Err(expired));
            } else {
                assert_eq!(case["payload_is_claims"], false);
                let no_claims = AuthError::InvalidToken(TokenError::InvalidClaims);
                assert_eq!(verify(0), Err(no_claims));
            }
        }
        "reject" => {
            assert!(!is_signed_by(&[key], token));
            let error = verify(0).unwrap_err();
            let AuthError::InvalidToken(reason) = error else {
                panic!("{error:?}");
            };
            // Refused for its kind, not for a missing key.
            assert!(!matches!(
                reason,
                TokenError::UnknownKey | TokenError::BadSignature
            ));
        }
        other => panic!("what is {other}?"),
    }
}

fn thumbprints(file: &Value) -> Vec<Trial> {
    let (cases, rejects) = (list(file, "cases"), list(file, "reject"));
    let good = cases.iter().enumerate().map(|(index, case)| {
        let case = case.clone();
        trial(format!("rfc/thumbprints: {index}"), move || {
            let jwk = Jwk::parse(case["jwk"].to_string()).unwrap();
            assert_eq!(jwk.thumbprint().unwrap(), text(&case, "sha256"));
        })
    });
    let bad = rejects.iter().enumerate().map(|(index, case)| {
        let case = case.clone();
        trial(format!("rfc/thumbprints: reject {index}"), move || {
            assert!(Jwk::parse(case["jwk"].to_string()).is_err());
        })
    });
    good.chain(bad).collect()
}

fn proofs(file: &Value) -> Vec<Trial> {
    for name in file.as_object().unwrap().keys() {
        match name.as_str() {
            "corpus" | "source" | "proofs" | "access_token_hash" | "bound_access_token"
            // The answers of a layer for DPoP, which does not exist yet.
            | "requests" => {}
            other => panic!("what is {other}?"),
        }
    }
    let cases = list(file, "proofs");
    let mut trials: Vec<_> = cases
        .iter()
        .map(|case| {
            let (case, hash) = (case.clone(), file["access_token_hash"].clone());
            let name = format!("rfc/dpop_rfc9449: {}", text(&case, "id"));
            trial(name, move || check_proof(&case, &hash))
        })
        .collect();
    let bound = file["bound_access_token"].clone();
    trials.push(trial("rfc/dpop_rfc9449: bound token".into(), move || {
        check_bound_token(&bound);
    }));
    trials
}

fn check_proof(case: &Value, hash: &Value) {
    let proof = text(case, "proof");
    let header = decode_unverified_header(proof).unwrap();
    assert!(header.has_type("dpop+jwt"));
    let header: Value = serde_json::from_str(header.json()).unwrap();
    assert_eq!(header, case["header"]);
    let jwk = Jwk::parse(header["jwk"].to_string()).unwrap();
    assert_eq!(jwk.thumbprint().unwrap(), text(case, "jkt"));
    assert!(is_signed_by(
        &[VerifyingKey::try_from(&jwk).unwrap()],
        proof
    ));
    let claims: Value = serde_json::from_str(&payload(proof).unwrap()).unwrap();
    assert_eq!(claims, case["payload"]);
    if let Some(ath) = claims.get("ath") {
        assert_eq!(*ath, hash["ath"]);
        assert_eq!(*ath, sha256(text(hash, "access_token")));
    }
}

/// The crate exports no hash function: the back end is called directly.
fn sha256(text: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    URL_SAFE_NO_PAD.encode(digest)
}

/// Its key is not published: the signature is unknown, so it is refused for being bound.
fn check_bound_token(bound: &Value) {
    let token = text(bound, "token");
    let claims: Value = serde_json::from_str(&payload(token).unwrap()).unwrap();
    assert_eq!(claims, bound["payload"]);
    assert!(RegisteredClaims::parse(&claims.to_string()).is_ok());
    let now = claims["nbf"].as_u64().unwrap();
    let error = lax(KeySet::default(), now)
        .build()
        .unwrap()
        .verify_now(token);
    let reason = AuthError::InvalidToken(TokenError::SenderConstrained);
    assert_eq!(error.map(|_| ()), Err(reason));
}
