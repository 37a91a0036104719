//! `claims/third_party_claims.json`: claims from other libraries' tests.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libtest_mimic::Trial;
use serde_json::Value;
use tower_bearer::test_util::{FixedClock, sign};
use tower_bearer::{
    Algorithm, AuthError, ConfigError, SigningKey, TokenError, Validation, Verifier,
};

use crate::corpus::{file, list, text, trial};

/// The time of cases that name none.
const NOW: u64 = 1_767_225_600;

pub(crate) fn trials() -> Vec<Trial> {
    file("claims/third_party_claims.json", |file| {
        let cases = list(file, "cases");
        let secret = URL_SAFE_NO_PAD.decode(text(&file["key"], "k")).unwrap();
        let key = SigningKey::from_secret(Algorithm::HS256, secret).unwrap();
        cases
            .iter()
            .map(|case| {
                let (case, key) = (case.clone(), key.clone());
                let name = format!("claims/third_party_claims: {}", text(&case, "id"));
                trial(name, move || check(&case, &key))
            })
            .collect()
    })
}

fn verifier(case: &Value, key: &SigningKey) -> Result<Verifier, ConfigError> {
    let mut validation = Validation::new().leeway(Duration::ZERO);
    validation = match case.get("expected_audience") {
        Some(audience) => validation.audience(audience.as_str().unwrap()),
        None => validation.any_audience(),
    };
    if let Some(leeway) = case.get("leeway") {
        validation = validation.leeway(Duration::from_secs(leeway.as_u64().unwrap()));
    }
    if let Some(token_type) = case.get("expected_typ") {
        validation = validation.token_type(token_type.as_str().unwrap());
    }
    let now = case.get("now").map_or(NOW, |now| now.as_u64().unwrap());
    let builder = Verifier::builder()
        .validation(validation)
        .clock(FixedClock::at(now));
    match case.get("expected_issuers") {
        None => builder.any_issuer(key.verifying_key()),
        Some(names) => names
            .as_array()
            .unwrap()
            .iter()
            .fold(builder, |builder, name| {
                builder.issuer(name.as_str().unwrap(), key.verifying_key())
            }),
    }
    .build()
}

fn check(case: &Value, key: &SigningKey) {
    for name in case.as_object().unwrap().keys() {
        match name.as_str() {
            "id" | "payload_text" | "expect" | "source" | "token" | "header" | "expected_typ"
            | "expected_audience" | "expected_issuers" | "now" | "leeway"
            // For us, it always is.
            | "audience_required" => {}
            other => panic!("what is {other}?"),
        }
    }
    let verifier = match verifier(case, key) {
        Ok(verifier) => verifier,
        // A verifier cannot trust no issuer, or require an empty type.
        Err(error) => {
            assert!(matches!(
                error,
                ConfigError::NoIssuer | ConfigError::EmptyName(_)
            ));
            assert_eq!(case["expect"], "reject");
            return;
        }
    };
    let verify = |token: &str| verifier.verify_now(token).map(|_| ());
    let result = verify(text(case, "token"));
    let Some(amended) = with_expiry(case, key) else {
        return assert_expected(case, &result);
    };
    // We always require `exp`, so these claims get one.
    assert!(result.is_err());
    if text(case, "expect") == "accept" {
        let reason = AuthError::InvalidToken(TokenError::MissingClaim);
        assert_eq!(result, Err(reason));
    }
    assert_expected(case, &verify(&amended));
}

fn assert_expected(case: &Value, result: &Result<(), AuthError>) {
    match text(case, "expect") {
        "accept" => assert_eq!(*result, Ok(())),
        "reject" => assert!(matches!(result, Err(AuthError::InvalidToken(_)))),
        other => panic!("what is {other}?"),
    }
}

/// Adds an `exp` to the token's claims, if they are an object without one.
fn with_expiry(case: &Value, key: &SigningKey) -> Option<String> {
    let payload = text(case, "payload_text");
    let mut claims: Value = serde_json::from_str(payload).ok()?;
    let claims = claims.as_object_mut()?;
    if claims.contains_key("exp") {
        return None;
    }
    claims.insert("exp".into(), 9_999_999_999_u64.into());
    let default = serde_json::json!({"alg": "HS256"});
    let header = case.get("header").unwrap_or(&default).to_string();
    Some(sign(key, header, serde_json::to_string(claims).unwrap()))
}
