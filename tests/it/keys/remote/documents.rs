use ::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;

const NO_SET: &str =
    "the document is not a JWK Set: it must be a JSON object with one array named `keys`";

fn response(status: u16, body: &str) -> Response<String> {
    let mut response = Response::new(body.to_owned());
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

/// Cold, nothing is served; warm, the last good keys are. Either way it is said why.
async fn assert_refused(response: Response<String>, text: &str) {
    let server = Server::down();
    server.answer(response.clone());
    let keys = server.keys();
    assert_eq!(keys.ready().await.unwrap_err().to_string(), text);
    assert_unavailable(verify(&verifier(&keys), "a").await, secs(1));

    server.publish(&["a"]);
    let keys = server.ready().await;
    let verifier = verifier(&keys);
    server.answer(response);
    pass(secs(480)).await;
    assert_eq!(keys.status().last_error.as_deref(), Some(text));
    assert_eq!(verify(&verifier, "a").await, Ok(()));
    assert_unavailable(verify(&verifier, "b").await, secs(60));
}

#[tokio::test(start_paused = true)]
async fn what_is_no_set_of_keys_is_refused() {
    let empty = "the JWK Set is empty: add the keys that verify signatures";
    assert_refused(response(200, r#"{"keys":[]}"#), empty).await;
    for body in [
        "",
        "<html><body>Sign in to the network</body></html>",
        r#"{"keys":[{"kty":"EC""#,
        "null",
        "[]",
        "{}",
        r#"{"keys":{}}"#,
        r#"{"keys":[],"keys":[]}"#,
        "\0",
    ] {
        assert_refused(response(200, body), NO_SET).await;
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let text = "no key of the JWK Set is usable; the first: the JWK is not one JSON object \
                with well-typed, unrepeated members";
    assert_refused(response(200, &format!(r#"{{"keys":{deep}}}"#)), text).await;
}

#[tokio::test(start_paused = true)]
async fn other_answers_than_ok_are_refused_whatever_they_hold() {
    for (status, name) in [
        (201, "201 Created"),
        (204, "204 No Content"),
        (304, "304 Not Modified"),
        (400, "400 Bad Request"),
        (401, "401 Unauthorized"),
        (404, "404 Not Found"),
        (429, "429 Too Many Requests"),
        (500, "500 Internal Server Error"),
        (502, "502 Bad Gateway"),
    ] {
        let text = format!("the answer is {name}, not 200 OK");
        assert_refused(response(status, &jwks(&["a", "b"])), &text).await;
    }
    for (status, name) in [
        (301, "301 Moved Permanently"),
        (302, "302 Found"),
        (303, "303 See Other"),
        (307, "307 Temporary Redirect"),
        (308, "308 Permanent Redirect"),
    ] {
        let text =
            format!("the answer is {name}, and redirects are not followed: give the final URL");
        let mut response = response(status, &jwks(&["a", "b"]));
        let location = "http://169.254.169.254/".parse().unwrap();
        response.headers_mut().insert("location", location);
        assert_refused(response, &text).await;
    }
}

#[tokio::test(start_paused = true)]
async fn any_content_type_will_do() {
    for content_type in ["application/jwk-set+json", "text/html", "\u{7f}\u{7f}"] {
        let server = Server::down();
        let mut response = response(200, &jwks(&["a"]));
        if let Ok(value) = content_type.parse() {
            response.headers_mut().insert("content-type", value);
        }
        server.answer(response);
        assert_eq!(server.ready().await.status().keys, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_set_has_no_more_keys_than_permitted() {
    let text = "the JWK Set has more keys than are permitted: publish fewer, or raise `max_keys`";
    let names: Vec<_> = (0..101).map(|number| format!("key-{number}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    assert_refused(response(200, &jwks(&names)), text).await;
    let server = Server::with(&names[..100]);
    assert_eq!(server.ready().await.status().keys, 100);
    let keys = server.builder().max_keys(99).build().unwrap();
    assert_eq!(keys.ready().await.unwrap_err().to_string(), text);
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_no_longer_than_permitted() {
    let text = "the answer is longer than 262144 bytes: raise `max_body_len`, or check the URL";
    let padded = |len: usize| {
        let set = jwks(&["a", "b"]);
        let padding = " ".repeat(len - set.len());
        response(200, &(set + &padding))
    };
    assert_refused(padded(256 * 1024 + 1), text).await;
    let server = Server::down();
    server.answer(padded(256 * 1024));
    assert_eq!(server.ready().await.status().keys, 2);
}

/// Symmetric keys, those for encryption, of unknown types and broken ones are skipped one by one.
#[tokio::test(start_paused = true)]
async fn each_key_is_judged_by_itself() {
    let secret = TestIssuer::new("issuer", Algorithm::HS256);
    let good = jwk(&issuer("a").verifying_key());
    let mut encrypts = jwk(&issuer("enc").verifying_key());
    encrypts["use"] = "enc".into();
    let mut broken = jwk(&issuer("broken").verifying_key());
    broken["x"] = "AAAA".into();
    let k = URL_SAFE_NO_PAD.encode([0x5a; 64]);
    let set = json!({ "keys": [
        { "kty": "oct", "kid": "hs256", "k": k },
        encrypts,
        { "kty": "AKP", "kid": "new" },
        broken,
        good,
    ]});
    let server = Server::down();
    server.answer(Response::new(set.to_string()));
    let keys = server.ready().await;
    assert_eq!(keys.status().keys, 1);
    let verifier = verifier(&keys);
    assert_eq!(verify(&verifier, "a").await, Ok(()));
    assert_eq!(verify(&verifier, "enc").await, Err(UNKNOWN));
    assert_eq!(verify(&verifier, "broken").await, Err(UNKNOWN));
    let forged = verifier.verify(secret.token().sign()).await;
    assert_eq!(forged.map(|_| ()), Err(UNKNOWN));

    let set = json!({ "keys": [{ "kty": "oct", "kid": "hs256", "k": k }] });
    let text = "no key of the JWK Set is usable; the first: the key is symmetric, \
                but published, so that everybody can sign with it: publish public keys only";
    assert_refused(Response::new(set.to_string()), text).await;
}

#[tokio::test(start_paused = true)]
async fn two_keys_of_one_name_are_ambiguous() {
    let other = crate::jose::signing_key(Algorithm::ES256).with_key_id("a");
    let keys = [issuer("a").verifying_key(), other.verifying_key()];
    let set = json!({ "keys": keys.each_ref().map(jwk) });
    let server = Server::down();
    server.answer(Response::new(set.to_string()));
    let keys = server.ready().await;
    let ambiguous = Err(TokenError::AmbiguousKey.into());
    assert_eq!(verify(&verifier(&keys), "a").await, ambiguous);
    assert_eq!(server.asked(), 1);
}
