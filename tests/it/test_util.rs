use std::time::{Duration, SystemTime};

use futures::FutureExt;
use serde_json::{Map, Value, json};
use tower::Service;
use tower_bearer::dangerous::{decode_unverified_claims, decode_unverified_header};
use tower_bearer::test_util::{FixedClock, KeyServer, TestIssuer, TokenBuilder, sign, signing_key};
use tower_bearer::verify::Clock;
use tower_bearer::{Algorithm, JwkSet, TokenError, Verifier};

const ISSUER: &str = "https://issuer.example.com";

/// 2026-01-01T00:00:00Z.
const START: u64 = 1_767_225_600;

fn secs(clock: &FixedClock) -> u64 {
    clock
        .now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

#[test]
fn the_clock_moves_by_hand() {
    let clock = FixedClock::new();
    let same = clock.clone();
    assert_eq!(secs(&clock), START);
    same.advance(Duration::from_secs(60));
    assert_eq!(secs(&clock), START + 60);
    clock.set(5);
    assert_eq!(secs(&same), 5);
    assert_eq!(secs(&FixedClock::at(7)), 7);
    assert_eq!(secs(&FixedClock::default()), START);
}

#[test]
fn an_issuer_of_each_algorithm() {
    for &algorithm in Algorithm::ALL {
        let clock = FixedClock::new();
        let issuer = TestIssuer::new(ISSUER, algorithm).clock(clock.clone());
        assert_eq!(issuer.name(), ISSUER);
        assert_eq!(issuer.signing_key().algorithm(), algorithm);
        let verifier = Verifier::builder()
            .issuer(ISSUER, issuer.verifying_key())
            .audience("my-api")
            .clock(clock)
            .build()
            .unwrap();
        let token = issuer.token().subject("alice").audience("my-api").sign();
        let token = verifier.verify_now(&token).unwrap();
        assert_eq!(token.subject(), Some("alice"));
        assert_eq!(token.header().algorithm(), algorithm);
        let key_id = algorithm.name().to_ascii_lowercase();
        assert_eq!(token.header().key_id(), Some(&*key_id));
        assert_eq!(signing_key(algorithm).key_id(), Some(&*key_id));
    }
}

fn issuer() -> TestIssuer {
    TestIssuer::new(ISSUER, Algorithm::HS256).clock(FixedClock::new())
}

#[track_caller]
fn assert_token(token: TokenBuilder<'_>, header: &Value, claims: &Value) {
    let token = token.sign();
    let actual = decode_unverified_claims::<Map<String, Value>>(&token).unwrap();
    assert_eq!(&Value::Object(actual), claims);
    let actual = decode_unverified_header(&token).unwrap();
    assert_eq!(
        &serde_json::from_str::<Value>(actual.json()).unwrap(),
        header
    );
}

#[test]
fn tokens_of_every_kind() {
    let issuer = issuer();
    let header = json!({"typ": "JWT", "alg": "HS256", "kid": "hs256"});
    let claims = json!({"iss": ISSUER, "iat": START, "exp": START + 3600});
    assert_token(issuer.token(), &header, &claims);

    let token = issuer
        .token()
        .subject("alice")
        .audience("my-api")
        .expires_in(-10)
        .claim("scope", ["a", "b"])
        .claims(json!({"jti": "x", "nbf": 1.5}))
        .without_claim("iat");
    let claims = json!({
        "iss": ISSUER, "sub": "alice", "aud": "my-api", "exp": START - 10, "scope": ["a", "b"],
        "jti": "x", "nbf": 1.5,
    });
    assert_token(token.clone(), &header, &claims);
    let token = token
        .header("typ", "at+jwt")
        .header("x", 1)
        .without_header("kid");
    assert_token(
        token,
        &json!({"typ": "at+jwt", "alg": "HS256", "x": 1}),
        &claims,
    );
}

#[test]
fn another_key() {
    let key = signing_key(Algorithm::HS512);
    let issuer = issuer().key(key);
    assert_eq!(issuer.signing_key().algorithm(), Algorithm::HS512);
    let header = json!({"typ": "JWT", "alg": "HS512", "kid": "hs512"});
    let claims = json!({"iss": ISSUER, "iat": START, "exp": START + 3600});
    assert_token(issuer.token(), &header, &claims);
}

/// Well-formed or not, it is signed as it is.
#[test]
fn anything_can_be_signed() {
    let issuer = issuer();
    let token = sign(issuer.signing_key(), r#"{"alg":"HS256"}"#, b"\xff");
    assert_eq!(
        token.split('.').collect::<Vec<_>>()[..2],
        ["eyJhbGciOiJIUzI1NiJ9", "_w"]
    );
    let verifier = Verifier::builder()
        .any_issuer(issuer.verifying_key())
        .any_audience()
        .build()
        .unwrap();
    assert_eq!(
        verifier.verify_now(token).unwrap_err(),
        TokenError::InvalidClaims.into()
    );
}

#[test]
fn a_handler_is_tested_without_a_layer() {
    let issuer = issuer();
    let token = issuer.token().subject("ada").claim("scope", "read");
    let token = token.claim("roles", ["editor"]).verified::<Value>();
    assert_eq!(token.subject(), Some("ada"));
    assert_eq!(token.claims()["scope"], "read");
    assert!(token.has_scope("read") && token.has_role("editor"));
    assert_eq!(token.registered().issuer(), Some(ISSUER));
}

#[test]
#[should_panic = "the token is refused: the token has expired"]
fn a_bad_token_is_not_verified() {
    issuer().token().expires_in(-61).verified::<Value>();
}

#[test]
#[should_panic = "the token is refused: the claims do not fit the claims type"]
fn claims_of_another_type_are_not_verified() {
    issuer().token().verified::<Vec<u8>>();
}

#[test]
fn debug_shows_no_key() {
    let text = format!("{:?}", issuer());
    assert_eq!(
        text,
        r#"TestIssuer { name: "https://issuer.example.com", .. }"#
    );
    let text = format!("{:?}", issuer().token());
    assert!(!text.contains("ZZZZ") && !text.contains("90, 90"), "{text}");
}

fn ask(server: &KeyServer, path: &str) -> (u16, String) {
    let request = http::Request::get(path).body(()).unwrap();
    let response = server.clone().call(request).now_or_never().unwrap();
    let response = response.unwrap();
    (response.status().as_u16(), response.into_body())
}

#[test]
fn a_key_server_publishes_an_issuers_keys() {
    for (name, base) in [
        (ISSUER, ""),
        ("https://issuer.example.com/", ""),
        ("https://issuer.example.com/a/b", "/a/b"),
        ("issuer", ""),
    ] {
        let issuer = TestIssuer::new(name, Algorithm::ES256);
        let server = KeyServer::of(&issuer);
        let (status, metadata) = ask(&server, &format!("{base}/.well-known/openid-configuration"));
        assert_eq!(status, 200);
        let metadata: Value = serde_json::from_str(&metadata).unwrap();
        assert_eq!(metadata["issuer"], name);
        let place = name.trim_end_matches('/');
        assert_eq!(metadata["jwks_uri"], format!("{place}/jwks.json"));

        let (status, jwks) = ask(&server, &format!("{base}/jwks.json"));
        assert_eq!(status, 200);
        let jwks = JwkSet::parse(&jwks).unwrap();
        assert_eq!(jwks.keys().len(), 1);
        assert_eq!(ask(&server, "/else"), (404, String::new()));
        assert_eq!(
            format!("{server:?}"),
            format!("KeyServer {{ issuer: {name:?}, .. }}")
        );
    }
}

#[test]
fn a_key_server_fails_until_keys_are_published_again() {
    let issuer = TestIssuer::new(ISSUER, Algorithm::ES256);
    let server = KeyServer::of(&issuer);
    server.fail();
    assert_eq!(ask(&server, "/jwks.json"), (500, String::new()));
    server.publish([]);
    assert_eq!(ask(&server, "/jwks.json"), (200, r#"{"keys":[]}"#.into()));
}

#[test]
#[should_panic = "the key is not a secret"]
fn a_key_server_publishes_no_secret() {
    KeyServer::of(&TestIssuer::new(ISSUER, Algorithm::HS256));
}
