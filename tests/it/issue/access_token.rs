use std::collections::HashSet;

use serde::{Serialize, Serializer};
use serde_json::json;
use tower_bearer::dangerous::decode_unverified_header;
use tower_bearer::jose::NumericDate;
use tower_bearer::{AuthError, TokenError};
use tower_bearer_issuer::IssueError;

use super::*;

#[test]
fn by_every_algorithm() {
    for &algorithm in Algorithm::ALL {
        let clock = FixedClock::new();
        let key = signing_key(algorithm);
        let issuer = builder(&clock).key(key.clone()).build().unwrap();
        let token = issuer.access_token("alice").scope("read write");
        let token = token.roles(["admin"]).issue().unwrap();
        let verified = verifier(&issuer, &clock)
            .verify_now(token.as_str())
            .unwrap();
        assert_eq!(verified.subject(), Some("alice"));
        assert_eq!(verified.header().algorithm(), algorithm);
        assert!(verified.has_scope("write"));
        assert!(verified.has_role("admin"));
    }
}

/// An independent implementation, with the keys that are published.
#[test]
fn jsonwebtoken_verifies_them() {
    for &algorithm in Algorithm::ALL {
        let Ok(theirs) = algorithm.name().parse::<jsonwebtoken_10::Algorithm>() else {
            assert!(matches!(algorithm, Algorithm::ES512 | Algorithm::Ed25519));
            continue;
        };
        // Its clock cannot be set.
        let issuer = TokenIssuer::builder().issuer(ISSUER).audience(AUDIENCE);
        let issuer = issuer.key(signing_key(algorithm)).build().unwrap();
        let token = issuer
            .access_token("alice")
            .claims(json!({"name": "Alice"}));
        let token = token.issue().unwrap();
        let key = if algorithm.name().starts_with("HS") {
            jsonwebtoken_10::DecodingKey::from_secret(&[0x5a; 64])
        } else {
            let jwks = well_known::jwks(&issuer);
            let set: jsonwebtoken_10::jwk::JwkSet = serde_json::from_str(&jwks).unwrap();
            let header = jsonwebtoken_10::decode_header(token.as_str()).unwrap();
            assert_eq!(header.typ.as_deref(), Some("at+jwt"));
            jsonwebtoken_10::DecodingKey::from_jwk(set.find(&header.kid.unwrap()).unwrap()).unwrap()
        };
        let mut rules = jsonwebtoken_10::Validation::new(theirs);
        rules.set_audience(&[AUDIENCE]);
        rules.set_issuer(&[ISSUER]);
        rules.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
        rules.validate_nbf = true;
        let decoded = jsonwebtoken_10::decode::<Value>(token.as_str(), &key, &rules).unwrap();
        assert_eq!(decoded.claims["name"], "Alice");
    }
}

#[test]
fn all_claims_to_the_letter() {
    let token = issuer()
        .access_token("alice")
        .claims(json!({"name": "Alice", "nested": {"exp": 1}}))
        .session("family")
        .client_id("app")
        .scope("read write")
        .roles(["admin", "editor"])
        .audience("a")
        .audience("b")
        .lifetime(secs(60))
        .issue()
        .unwrap();
    let mut claims = claims_of(token.as_str());
    let token_id = claims.remove("jti").unwrap();
    assert_eq!(token_id, token.token_id());
    assert_eq!(
        Value::Object(claims),
        json!({
            "iss": ISSUER,
            "sub": "alice",
            "aud": ["a", "b"],
            "exp": NOW + 60,
            "nbf": NOW,
            "iat": NOW,
            "sid": "family",
            "client_id": "app",
            "scope": "read write",
            "roles": ["admin", "editor"],
            "name": "Alice",
            "nested": {"exp": 1},
        })
    );
    let header = decode_unverified_header(token.as_str()).unwrap();
    let jws = header.json();
    assert_eq!(jws, r#"{"alg":"ES256","kid":"es256","typ":"at+jwt"}"#);
    assert_eq!(token.expires_at(), NumericDate::from_secs(NOW + 60));
    assert_eq!(token.lifetime(), secs(60));
    assert_eq!(token.scopes(), "read write");
    assert_eq!(token.clone().into_string(), token.as_str());
}

#[test]
fn the_least_there_is() {
    let token = issuer().access_token("alice").scope("").issue().unwrap();
    let mut claims = claims_of(token.as_str());
    claims.remove("jti").unwrap();
    let (exp, nbf, iat) = (NOW + 900, NOW, NOW);
    assert_eq!(
        Value::Object(claims),
        json!({"iss": ISSUER, "sub": "alice", "aud": AUDIENCE, "exp": exp, "nbf": nbf, "iat": iat})
    );
    assert_eq!(token.scopes(), "");
}

#[test]
fn verifiers_by_rfc_9068_take_them() {
    let clock = FixedClock::new();
    let issuer = builder(&clock)
        .client_id("app")
        .key(signing_key(Algorithm::ES256));
    let issuer = issuer.build().unwrap();
    let verifier = Verifier::builder()
        .issuer(ISSUER, issuer.clone())
        .audience(AUDIENCE)
        .rfc9068_profile()
        .clock(clock)
        .build()
        .unwrap();
    let token = issuer.access_token("alice").issue().unwrap();
    assert!(verifier.verify_now(token.as_str()).is_ok());
}

#[test]
fn each_has_an_identifier_of_128_bits() {
    let issuer = issuer();
    let tokens: HashSet<String> = (0..100)
        .map(|_| {
            issuer
                .access_token("alice")
                .issue()
                .unwrap()
                .token_id()
                .to_owned()
        })
        .collect();
    assert_eq!(tokens.len(), 100);
    assert!(tokens.iter().all(|id| id.len() == 22));
}

#[test]
fn they_expire() {
    let clock = FixedClock::new();
    let issuer = builder(&clock)
        .key(signing_key(Algorithm::ES256))
        .build()
        .unwrap();
    let verifier = verifier(&issuer, &clock);
    let token = issuer.access_token("alice").issue().unwrap();
    clock.advance(secs(15 * 60 + 59));
    assert!(verifier.verify_now(token.as_str()).is_ok());
    clock.advance(secs(1));
    assert_eq!(
        verifier.verify_now(token.as_str()).map(|_| ()),
        Err(AuthError::InvalidToken(TokenError::Expired))
    );
}

#[test]
fn the_application_sets_no_claim_of_the_issuer() {
    let issuer = issuer();
    for name in [
        "iss",
        "sub",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        "sid",
        "client_id",
        "scope",
        "scp",
        "roles",
    ] {
        for value in [json!("a"), json!(1), json!(null)] {
            let token = issuer.access_token("alice").claims(json!({ name: value }));
            let text = format!("the claim `{name}` is set by the issuer only: use another name");
            assert_error(token.issue(), &text);
        }
    }
}

/// JSON is written by whatever the application serializes.
#[test]
fn claims_that_are_none() {
    struct Broken;

    impl Serialize for Broken {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("secret of the application"))
        }
    }

    let issuer = issuer();
    let token = || issuer.access_token("alice");
    let no_object = "the claims are not a JSON object: give a struct or a map";
    assert_error(token().claims("text").issue(), no_object);
    assert_error(token().claims([1]).issue(), no_object);
    assert_error(token().claims(()).issue(), no_object);
    assert_error(
        token().claims(Broken).issue(),
        "the claims cannot be JSON: give a struct, or a map whose keys are strings",
    );
    assert_error(
        token()
            .claims(json!({"a": "$serde_json::private::RawValue"}))
            .issue(),
        "the claims have a name that serde_json reserves: \
         every verifier of this crate refuses such a token",
    );
}

#[test]
fn what_is_impossible_is_refused() {
    let issuer = issuer();
    let token = || issuer.access_token("alice");
    assert_error(
        issuer.access_token("").issue(),
        "the subject is empty: name the user or client that the token is for",
    );
    assert_error(
        token().audience("a").audience("").issue(),
        "an audience is empty: name the service",
    );
    assert_error(
        token().session("").issue(),
        "the session is empty: revoking one such session would revoke all of them",
    );
    for scopes in [
        " ", "a  b", " a", "a ", "a\tb", "a\"b", "a\\b", "\u{e4}", "a\u{7f}",
    ] {
        assert_error(
            token().scope(scopes).issue(),
            "a scope is empty or has an illegal character: use printable ASCII without quotes and \
             backslashes, and one space between scopes",
        );
    }
    for lifetime in [
        secs(0),
        Duration::from_millis(999),
        secs(901),
        Duration::MAX,
    ] {
        assert_error(
            token().lifetime(lifetime).issue(),
            "the lifetime is shorter than a second, or longer than the issuer's, \
             which is how long its keys stay published",
        );
    }
    assert!(
        token()
            .scope("a:b/c ~! #")
            .lifetime(secs(900))
            .issue()
            .is_ok()
    );
}

#[test]
fn debug_shows_neither_token_nor_claims() {
    let issuer = issuer();
    let token = issuer.access_token("alice");
    assert_eq!(
        format!("{token:?}"),
        "AccessTokenBuilder { issuer: TokenIssuer { name: \"https://auth.example.com\", .. }, .. }"
    );
    let token = token.issue().unwrap();
    assert_eq!(format!("{token:?}"), "AccessToken { .. }");
}

#[test]
fn errors() {
    use std::error::Error;
    fn assert_error<T: Error + Clone + Send + Sync + 'static>() {}
    assert_error::<IssueError>();
    let error = IssueError::from(tower_bearer::KeyError::SigningFailed);
    assert_eq!(
        error.to_string(),
        "the cryptographic back end failed to sign"
    );
    assert!(IssueError::Subject.source().is_none());
}
