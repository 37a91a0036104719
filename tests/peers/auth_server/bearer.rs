//! The routes for programs.

use std::time::{Duration, Instant};

use serde_json::json;
use tower_bearer::Algorithm;
use tower_bearer::test_util::{TestIssuer, TokenBuilder};

use super::{AUDIENCE, AuthServer, ISSUER, issuer, pair, part};
use crate::peers::now;

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn a_login_is_answered_with_a_pair() {
    let server = AuthServer::with_known_key(&[]);
    let before = now();
    let answer = server.try_login("alice", "wonderland").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("cache-control"), "no-store");

    let body = answer.json();
    let mut names: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
    names.sort();
    let expected = ["access_token", "expires_in", "refresh_token", "token_type"];
    assert_eq!(names, expected);
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 900);

    let access_token = body["access_token"].as_str().unwrap();
    let header = part(access_token, 0);
    assert_eq!(header["typ"], "at+jwt");
    assert_eq!(header["alg"], "ES256");
    let claims = part(access_token, 1);
    assert_eq!(claims["iss"], ISSUER);
    assert_eq!(claims["sub"], "alice");
    assert_eq!(claims["aud"], AUDIENCE);
    assert_eq!(claims["roles"], json!(["admin"]));
    assert!(claims["jti"].is_string() && claims["sid"].is_string());
    let issued_at = claims["iat"].as_u64().unwrap();
    assert!((before..=now()).contains(&issued_at));
    assert_eq!(claims["exp"], issued_at + 900);

    let bob = server.bob().await;
    assert!(part(&bob.access_token, 1)["roles"].is_null());
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn a_refresh_token_is_good_once() {
    let server = AuthServer::start([""; 0]);
    let first = server.alice().await;
    let answer = server.refresh(&first.refresh_token).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let second = pair(&answer);
    assert_ne!(first.refresh_token, second.refresh_token);
    let session = |token| part(token, 1)["sid"].clone();
    assert_eq!(session(&first.access_token), session(&second.access_token));
    assert!(server.takes(&second.access_token).await);

    // Made-up tokens, and tokens of another kind, end nothing.
    let made_up = format!("tbr_{}", "A".repeat(64));
    for token in ["", "x", &made_up, &second.access_token] {
        let answer = server.refresh(token).await;
        answer.assert(401, &json!({"error": "invalid_grant"}));
    }
    let third = pair(&server.refresh(&second.refresh_token).await);

    // A used one ends its family, and no other.
    let other = server.alice().await;
    for token in [&first, &third, &second] {
        let answer = server.refresh(&token.refresh_token).await;
        answer.assert(401, &json!({"error": "invalid_grant"}));
    }
    pair(&server.refresh(&other.refresh_token).await);
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn the_protected_route_tells_expired_tokens_from_bad_ones() {
    let server = AuthServer::with_known_key(&[]);
    let alice = server.alice().await;
    let welcome = json!({"message": "Welcome!", "user": "alice"});
    let answer = server.get_as("/protected", &alice.access_token).await;
    answer.assert(200, &welcome);

    let nothing = server.get("/protected").await;
    assert_eq!(nothing.status, 401, "{nothing:?}");
    assert_eq!(nothing.header("www-authenticate"), "Bearer");

    let twin = issuer(ISSUER);
    let answer = server.get_as("/protected", &good(&twin).sign()).await;
    answer.assert(200, &welcome);
    // The server verifies its own tokens by its own clock.
    let expired = good(&twin).expires_in(-1).sign();
    let answer = server.get_as("/protected", &expired).await;
    answer.assert_refused(401, "invalid_token", "token expired");

    let stranger = TestIssuer::new(ISSUER, Algorithm::ES256);
    let bad = [
        ("a refresh token", alice.refresh_token),
        ("junk", "x.y.z".to_owned()),
        ("another key", good(&stranger).sign()),
        (
            "another issuer",
            good(&issuer("https://else.example.com")).sign(),
        ),
        ("another audience", good(&twin).audience("else").sign()),
        ("another type", good(&twin).header("typ", "JWT").sign()),
        ("no type", good(&twin).without_header("typ").sign()),
        ("no session", good(&twin).without_claim("sid").sign()),
    ];
    for (what, token) in bad {
        let answer = server.get_as("/protected", &token).await;
        assert_eq!(answer.status, 401, "{what}: {answer:?}");
        answer.assert_refused(401, "invalid_token", "invalid token");
    }
}

/// A token that differs from the server's own in nothing relevant.
fn good(issuer: &TestIssuer) -> TokenBuilder<'_> {
    issuer
        .token()
        .header("typ", "at+jwt")
        .subject("alice")
        .expires_in(300)
        .audience(AUDIENCE)
        .claim("jti", "1")
        .claim("sid", "1")
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn tokens_expire_by_themselves() {
    let server = AuthServer::start(["--access-ttl", "1", "--refresh-ttl", "3"]);
    let answer = server.try_login("alice", "wonderland").await;
    assert_eq!(answer.json()["expires_in"], 1);
    let alice = pair(&answer);
    let begun = Instant::now();
    let answer = loop {
        let answer = server.get_as("/protected", &alice.access_token).await;
        if answer.status != 200 {
            break answer;
        }
        assert!(begun.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    answer.assert_refused(401, "invalid_token", "token expired");

    // Renewals do not extend the session.
    let mut refresh_token = alice.refresh_token;
    let answer = loop {
        let answer = server.refresh(&refresh_token).await;
        if answer.status != 200 {
            break answer;
        }
        refresh_token = pair(&answer).refresh_token;
        assert!(begun.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    answer.assert(401, &json!({"error": "invalid_grant"}));
    assert!(begun.elapsed() > Duration::from_secs(2));
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn a_role_is_demanded() {
    let server = AuthServer::start([""; 0]);
    let answer = server
        .get_as("/admin", &server.alice().await.access_token)
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer = server
        .get_as("/admin", &server.bob().await.access_token)
        .await;
    answer.assert_refused(403, "insufficient_scope", "insufficient scope");
    assert_eq!(server.get("/admin").await.status, 401);
}

#[tokio::test]
#[ignore = "needs programs: scripts/test peers installs them"]
async fn the_profile_is_the_row_without_the_hash() {
    let server = AuthServer::start([""; 0]);
    let answer = server
        .get_as("/profile", &server.alice().await.access_token)
        .await;
    answer.assert(200, &json!({"username": "alice", "role": "admin"}));
    let answer = server
        .get_as("/profile", &server.bob().await.access_token)
        .await;
    answer.assert(200, &json!({"username": "bob", "role": null}));
    assert_eq!(server.get("/profile").await.status, 401);
}
