use futures::FutureExt;
use serde_json::json;
use tower_bearer_issuer::store::MemoryStore;
use tower_bearer_issuer::{Grant, RefreshToken, RefreshTokens, TokenPair};

use super::*;

fn refresh_token() -> RefreshToken {
    let tokens = <RefreshTokens>::builder(MemoryStore::new())
        .build()
        .unwrap();
    let token = tokens.begin(Grant::new("alice"));
    token.now_or_never().unwrap().unwrap()
}

#[test]
fn a_token_response() {
    let access_token = issuer()
        .access_token("alice")
        .scope("read write")
        .issue()
        .unwrap();
    let pair = TokenPair::new(access_token.clone(), refresh_token());
    assert_eq!(pair.access_token().as_str(), access_token.as_str());
    assert_eq!(
        serde_json::to_value(&pair).unwrap(),
        json!({
            "access_token": access_token.as_str(),
            "token_type": "Bearer",
            "expires_in": 900,
            "refresh_token": pair.refresh_token().as_str(),
            "scope": "read write",
        })
    );
}

#[test]
fn without_scope() {
    let access_token = issuer()
        .access_token("alice")
        .lifetime(secs(7))
        .issue()
        .unwrap();
    let pair = serde_json::to_value(TokenPair::new(access_token, refresh_token())).unwrap();
    assert_eq!(pair["expires_in"], 7);
    assert!(!pair.as_object().unwrap().contains_key("scope"));
}

#[test]
fn debug_shows_no_token() {
    let access_token = issuer().access_token("alice").issue().unwrap();
    let pair = TokenPair::new(access_token, refresh_token());
    assert_eq!(
        format!("{pair:?}"),
        "TokenPair { access_token: AccessToken { .. }, refresh_token: RefreshToken { .. } }"
    );
}
