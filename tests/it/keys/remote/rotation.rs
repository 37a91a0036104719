use std::sync::atomic::{AtomicBool, Ordering};

use ::http::header::{ACCEPT, ETAG, IF_NONE_MATCH};
use tower_bearer::KeyProvider;
use tower_bearer::keys::{KeySet, Refresh, WantedKey};

use super::*;

#[tokio::test(start_paused = true)]
async fn the_first_token_fetches_the_keys() {
    let server = Server::with(&["a"]);
    let keys = server.keys();
    let verifier = verifier(&keys);
    settle().await;
    assert_eq!(server.asked(), 0);
    assert_eq!(verify(&verifier, "a").await, Ok(()));
    assert_eq!(verify(&verifier, "a").await, Ok(()));
    assert_eq!(server.asked(), 1);
    assert_eq!(server.headers()[ACCEPT], "application/json");
    assert!(!server.headers().contains_key(IF_NONE_MATCH));
}

#[tokio::test(start_paused = true)]
async fn the_first_token_of_a_new_key_is_accepted() {
    let server = Server::with(&["a"]);
    let keys = server.ready().await;
    let verifier = verifier(&keys);
    pass(secs(31)).await;
    server.publish(&["a", "b"]);
    assert_eq!(verify(&verifier, "b").await, Ok(()));
    assert_eq!(verify(&verifier, "a").await, Ok(()));
    assert_eq!(server.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_new_within_the_cooldown_is_accepted_after_it() {
    let server = Server::with(&["a"]);
    let keys = server.ready().await;
    let verifier = verifier(&keys);
    server.publish(&["b"]);
    assert_eq!(verify(&verifier, "b").await, Err(UNKNOWN));
    pass(secs(29)).await;
    assert_eq!(verify(&verifier, "b").await, Err(UNKNOWN));
    assert_eq!(server.asked(), 1);
    pass(secs(1)).await;
    assert_eq!(verify(&verifier, "b").await, Ok(()));
    assert_eq!(server.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_withdrawn_key_is_trusted_until_the_next_refresh() {
    let server = Server::with(&["a", "b"]);
    let keys = server.ready().await;
    let verifier = verifier(&keys);
    // One that is remembered from now on.
    let token = token("a");
    assert!(verifier.verify(&token).await.is_ok());
    server.publish(&["b"]);
    pass(secs(400)).await;
    assert!(verifier.verify(&token).await.is_ok());
    pass(secs(80)).await;
    assert_eq!(server.asked(), 2);
    assert_eq!(verifier.verify(&token).await.map(|_| ()), Err(UNKNOWN));
    assert_eq!(verify(&verifier, "b").await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn new_material_replaces_the_old_of_the_same_name() {
    let server = Server::with(&["a"]);
    let keys = server.ready().await;
    let verifier = verifier(&keys);
    let old = token("a");
    assert!(verifier.verify(&old).await.is_ok());

    let new = crate::jose::signing_key(Algorithm::ES256).with_key_id("a");
    let set = json!({ "keys": [jwk(&new.verifying_key())] });
    server.answer(Response::new(set.to_string()));
    pass(secs(480)).await;
    let refused = verifier.verify(&old).await.map(|_| ());
    assert_eq!(refused, Err(TokenError::BadSignature.into()));
    let issuer = TestIssuer::new("issuer", Algorithm::ES256).key(new);
    assert!(verifier.verify(issuer.token().sign()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_document_that_did_not_change_is_not_sent_again() {
    let server = Server::with(&[]);
    server.answer_by(|headers| {
        let mut response = Response::new(jwks(&["a"]));
        if headers
            .get(IF_NONE_MATCH)
            .is_some_and(|etag| etag == "\"1\"")
        {
            *response.status_mut() = ::http::StatusCode::NOT_MODIFIED;
            response.body_mut().clear();
        }
        response
            .headers_mut()
            .insert(ETAG, "\"1\"".parse().unwrap());
        Ok(response)
    });
    let keys = server.ready().await;
    let verifier = verifier(&keys);
    for fetches in 2..=20 {
        pass(secs(480)).await;
        assert!(server.asked() >= fetches);
        assert_eq!(server.headers()[IF_NONE_MATCH], "\"1\"");
        assert_eq!(keys.status().state, KeyState::Fresh);
        assert_eq!(keys.status().last_error, None);
        assert_eq!(verify(&verifier, "a").await, Ok(()));
    }
}

/// A server may forget to change the `ETag`, or send one although nobody asked by it.
#[tokio::test(start_paused = true)]
async fn what_is_sent_counts_and_not_its_etag() {
    let server = Server::with(&[]);
    let answer = |body: String, status: ::http::StatusCode| {
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let etag = "\"1\"".parse().unwrap();
        response.headers_mut().insert(ETAG, etag);
        response
    };
    // Not modified, but nobody has it.
    let none = || answer(String::new(), ::http::StatusCode::NOT_MODIFIED);
    server.answer(none());
    let keys = server.keys();
    let error = keys.ready().await.unwrap_err().to_string();
    assert_eq!(error, "the answer is 304 Not Modified, not 200 OK");
    assert!(!server.headers().contains_key(IF_NONE_MATCH));

    server.answer(answer(jwks(&["a"]), ::http::StatusCode::OK));
    let keys = server.ready().await;
    let verifier = verifier(&keys);
    server.answer(answer(jwks(&["b"]), ::http::StatusCode::OK));
    pass(secs(480)).await;
    assert_eq!(verify(&verifier, "b").await, Ok(()));
    assert_eq!(verify(&verifier, "a").await, Err(UNKNOWN));
    server.answer(none());
    pass(secs(480)).await;
    assert_eq!(verify(&verifier, "b").await, Ok(()));
    // Broken under the same name: the good ones stay.
    server.answer(answer("{".into(), ::http::StatusCode::OK));
    pass(secs(480)).await;
    assert_eq!(verify(&verifier, "b").await, Ok(()));
}

/// Keys whose first snapshot is from before they were fetched.
struct Outrun(RemoteKeys, AtomicBool);

impl KeyProvider for Outrun {
    fn snapshot(&self) -> KeySet {
        if self.1.swap(false, Ordering::Relaxed) {
            return KeySet::default();
        }
        self.0.snapshot()
    }

    fn refresh(&self, wanted: &WantedKey<'_>) -> Refresh {
        self.0.refresh(wanted)
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_comes_while_it_is_looked_for_is_found() {
    let server = Server::with(&["a"]);
    let keys = Arc::new(Outrun(server.ready().await, AtomicBool::new(false)));
    let verifier = Verifier::builder()
        .issuer("issuer", Arc::clone(&keys))
        .any_audience()
        .build()
        .unwrap();
    keys.1.store(true, Ordering::Relaxed);
    assert_eq!(verify(&verifier, "a").await, Ok(()));
    assert!(!keys.1.load(Ordering::Relaxed));
    assert_eq!(server.asked(), 1);
}
