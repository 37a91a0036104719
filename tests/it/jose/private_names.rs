//! Names that `serde_json` reserves, in builds where that matters: another crate of the tests
//! enables `raw_value`.

use serde_json::{Map, Value, json};
use tower_bearer::dangerous::{decode_unverified_claims, decode_unverified_header};
use tower_bearer::jose::{Header, RegisteredClaims};
use tower_bearer::test_util::{TestIssuer, sign};
use tower_bearer::{AuthError, TokenError, Verifier};

use super::*;

const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// JSON that `serde_json` replaces by what its text says, in this many layers, each at the maximum
/// depth.
fn layers(count: usize) -> String {
    let mut text = "1".to_owned();
    for _ in 0..count {
        let (open, close) = ("[".repeat(100), "]".repeat(100));
        text = format!("{open}{}{close}", json!({ RAW_VALUE: text }));
    }
    text
}

#[track_caller]
fn assert_refused(claim: &str) {
    let issuer = TestIssuer::new("issuer", Algorithm::HS256);
    let verifier = Verifier::builder()
        .issuer("issuer", issuer.verifying_key())
        .any_audience()
        .max_token_len(1 << 20)
        .build()
        .unwrap();
    let payload = format!(r#"{{"iss":"issuer","exp":9999999999,"claim":{claim}}}"#);
    let token = sign(issuer.signing_key(), r#"{"alg":"HS256"}"#, &payload);
    let result = verifier.verify_now(&token).map(|_| ());
    assert_eq!(result, Err(AuthError::from(TokenError::InvalidClaims)));
    let result = decode_unverified_claims::<Map<String, Value>>(&token);
    assert_eq!(result.unwrap_err(), TokenError::InvalidClaims);
    let result = RegisteredClaims::parse(&payload);
    assert_eq!(result.unwrap_err(), TokenError::InvalidClaims);
}

#[test]
fn no_token_says_more_than_it_says() {
    assert_refused(&json!({ RAW_VALUE: r#"["admin"]"# }).to_string());
    assert_refused(&json!([{ "x": { RAW_VALUE: "1" } }]).to_string());
    assert_refused(&json!({ "$serde_json::private::Number": "1" }).to_string());
    // However the name is written.
    assert_refused(r#"{"\u0024serde_json::private::RawValue":"1"}"#);
    assert_refused(r#"[[{"$serde_json\u003a:private::RawV\u0061lue":"1"}]]"#);
    assert_refused(r#"{"x":"\n","y":{"\u0024serde_json::private::RawValue":"1"}}"#);
}

#[test]
fn depth_within_texts_is_no_danger() {
    assert_refused(&layers(1));
    assert_refused(&layers(8));
    let escaped = layers(8).replacen('$', r"\u0024", 1);
    assert_refused(&escaped);
}

#[test]
fn nor_does_a_header() {
    let header = format!(r#"{{"alg":"HS256","x":{}}}"#, layers(3));
    assert_eq!(Header::parse(&header), Err(TokenError::InvalidHeader));
    let key = signing_key(Algorithm::HS256);
    let result = decode_unverified_header(sign(&key, header, "{}"));
    assert_eq!(result, Err(TokenError::InvalidHeader));
}

#[test]
fn other_texts_may_hold_dollars_and_escapes() {
    for claim in [
        r#""$100 \"or\" less""#,
        r#"{"$ref":"\\","$serde_json":"\\u0024serde_json::private::RawValue"}"#,
        r#"{"$serde_json":"\u0024","\ud83d\ude00":"\u00e9"}"#,
        r#"["\n",1,-1,1.5,true,null,{"a":[]}]"#,
    ] {
        assert!(
            RegisteredClaims::parse(&format!(r#"{{"claim":{claim}}}"#)).is_ok(),
            "{claim}"
        );
    }
}
