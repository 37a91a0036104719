//! Tokens that bring a key along, or say where one is: CVE-2018-0114 and its kin.

use std::net::TcpListener;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::*;
use crate::jose::{SECRET, der};

const CERTIFICATE: &[u8] = include_bytes!("../../fixtures/p256.certificate.pem");

/// Signs with a key of his own, and of the name that he likes.
fn forger(algorithm: Algorithm) -> TestIssuer {
    TestIssuer::new("issuer", algorithm).key(crate::jose::signing_key(algorithm))
}

/// Members of a header by which a library might find the forger's keys.
fn offers(elsewhere: &str) -> Vec<(&'static str, Value)> {
    let key = |algorithm| jwk(&forger(algorithm).verifying_key());
    let mut private = key(Algorithm::ES256);
    private["d"] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8".into();
    let k = URL_SAFE_NO_PAD.encode(SECRET);
    let certificate = STANDARD.encode(der(CERTIFICATE));
    let mut offers = vec![
        ("jwk", key(Algorithm::ES256)),
        ("jwk", key(Algorithm::RS256)),
        ("jwk", key(Algorithm::EdDSA)),
        ("jwk", json!({ "kty": "oct", "k": k })),
        ("jwk", private),
        ("jwk", json!({ "keys": [key(Algorithm::ES256)] })),
        ("x5c", json!([certificate])),
        ("x5c", json!(certificate)),
        ("x5t", json!("AAECAwQFBgcICQoLDA0ODxAREhM")),
        (
            "x5t#S256",
            json!("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"),
        ),
    ];
    for url in [
        &format!("http://{elsewhere}/jwks.json"),
        &format!("//{elsewhere}/jwks.json"),
        &format!("https://issuer.example.com@{elsewhere}/"),
        &format!("https://issuer.example.com/redirect?to=http://{elsewhere}/"),
        "file:///etc/passwd",
        "gopher://127.0.0.1:70/_x",
        "data:application/json,{}",
        URL,
    ] {
        offers.push(("jku", json!(url)));
        offers.push(("x5u", json!(url)));
    }
    offers
}

/// Nobody asks the server for anything but its keys, and nobody else for anything.
#[tokio::test(start_paused = true)]
async fn a_token_brings_no_key_and_sends_us_nowhere() {
    let elsewhere = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let address = elsewhere.local_addr().unwrap().to_string();
    let server = Server::with(&["a"]);
    let verifier = verifier(&server.ready().await);
    for (name, offer) in offers(&address) {
        for algorithm in [
            Algorithm::ES256,
            Algorithm::RS256,
            Algorithm::EdDSA,
            Algorithm::HS256,
        ] {
            let forger = forger(algorithm);
            let token = forger.token().header(name, &offer);
            for token in [
                token.clone().header("kid", "a"),
                token.clone().header("kid", "forged"),
                token.clone().without_header("kid"),
            ] {
                let verdict = verifier.verify(token.sign()).await.map(drop);
                assert!(
                    matches!(verdict, Err(AuthError::InvalidToken(_))),
                    "{name} {offer}: {verdict:?}"
                );
            }
        }
        // On a good token, it says nothing.
        let good = issuer("a");
        let good = good.token().header(name, &offer).sign();
        assert!(verifier.verify(good).await.is_ok(), "{name} {offer}");
    }
    assert_eq!(server.asked(), 1);
    let nobody = elsewhere.accept().unwrap_err();
    assert_eq!(nobody.kind(), io::ErrorKind::WouldBlock);
}

/// The server of these tests answers for one URL only, and panics if it is asked for another.
#[tokio::test(start_paused = true)]
async fn the_name_of_a_key_is_no_part_of_a_url() {
    let server = Server::with(&["a"]);
    let verifier = verifier(&server.ready().await);
    for (fetches, key_id) in [
        "../../evil",
        "/evil",
        "?kid=evil",
        "#evil",
        "https://evil.example.com/",
        "@evil.example.com",
        "%2e%2e%2f",
        "a/../b",
        "\r\nHost: evil.example.com",
    ]
    .iter()
    .enumerate()
    {
        pass(secs(30)).await;
        assert_eq!(verify(&verifier, key_id).await, Err(UNKNOWN), "{key_id}");
        assert_eq!(server.asked(), fetches + 2, "{key_id}");
    }
}
