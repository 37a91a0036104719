//! A token has one spelling and one meaning.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;
use tower_bearer::SigningKey;
use tower_bearer::test_util::sign;

use super::*;
use crate::jose::SECRET;

fn claims() -> String {
    format!(
        r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","exp":{}}}"#,
        NOW + 60
    )
}

/// Signs two parts as they are.
fn sign_parts(header: &str, payload: &str) -> String {
    let signed = format!("{header}.{payload}");
    let signature = issuer().signing_key().sign(signed.as_bytes()).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Two texts for the same bytes, the first of which conforms to RFC 7515, section 2.
fn parts() -> [(String, String); 2] {
    // Letters of which some are `-` and `_`, or `+` and `/`; and a length that would be padded.
    let header = format!(r#"{{"alg":"ES256","x":"{}"}}"#, "~~>?".repeat(10));
    let payload = claims().replace('}', r#","x":"~~~~>>>>????"}"#);
    [header, payload].map(|part| {
        let good = URL_SAFE_NO_PAD.encode(&part);
        let other = STANDARD.encode(&part);
        assert!(other.contains('+') || other.contains('/'), "{other}");
        (good, other.trim_end_matches('=').to_owned())
    })
}

#[test]
fn the_other_alphabet_is_refused_though_signed() {
    let [(header, other_header), (payload, other_payload)] = parts();
    let verifier = verifier();
    assert_accepts(&verifier, sign_parts(&header, &payload));
    for (header, payload) in [(&other_header, &payload), (&header, &other_payload)] {
        assert_refuses(
            &verifier,
            sign_parts(header, payload),
            TokenError::Malformed,
        );
    }
}

#[test]
fn padding_and_space_are_refused_though_signed() {
    let [(header, _), (payload, _)] = parts();
    let verifier = verifier();
    for more in [
        "=", "==", "===", " ", "\n", "\r\n", "\t", "\0", "\u{200b}", "\u{feff}", "A", "%3D",
    ] {
        for changed in [
            (format!("{header}{more}"), payload.clone()),
            (header.clone(), format!("{payload}{more}")),
            (format!("{more}{header}"), payload.clone()),
            (header.clone(), format!("{more}{payload}")),
        ] {
            let token = sign_parts(&changed.0, &changed.1);
            let verdict = verifier.verify_now(token).map(drop);
            assert!(
                matches!(verdict, Err(AuthError::InvalidToken(_))),
                "{more:?}: {verdict:?}"
            );
        }
    }
}

/// The edges of block-wise base64 and JSON readers.
#[test]
fn parts_of_any_length_are_read_alike() {
    // The cheapest signature.
    let key = SigningKey::from_secret(Algorithm::HS256, SECRET).unwrap();
    let verifier = builder_with(key.verifying_key()).audience(AUDIENCE);
    let verifier = verifier.build().unwrap();
    for len in (0..300).chain(505..520).chain(1015..1030) {
        let pad = "p".repeat(len);
        let header = format!(r#"{{"alg":"HS256","x":"{pad}"}}"#);
        assert_accepts(&verifier, sign(&key, header, claims()));
        let payload = claims().replace('}', &format!(r#","x":"{pad}"}}"#));
        let token = sign(&key, r#"{"alg":"HS256"}"#, payload);
        assert_accepts(&verifier, &token);
        let (start, rest) = token.split_once('.').unwrap();
        let (payload, signature) = rest.split_once('.').unwrap();
        // One letter less, or more, is another text, however it decodes.
        let shorter = format!("{start}.{}.{signature}", &payload[..payload.len() - 1]);
        assert!(verifier.verify_now(shorter).is_err(), "{len}");
        let longer = format!("{start}.{payload}A.{signature}");
        assert!(verifier.verify_now(longer).is_err(), "{len}");
    }
}

#[test]
fn a_signature_is_over_its_own_parts() {
    let verifier = verifier();
    let good = token();
    let parts: Vec<&str> = good.split('.').collect();
    let [header, payload, signature] = parts[..] else {
        panic!("{good}");
    };
    // Over the same parts in reverse, over one of them, and over both without the dot.
    for text in [
        format!("{payload}.{header}"),
        header.to_owned(),
        payload.to_owned(),
        format!("{header}{payload}"),
        format!("{header}.{payload}."),
        claims(),
    ] {
        let other = issuer().signing_key().sign(text.as_bytes()).unwrap();
        let token = format!("{header}.{payload}.{}", URL_SAFE_NO_PAD.encode(other));
        assert_refuses(&verifier, token, TokenError::BadSignature);
    }
    for text in [
        format!("{payload}.{header}.{signature}"),
        format!("{signature}.{payload}.{header}"),
        format!("{header}.{signature}.{payload}"),
    ] {
        assert!(verifier.verify_now(text).is_err());
    }
    // From another token of the same issuer.
    let other = issuer().token().audience(AUDIENCE).subject("bob").sign();
    let (_, other) = other.rsplit_once('.').unwrap();
    assert_refuses(
        &verifier,
        format!("{header}.{payload}.{other}"),
        TokenError::BadSignature,
    );
}

/// RFC 7515, section 7.2, and a text that is both (CVE-2022-39227).
#[test]
fn json_is_no_token() {
    let verifier = verifier();
    let good = token();
    let parts: Vec<&str> = good.split('.').collect();
    let [header, payload, signature] = parts[..] else {
        panic!("{good}");
    };
    let flat = json!({ "payload": payload, "protected": header, "signature": signature });
    let general = json!({
        "payload": payload,
        "signatures": [{ "protected": header, "signature": signature }],
    });
    let members = format!(r#""payload":"{payload}","protected":"{header}","signature""#);
    for text in [
        flat.to_string(),
        general.to_string(),
        format!(r#"{{" {header}.{payload}.":"",{members}:"{signature}"}}"#),
        format!(r#"{{"{header}.{payload}.{signature}":"",{members}:"{signature}"}}"#),
        format!(r#"{header}.{payload}.{signature}{{"x":""}}"#),
        format!(r#"{{"x":""}}.{payload}.{signature}"#),
        format!("\"{good}\""),
    ] {
        assert_refuses(&verifier, text, TokenError::Malformed);
    }
}

/// RFC 7516: five parts, a plain token inside or not.
#[test]
fn encrypted_tokens_are_refused() {
    let verifier = verifier();
    let good = token();
    let (_, payload) = good.split_once('.').unwrap();
    let (payload, signature) = payload.split_once('.').unwrap();
    for header in [
        r#"{"alg":"dir","enc":"A128CBC-HS256","cty":"JWT"}"#,
        r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#,
        r#"{"alg":"ES256","enc":"A256GCM","kid":"es256"}"#,
        r#"{"alg":"none","enc":"none"}"#,
    ] {
        let header = URL_SAFE_NO_PAD.encode(header);
        for text in [
            format!("{header}.key.{payload}.{signature}.tag"),
            format!("{header}..{payload}..{signature}"),
            format!("{good}.."),
            format!("..{good}"),
        ] {
            assert_refuses(&verifier, text, TokenError::Malformed);
        }
        let text = format!("{header}.{payload}.{signature}");
        assert!(verifier.verify_now(text).is_err());
    }
}

/// The signed content is taken literally: nothing is inflated, no token is looked for in a token.
#[test]
fn nothing_is_unwrapped() {
    let verifier = verifier();
    let claims = claims();
    // DEFLATE (RFC 1951, section 3.2.4) with one stored block.
    let len = u16::try_from(claims.len()).unwrap();
    let mut deflated = vec![1];
    deflated.extend(len.to_le_bytes());
    deflated.extend((!len).to_le_bytes());
    deflated.extend(claims.as_bytes());
    for header in [
        r#"{"alg":"ES256","zip":"DEF"}"#,
        r#"{"alg":"ES256","cty":"JWT"}"#,
    ] {
        assert_accepts(&verifier, signed(header, &claims));
        let key = issuer();
        for payload in [&deflated[..], token().as_bytes()] {
            let token = sign(key.signing_key(), header, payload);
            assert_refuses(&verifier, token, TokenError::InvalidClaims);
        }
        let nested = json!(token()).to_string();
        let token = sign(key.signing_key(), header, nested);
        assert_refuses(&verifier, token, TokenError::InvalidClaims);
    }
}
