use std::sync::RwLock;
use std::time::Duration;

use tower_bearer::VerifyingKey;
use tower_bearer::verify::TrustedIssuer;

use super::*;
use crate::jose::SECRET;

const OURS: &str = "https://ours.example";
const THEIRS: &str = "https://theirs.example";

fn named(name: &str, algorithm: Algorithm) -> TestIssuer {
    TestIssuer::new(name, algorithm).clock(clock())
}

/// A key with the same algorithm and `kid` as [`named`]'s for ES256, but another one.
fn rival(name: &str) -> TestIssuer {
    let pem = include_bytes!("../fixtures/p256.pkcs8.pem");
    let key = tower_bearer::SigningKey::from_pem(Algorithm::ES256, pem).unwrap();
    named(name, Algorithm::ES256).key(key.with_key_id("es256"))
}

fn two() -> Verifier {
    Verifier::builder()
        .issuer(OURS, named(OURS, Algorithm::ES256).verifying_key())
        .issuer(THEIRS, rival(THEIRS).verifying_key())
        .audience(AUDIENCE)
        .clock(clock())
        .build()
        .unwrap()
}

#[test]
fn each_issuer_signs_with_its_own_keys() {
    let verifier = two();
    for issuer in [named(OURS, Algorithm::ES256), rival(THEIRS)] {
        let token = assert_accepts(&verifier, issuer.token().audience(AUDIENCE).sign());
        assert_eq!(token.registered().issuer(), Some(issuer.name()));
    }
}

#[test]
fn keys_are_never_pooled() {
    // Both have a key with the `kid` `es256`, and one names the other.
    let verifier = two();
    for issuer in [named(THEIRS, Algorithm::ES256), rival(OURS)] {
        let token = issuer.token().audience(AUDIENCE);
        assert_refuses(&verifier, token.clone().sign(), TokenError::BadSignature);
        let nameless = token.without_header("kid").sign();
        assert_refuses(&verifier, nameless, TokenError::BadSignature);
    }

    // Nor does a `kid` that only the other issuer has lead there.
    let verifier = Verifier::builder()
        .issuer(OURS, named(OURS, Algorithm::ES256).verifying_key())
        .issuer(THEIRS, named(THEIRS, Algorithm::EdDSA).verifying_key())
        .audience(AUDIENCE)
        .clock(clock())
        .build()
        .unwrap();
    let token = named(OURS, Algorithm::EdDSA)
        .token()
        .audience(AUDIENCE)
        .sign();
    assert_refuses(&verifier, token, TokenError::UnknownKey);
}

#[test]
fn names_are_compared_to_the_letter() {
    let verifier = verifier();
    for name in [
        "",
        "https://issuer.example.com/",
        "https://issuer.example.co",
        "https://issuer.example.com.evil.example",
        "HTTPS://issuer.example.com",
        "https://Issuer.example.com",
        "http://issuer.example.com",
        "https://user@issuer.example.com",
        "https://issuer.example.com:443",
        " https://issuer.example.com",
        "https://issuer.example.com\0",
        "https://issuer.ex\u{430}mple.com",
        "issuer.example.com",
        "h",
        "zzz",
    ] {
        let token = issuer()
            .token()
            .audience(AUDIENCE)
            .claim("iss", name)
            .sign();
        assert_refuses(&verifier, token, TokenError::UntrustedIssuer);
    }
    let nameless = issuer()
        .token()
        .audience(AUDIENCE)
        .without_claim("iss")
        .sign();
    assert_refuses(&verifier, nameless, TokenError::UntrustedIssuer);
    for value in [
        serde_json::json!([ISSUER]),
        serde_json::json!(null),
        serde_json::json!(1),
        serde_json::json!({"iss": ISSUER}),
    ] {
        let token = issuer()
            .token()
            .audience(AUDIENCE)
            .claim("iss", value)
            .sign();
        assert_refuses(&verifier, token, TokenError::InvalidClaims);
    }
    let escaped = format!(
        r#"{{"\u0069ss":"https:\/\/issuer.e\u0078ample.com","aud":"{AUDIENCE}","exp":{}}}"#,
        NOW + 60
    );
    assert_accepts(&verifier, signed(r#"{"alg":"ES256"}"#, &escaped));
}

#[test]
fn many_issuers_are_found() {
    let names: Vec<_> = (0..100)
        .map(|number| format!("https://{number}.example"))
        .collect();
    let key = named("", Algorithm::HS256);
    let builder = Verifier::builder().audience(AUDIENCE).clock(clock());
    let verifier = names
        .iter()
        .fold(builder, |builder, name| {
            builder.issuer(name, key.verifying_key())
        })
        .build()
        .unwrap();
    for name in &names {
        let token = key.token().audience(AUDIENCE).claim("iss", name).sign();
        assert_accepts(&verifier, token);
    }
    let token = key
        .token()
        .audience(AUDIENCE)
        .claim("iss", "https://100.example")
        .sign();
    assert_refuses(&verifier, token, TokenError::UntrustedIssuer);
}

#[test]
fn any_issuer_may_name_itself_as_it_likes() {
    let verifier = Verifier::builder()
        .any_issuer(issuer().verifying_key())
        .audience(AUDIENCE)
        .clock(clock())
        .build()
        .unwrap();
    let issuer = issuer();
    let token = issuer.token().audience(AUDIENCE);
    assert_accepts(&verifier, token.clone().sign());
    assert_accepts(&verifier, token.clone().claim("iss", "whoever").sign());
    assert_accepts(&verifier, token.clone().without_claim("iss").sign());
    let wrong_type = token.claim("iss", 1).sign();
    assert_refuses(&verifier, wrong_type, TokenError::InvalidClaims);
    let forged = impostor().token().audience(AUDIENCE).sign();
    assert_refuses(&verifier, forged, TokenError::UnknownKey);
}

#[test]
fn an_issuer_may_have_rules_of_its_own() {
    let own = Validation::new()
        .audience("partner-api")
        .algorithms([Algorithm::HS512])
        .leeway(Duration::ZERO)
        .token_type("at+jwt")
        .require_claim("tenant");
    let secret = VerifyingKey::from_secret(SECRET).unwrap();
    let theirs = |algorithm| {
        named(THEIRS, algorithm)
            .key(tower_bearer::SigningKey::from_secret(algorithm, SECRET).unwrap())
    };
    let verifier = Verifier::builder()
        .issuer(OURS, named(OURS, Algorithm::ES256).verifying_key())
        .trust(TrustedIssuer::new(THEIRS, secret).validation(own))
        .audience(AUDIENCE)
        .clock(clock())
        .build()
        .unwrap();

    let ours = named(OURS, Algorithm::ES256);
    let token = ours.token().audience(AUDIENCE).expires_in(-30);
    assert_accepts(&verifier, token.clone().sign());
    let misdirected = token.audience("partner-api").sign();
    assert_refuses(&verifier, misdirected, TokenError::WrongAudience);

    let issuer = theirs(Algorithm::HS512);
    let good = issuer
        .token()
        .header("typ", "at+jwt")
        .audience("partner-api")
        .claim("tenant", "acme");
    assert_accepts(&verifier, good.clone().sign());
    for (token, reason) in [
        (good.clone().audience(AUDIENCE), TokenError::WrongAudience),
        (good.clone().header("typ", "JWT"), TokenError::WrongType),
        (
            good.clone().without_claim("tenant"),
            TokenError::MissingClaim,
        ),
        (good.clone().expires_in(0), TokenError::Expired),
        (good.header("alg", "HS256"), TokenError::AlgorithmNotAllowed),
    ] {
        assert_refuses(&verifier, token.sign(), reason);
    }
}

/// The header of both issuers' tokens is the same.
#[test]
fn what_is_remembered_is_held_to_the_keys_of_its_own_issuer() {
    let keys = Arc::new(RwLock::new(KeySet::from(rival(THEIRS).verifying_key())));
    let theirs = Arc::clone(&keys);
    let verifier = Verifier::builder()
        .issuer(OURS, named(OURS, Algorithm::ES256).verifying_key())
        .issuer(THEIRS, move || theirs.read().unwrap().clone())
        .audience(AUDIENCE)
        .clock(clock())
        .build()
        .unwrap();
    let tokens = [named(OURS, Algorithm::ES256), rival(THEIRS)]
        .map(|issuer| issuer.token().audience(AUDIENCE).sign());
    for token in &tokens {
        assert_accepts(&verifier, token);
    }
    *keys.write().unwrap() = KeySet::default();
    assert_accepts(&verifier, &tokens[0]);
    assert_refuses(&verifier, &tokens[1], TokenError::UnknownKey);
}

/// Nor does a shared key matter.
#[test]
fn what_is_remembered_is_held_to_the_rules_of_its_own_issuer() {
    let clock = clock();
    let [ours, theirs] = [OURS, THEIRS].map(|name| TestIssuer::new(name, Algorithm::ES256));
    let rules = Validation::new().audience(AUDIENCE);
    let strict = rules.clone().leeway(Duration::ZERO);
    let verifier = Verifier::builder()
        .trust(TrustedIssuer::new(OURS, ours.verifying_key()).validation(rules))
        .trust(TrustedIssuer::new(THEIRS, ours.verifying_key()).validation(strict))
        .clock(clock.clone())
        .build()
        .unwrap();
    let tokens = [ours, theirs].map(|issuer| {
        let issuer = issuer.clock(clock.clone());
        issuer.token().audience(AUDIENCE).expires_in(60).sign()
    });
    for token in &tokens {
        assert_accepts(&verifier, token);
    }
    clock.advance(Duration::from_secs(90));
    assert_accepts(&verifier, &tokens[0]);
    assert_refuses(&verifier, &tokens[1], TokenError::Expired);
}
