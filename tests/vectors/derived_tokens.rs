//! `derived/tokens.json`: a token for every class of attack.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libtest_mimic::Trial;
use serde_json::Value;
use tower_bearer::keys::KeySet;
use tower_bearer::test_util::{FixedClock, TestIssuer, sign};
use tower_bearer::{Algorithm, AuthError, JwkSet, TokenError, Verifier};

use crate::corpus::{list, text, trial};
use crate::responses;

/// If the file leaves the choice to us: accept these, and refuse the others.
const ACCEPTED: [&str; 9] = [
    "keys-in-header/jwk-private",
    "kid/absent",
    "typ/cty-JWT",
    "typ/zip-DEF",
    "header-json/huge-exponent",
    "signature/es256-other-s",
    "claims/exp-1e18",
    "claims/exp-long-fraction",
    "payload-json/nested-100",
];

/// A verifier's default limit.
const LIMIT: usize = 16 * 1024;

fn file() -> Value {
    serde_json::from_str(include_str!("derived/tokens.json")).unwrap()
}

/// The verifier that the file describes.
fn verifier(file: &Value, token_type: Option<&str>) -> Verifier {
    let jwks = JwkSet::parse(file["jwks"].to_string()).unwrap();
    let builder = Verifier::builder()
        .issuer(text(file, "issuer"), KeySet::from(jwks))
        .audience(text(file, "audience"))
        .leeway(Duration::ZERO)
        .clock(FixedClock::at(file["clock"].as_u64().unwrap()));
    match token_type {
        Some(token_type) => builder.token_type(token_type),
        None => builder,
    }
    .build()
    .unwrap()
}

/// A good token of the file.
fn good_token(file: &Value) -> &str {
    let control = list(file, "cases")
        .iter()
        .find(|case| case["id"] == "control/ES256");
    text(control.unwrap(), "token")
}

pub(crate) fn trials() -> Vec<Trial> {
    let file = file();
    let cases = list(&file, "cases");
    assert_eq!(cases.len(), 274);
    let mut trials: Vec<_> = cases
        .iter()
        .map(|case| {
            for name in case.as_object().unwrap().keys() {
                match name.as_str() {
                    "group" | "id" | "token" | "expect" | "why" | "config"
                    // Nothing here can fetch: the keys are the file's.
                    | "must_not_fetch" => {}
                    other => panic!("{}: what is {other}?", case["id"]),
                }
            }
            let token_type = case.get("config").map(|config| {
                assert_eq!(config.as_object().unwrap().len(), 1, "{config}");
                text(config, "expected_typ")
            });
            let id = text(case, "id");
            let is_good = match text(case, "expect") {
                // Both back ends support all our algorithms.
                "accept" | "accept_if_supported" => true,
                "reject" => false,
                "either" | "accept_or_reject_no_crash" => ACCEPTED.contains(&id),
                other => panic!("{id}: what is {other}?"),
            };
            let verifier = verifier(&file, token_type);
            let token = text(case, "token").to_owned();
            trial(format!("derived/tokens: {id}"), move || {
                let result = verifier.verify_now(&token).map(|_| ());
                assert_eq!(result.is_ok(), is_good, "{result:?}");
                if let Err(error) = &result {
                    assert!(matches!(error, AuthError::InvalidToken(_)), "{error:?}");
                }
                responses::assert_of_token(verifier, &token, &result);
            })
        })
        .collect();
    let recipes = list(&file, "size_bombs");
    assert_eq!(recipes.len(), 8);
    trials.extend(recipes.iter().map(|recipe| size_trial(&file, recipe)));
    trials
}

/// A trial of one recipe for a token of a given size.
fn size_trial(file: &Value, recipe: &Value) -> Trial {
    let id = text(recipe, "id").to_owned();
    let good = good_token(file);
    let (rest, signature) = good.rsplit_once('.').unwrap();
    let (header, payload) = rest.split_once('.').unwrap();
    let (token, reason) = match id.as_str() {
        "dots-1000" => (".".repeat(1000), TokenError::Malformed),
        "dots-8000" => (".".repeat(8000), TokenError::Malformed),
        "dots-60000" => (".".repeat(60_000), TokenError::TooLong),
        "header-1MiB" => {
            let header = format!(r#"{{"alg":"ES256","x":"{}"}}"#, "a".repeat(1 << 20));
            let header = URL_SAFE_NO_PAD.encode(header);
            (
                format!("{header}.{payload}.{signature}"),
                TokenError::TooLong,
            )
        }
        "payload-10MiB" => {
            let payload = "A".repeat(10 << 20);
            (
                format!("{header}.{payload}.{signature}"),
                TokenError::TooLong,
            )
        }
        "signature-10MiB" => (
            format!("{rest}.{}", "A".repeat(10 << 20)),
            TokenError::TooLong,
        ),
        "at-limit" => return limit_trial(&id, LIMIT, true),
        "limit+1" => return limit_trial(&id, LIMIT + 1, false),
        other => panic!("how is {other} made?"),
    };
    let verifier = verifier(file, None);
    trial(format!("derived/tokens: size/{id}"), move || {
        let result = verifier.verify_now(&token).map(|_| ());
        assert_eq!(result, Err(AuthError::InvalidToken(reason)));
        responses::assert_of_token(verifier, &token, &result);
    })
}

/// A token of this length with our own key: the file's keys are gone.
fn limit_trial(id: &str, length: usize, is_good: bool) -> Trial {
    trial(format!("derived/tokens: size/{id}"), move || {
        let issuer = TestIssuer::new("issuer", Algorithm::EdDSA);
        let verifier = Verifier::builder()
            .issuer("issuer", issuer.verifying_key())
            .any_audience()
            .build()
            .unwrap();
        let token = (0..LIMIT)
            .rev()
            .flat_map(|pad| [(pad, ""), (pad, " "), (pad, "  ")])
            .map(|(pad, space)| {
                let header = format!(r#"{{"alg":"EdDSA"{space}}}"#);
                let pad = "a".repeat(pad);
                let payload = format!(r#"{{"iss":"issuer","exp":9999999999,"pad":"{pad}"}}"#);
                (header, payload)
            })
            .find(|(header, payload)| {
                let encoded = |len: usize| (len * 4).div_ceil(3);
                encoded(header.len()) + encoded(payload.len()) + 2 + 86 == length
            })
            .map(|(header, payload)| sign(issuer.signing_key(), header, payload))
            .unwrap();
        assert_eq!(token.len(), length);
        let result = verifier.verify_now(&token).map(|_| ());
        let too_long = Err(AuthError::InvalidToken(TokenError::TooLong));
        assert_eq!(result, if is_good { Ok(()) } else { too_long });
        responses::assert_of_token(verifier, &token, &result);
    })
}
