//! `derived/jwks_documents.json`: documents, and the verdicts on tokens; with the document in
//! memory, and behind a URL.

use std::convert::Infallible;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use libtest_mimic::Trial;
use serde_json::Value;
use tower_bearer::keys::{KeyProvider, KeySet, RemoteKeys};
use tower_bearer::test_util::FixedClock;
use tower_bearer::{AuthError, JwkSet, Verifier};

use crate::corpus::{list, text, trial};
use crate::responses;

/// If the file leaves the choice to us, the documents whose tokens we accept. We refuse the others.
const ACCEPTED: [&str; 3] = ["only-kid-missing", "private-members", "rsa-n-leading-zero"];

pub(crate) fn trials() -> Vec<Trial> {
    let file: Value = serde_json::from_str(include_str!("derived/jwks_documents.json")).unwrap();
    let cases = list(&file, "cases");
    assert_eq!(cases.len(), 49);
    let make = |place: &str, case: &Value, check: fn(&Value, &Value)| {
        let name = format!("derived/jwks_documents: {place}{}", text(case, "id"));
        let (file, case) = (file.clone(), case.clone());
        trial(name, move || check(&file, &case))
    };
    // A configured set may contain a secret.
    let at_hand = cases.iter().filter(|case| case["only_remote"] != true);
    let at_hand = at_hand.map(|case| make("", case, check_at_hand));
    let fetched = cases
        .iter()
        .map(|case| make("fetched ", case, check_fetched));
    let trials: Vec<_> = at_hand.chain(fetched).collect();
    assert_eq!(trials.len(), 48 + 49);
    trials
}

fn document(case: &Value) -> Vec<u8> {
    let mut document = None;
    for (name, value) in case.as_object().unwrap() {
        match name.as_str() {
            "jwks" => document = Some(value.to_string().into_bytes()),
            "body" => document = Some(value.as_str().unwrap().into()),
            "body_b64" => document = Some(STANDARD.decode(value.as_str().unwrap()).unwrap()),
            "id" | "tokens" | "why" | "only_remote" => {}
            other => panic!("what is {other}?"),
        }
    }
    document.unwrap()
}

fn check_at_hand(file: &Value, case: &Value) {
    // A refused document leaves no keys.
    let keys = JwkSet::parse(document(case)).map_or_else(|_| KeySet::default(), KeySet::from);
    check(file, case, keys, false);
}

fn check_fetched(file: &Value, case: &Value) {
    let body = Full::<Bytes>::from(document(case));
    let client = tower::service_fn(move |_: Request<String>| {
        let body = body.clone();
        async { Ok::<_, Infallible>(Response::new(body)) }
    });
    let keys = RemoteKeys::builder("https://issuer.test/jwks.json").client(client);
    let keys = keys.build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let fetched = runtime.block_on(keys.ready());
    let _guard = runtime.enter();
    check(file, case, keys, fetched.is_err());
}

/// The verdicts on the tokens, with keys or in an outage.
fn check(file: &Value, case: &Value, keys: impl KeyProvider, is_outage: bool) {
    let verifier = Verifier::builder()
        .issuer(text(file, "issuer"), keys)
        .audience(text(file, "audience"))
        .leeway(Duration::ZERO)
        .clock(FixedClock::at(file["clock"].as_u64().unwrap()))
        .build()
        .unwrap();
    let tokens = list(case, "tokens");
    assert!(!tokens.is_empty());
    for (index, case_of_token) in tokens.iter().enumerate() {
        let is_good = match text(case_of_token, "expect") {
            "accept" => true,
            "reject" => false,
            "either" => ACCEPTED.contains(&text(case, "id")),
            other => panic!("what is {other}?"),
        };
        let token = text(case_of_token, "token");
        let result = verifier.verify_now(token).map(|_| ());
        assert_eq!(result.is_ok(), is_good, "token {index}: {result:?}");
        if is_outage {
            let is_told = matches!(result, Err(AuthError::KeysUnavailable(_)));
            assert!(is_told, "token {index}: {result:?}");
        } else {
            responses::assert_of_token(verifier.clone(), token, &result);
        }
    }
}
