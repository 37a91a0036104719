//! `jsontestsuite/parsing.json`: valid and invalid JSON.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use libtest_mimic::Trial;
use serde_json::Value;
use tower_bearer::test_util::{sign, signing_key};
use tower_bearer::{Algorithm, AuthError, JwkSet, TokenError};

use crate::corpus::{file, list, text, trial};
use crate::outcome::lax;

pub(crate) fn trials() -> Vec<Trial> {
    file("jsontestsuite/parsing.json", |file| {
        let cases = list(file, "cases");
        cases
            .iter()
            .map(|case| {
                let case = case.clone();
                let name = format!("jsontestsuite/parsing: {}", text(&case, "name"));
                trial(name, move || check(&case))
            })
            .collect()
    })
}

fn document(case: &Value) -> Vec<u8> {
    let Some(repeat) = case.get("repeat") else {
        return STANDARD.decode(text(case, "base64")).unwrap();
    };
    let unit = STANDARD.decode(text(repeat, "unit_base64")).unwrap();
    let times = repeat["times"].as_u64().unwrap();
    let mut document = unit.repeat(times.try_into().unwrap());
    if repeat["then_newline"] == true {
        document.push(b'\n');
    }
    document
}

/// The verdict on a token with this header and this payload.
fn verify(header: &[u8], payload: &[u8]) -> Result<(), TokenError> {
    let key = signing_key(Algorithm::HS256);
    let verifier = lax(key.verifying_key().into(), 0).build().unwrap();
    match verifier.verify_now(sign(&key, header, payload)) {
        Ok(_) => Ok(()),
        Err(AuthError::InvalidToken(reason)) => Err(reason),
        Err(error) => panic!("{error:?}"),
    }
}

fn check(case: &Value) {
    const HEADER: &[u8] = br#"{"alg":"HS256"}"#;
    const CLAIMS: &[u8] = br#"{"exp":1}"#;
    // The key of RFC 8037, appendix A.2.
    const KEY: &[u8] =
        br#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

    assert_eq!(verify(HEADER, CLAIMS), Ok(()));
    let document = document(case);
    let as_member = |other: &[u8]| [other, br#","x":"#, &document, b"}"].concat();
    let results = [
        verify(&document, CLAIMS),
        verify(HEADER, &document),
        verify(&as_member(br#"{"alg":"HS256""#), CLAIMS),
        verify(HEADER, &as_member(br#"{"exp":1"#)),
    ];
    // As a set, as a member of one, and as a key of one, beside a good key.
    let parses = |parts: &[&[u8]]| JwkSet::parse(parts.concat()).is_ok();
    let key_sets = [
        parses(&[&document]),
        parses(&[br#"{"keys":["#, KEY, br#"],"x":"#, &document, b"}"]),
        parses(&[br#"{"keys":["#, KEY, b",", &document, b"]}"]),
    ];
    match text(case, "expect_json") {
        "reject" => {
            assert_eq!(results[0], Err(TokenError::InvalidHeader));
            assert_eq!(results[1], Err(TokenError::InvalidClaims));
            assert_eq!(results[2], Err(TokenError::InvalidHeader));
            assert_eq!(results[3], Err(TokenError::InvalidClaims));
            assert_eq!(key_sets, [false; 3]);
        }
        // By itself it lacks required members of a header or claims, but it may be nested in them.
        "accept" => {
            assert_eq!(results[0], Err(TokenError::InvalidHeader));
            assert!(results[1].is_err());
            assert_eq!(results[2..], [Ok(()), Ok(())]);
            // A key that is not one is skipped.
            assert_eq!(key_sets, [false, true, true]);
        }
        "either" => {
            assert!(results[..2].iter().all(Result::is_err));
            assert!(!key_sets[0]);
        }
        other => panic!("what is {other}?"),
    }
}
