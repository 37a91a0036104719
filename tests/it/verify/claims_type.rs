//! Claims types, the application's rules, and roles.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Strict {
    #[expect(dead_code, reason = "it need only be there")]
    name: String,
}

#[derive(Deserialize)]
struct Flat {
    name: String,
    #[serde(flatten)]
    others: HashMap<String, Value>,
}

fn verifier_of<C>() -> VerifierBuilder<C> {
    Verifier::typed::<C>()
        .issuer(ISSUER, issuer().verifying_key())
        .audience(AUDIENCE)
        .clock(clock())
}

#[test]
fn claims_are_decoded_into_a_type_of_ones_own() {
    let verifier = verifier_of::<Named>().build().unwrap();
    let named = assert_accepts(&verifier, with_claim("name", r#""\u0041da""#));
    assert_eq!(named.claims().name, "Ada");
    let flat = verifier_of::<Flat>().build().unwrap();
    let flat = assert_accepts(&flat, with_claim("name", r#""Ada""#));
    assert_eq!(flat.claims().name, "Ada");
    assert_eq!(flat.claims().others["aud"], AUDIENCE);
    let value = verifier_of::<Value>().build().unwrap();
    let value = assert_accepts(&value, with_claim("name", r#"{"first":"Ada"}"#));
    assert_eq!(value.claims()["name"]["first"], "Ada");
    let cow = verifier_of::<HashMap<String, Cow<'static, Value>>>()
        .build()
        .unwrap();
    assert_eq!(assert_accepts(&cow, token()).claims().len(), 4);
    assert_accepts(
        &verifier_of::<serde::de::IgnoredAny>().build().unwrap(),
        token(),
    );
}

#[test]
fn claims_that_do_not_fit_are_refused() {
    let verifier = verifier_of::<Named>().build().unwrap();
    assert_refuses(&verifier, token(), TokenError::UndecodableClaims);
    for json in ["null", "1", "[]", "{}"] {
        let token = with_claim("name", json);
        assert_refuses(&verifier, token, TokenError::UndecodableClaims);
    }
    let strict = verifier_of::<Strict>().build().unwrap();
    let token = with_claim("name", r#""Ada""#);
    assert_refuses(&strict, token, TokenError::UndecodableClaims);
    // Not before the signature was verified.
    let impostor = impostor();
    let forged = impostor.token().audience(AUDIENCE).header("alg", "ES256");
    let forged = forged.header("kid", "es256").sign();
    assert_refuses(&verifier, forged, TokenError::BadSignature);
}

#[test]
fn depth_is_no_danger() {
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let map = verifier_of::<Map<String, Value>>().build().unwrap();
    assert_accepts(&map, with_claim("x", &deep(100)));
    let too_deep = with_claim("x", &deep(1000));
    assert_refuses(&map, too_deep, TokenError::InvalidClaims);
    let unread = verifier_of::<serde::de::IgnoredAny>();
    let unread = unread
        .max_token_len(1 << 20)
        .roles_claim("x")
        .build()
        .unwrap();
    let token = assert_accepts(&unread, with_claim("x", &deep(127)));
    assert_eq!(token.roles().count(), 0);
    let too_deep = with_claim("x", &deep(100_000));
    assert_refuses(&unread, too_deep, TokenError::InvalidClaims);
}

#[test]
fn what_a_verified_token_tells() {
    let verifier = verifier_of::<Map<String, Value>>()
        .roles_claim("realm_access.roles")
        .roles_claim("groups")
        .build()
        .unwrap();
    let token = issuer()
        .token()
        .audience(AUDIENCE)
        .subject("alice")
        .claim("scope", "read write")
        .claim(
            "realm_access",
            serde_json::json!({"roles": ["admin", "audit"]}),
        )
        .claim("groups", "staff")
        .sign();
    let token = assert_accepts(&verifier, token);
    assert_eq!(token.subject(), Some("alice"));
    assert_eq!(token.claims()["sub"], "alice");
    assert_eq!(token.registered().issuer(), Some(ISSUER));
    assert!(token.registered().audiences().eq([AUDIENCE]));
    assert_eq!(token.header().algorithm(), Algorithm::ES256);
    assert_eq!(token.header().key_id(), Some("es256"));
    assert_eq!(token.header().token_type(), Some("JWT"));
    assert!(token.has_scope("read") && token.has_scope("write"));
    assert!(!token.has_scope("rea") && !token.has_scope("READ"));
    assert!(token.roles().eq(["admin", "audit", "staff"]));
    assert!(token.has_role("staff") && token.has_role("admin"));
    assert!(!token.has_role("adm") && !token.has_role("Admin") && !token.has_role(""));
    let other = token.clone();
    assert!(std::ptr::eq(other.claims(), token.claims()));
    let subjectless = issuer().token().audience(AUDIENCE).sign();
    assert_eq!(assert_accepts(&verifier, subjectless).subject(), None);
}

#[test]
fn rules_of_the_application_come_last() {
    let verifier = verifier_of::<Named>()
        .rule(|token| token.claims().name.starts_with('A'))
        .rule(|token| token.header().key_id() == Some("es256") && token.has_scope("read"))
        .build()
        .unwrap();
    let token = |name: &str, scope: &str| {
        let issuer = issuer();
        let token = issuer.token().audience(AUDIENCE).claim("name", name);
        token.claim("scope", scope).sign()
    };
    assert_accepts(&verifier, token("Ada", "read"));
    assert_refuses(&verifier, token("Bob", "read"), TokenError::RefusedByRule);
    assert_refuses(&verifier, token("Ada", "write"), TokenError::RefusedByRule);
    assert_refuses(&verifier, super::token(), TokenError::UndecodableClaims);
}

#[test]
fn a_rule_sees_verified_tokens_only() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let verifier = verifier_of::<Value>()
        .rule(move |_| counter.fetch_add(1, Ordering::Relaxed) < usize::MAX)
        .build()
        .unwrap();
    for bad in [
        impostor()
            .token()
            .audience(AUDIENCE)
            .header("alg", "ES256")
            .without_header("kid")
            .sign(),
        impostor().token().audience(AUDIENCE).sign(),
        issuer().token().audience(AUDIENCE).expires_in(-61).sign(),
        issuer().token().audience("other").sign(),
        String::from("a.b.c"),
    ] {
        assert!(verifier.verify_now(bad).is_err());
    }
    assert_eq!(calls.load(Ordering::Relaxed), 0);
    assert_accepts(&verifier, token());
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[test]
fn a_panic_in_a_rule_breaks_nothing() {
    let verifier = verifier_of::<Value>()
        .rule(|token| {
            assert!(token.subject().is_some(), "a token without a subject");
            true
        })
        .build()
        .unwrap();
    let panicking = verifier.clone();
    let token = token();
    let unwound = std::thread::spawn(move || panicking.verify_now(token).is_ok()).join();
    assert!(unwound.is_err());
    assert_accepts(
        &verifier,
        issuer().token().audience(AUDIENCE).subject("a").sign(),
    );
}
