mod concurrent;
mod grace;
mod model;
mod store;
mod subject;

use std::error::Error;
use std::sync::Arc;

use futures::FutureExt;
use serde::{Deserialize, Serialize};
use tower_bearer::jose::NumericDate;
use tower_bearer::{AuthError, TokenError};
use tower_bearer_issuer::store::MemoryStore;
use tower_bearer_issuer::{
    Grant, RefreshError, RefreshToken, RefreshTokens, RefreshTokensBuilder, UsedToken,
};

use super::*;

const UNKNOWN: &str = "the refresh token has expired, was revoked or was never issued";
const REUSED: &str = "the refresh token was used before: its family is revoked";
const DAY: u64 = 24 * 60 * 60;

/// Refresh tokens over a store in memory, which can be looked at.
struct World {
    clock: FixedClock,
    store: Arc<MemoryStore>,
    tokens: RefreshTokens,
}

impl World {
    fn new() -> Self {
        Self::with(|builder| builder)
    }

    fn with(set_up: impl FnOnce(RefreshTokensBuilder) -> RefreshTokensBuilder) -> Self {
        let clock = FixedClock::new();
        let store = Arc::new(MemoryStore::new().clock(clock.clone()));
        let builder = RefreshTokens::builder(Arc::clone(&store)).clock(clock.clone());
        let tokens = set_up(builder).build().unwrap();
        Self {
            clock,
            store,
            tokens,
        }
    }

    fn begin(&self) -> RefreshToken {
        self.begin_for("alice")
    }

    fn begin_for(&self, subject: &str) -> RefreshToken {
        let begun = self.tokens.begin(Grant::new(subject));
        begun.now_or_never().unwrap().unwrap()
    }

    fn revoke_subject(&self, subject: &str) {
        let revoked = self.tokens.revoke_subject(subject);
        revoked.now_or_never().unwrap().unwrap();
    }

    fn try_use(&self, token: &str) -> Result<UsedToken, RefreshError> {
        self.tokens.use_token(token).now_or_never().unwrap()
    }

    /// The next token.
    #[track_caller]
    fn use_token(&self, token: &RefreshToken) -> RefreshToken {
        self.try_use(token.as_str()).unwrap().into_token()
    }

    #[track_caller]
    fn assert_unknown(&self, token: &str) {
        assert_error(self.try_use(token), UNKNOWN);
    }

    #[track_caller]
    fn assert_reused(&self, token: &RefreshToken) {
        assert_error(self.try_use(token.as_str()), REUSED);
    }
}

#[test]
fn each_use_gives_the_next_token() {
    let world = World::new();
    let mut token = world.begin();
    let family = token.family_id().to_owned();
    let mut texts = vec![token.as_str().to_owned()];
    for _ in 0..100 {
        token = world.use_token(&token);
        assert_eq!(token.family_id(), family);
        assert!(!texts.iter().any(|text| text == token.as_str()));
        texts.push(token.as_str().to_owned());
    }
    assert_eq!(world.store.len(), 1);
    let other = world.begin();
    assert_ne!(other.family_id(), family);
}

#[test]
fn a_second_use_ends_the_family() {
    let world = World::new();
    let first = world.begin();
    let other = world.begin();
    let second = world.use_token(&first);
    let third = world.use_token(&second);
    let Err(RefreshError::Reused(reuse)) = world.try_use(first.as_str()) else {
        panic!("not noticed");
    };
    assert_eq!(reuse.subject(), "alice");
    assert_eq!(reuse.family_id(), first.family_id());
    assert_eq!(format!("{reuse:?}"), "Reuse { .. }");
    for token in [&first, &second, &third] {
        world.assert_unknown(token.as_str());
    }
    // Another sign-in of the same subject goes on.
    world.use_token(&other);
}

#[test]
fn what_never_was_a_token_ends_nothing() {
    let world = World::new();
    let first = world.begin();
    let second = world.use_token(&first);
    let text = second.as_str();
    let family_id = second.family_id();
    for junk in [
        "",
        "tbr_",
        &text[4..],
        &text[..67],
        &text.to_uppercase(),
        &text.replace("tbr_", "tbr-"),
        &format!("{text}="),
        &format!("{text}A"),
        &format!("{text}AAAA"),
        &format!(" {text}"),
        "tbr_\u{e4}",
        &format!("tbr_{}", "A".repeat(64)),
        // The id of a family is no secret, so it must not be enough to end it.
        family_id,
        &format!("tbr_{family_id}"),
        &format!("tbr_{family_id}{}", &text[47..]),
    ] {
        world.assert_unknown(junk);
    }
    world.use_token(&second);
}

/// A token consists of the part of its family, its own number, and a tag over that.
#[test]
fn a_damaged_token_ends_nothing() {
    let world = World::new();
    let token = world.begin();
    let with_other = |at: usize| {
        let mut text = token.as_str().to_owned().into_bytes();
        text[at] = if text[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(text).unwrap()
    };
    let damaged: Vec<_> = (4..68).map(with_other).collect();
    let assert_nothing_ends = || {
        for text in &damaged {
            world.assert_unknown(text);
            let revoked = world.tokens.revoke_token(text).now_or_never();
            assert!(!revoked.unwrap().unwrap());
        }
    };
    assert_nothing_ends();
    let first = token;
    let token = world.use_token(&first);
    let token = world.use_token(&token);
    // Neither does a damaged copy of a used one. The used one itself does.
    assert_nothing_ends();
    let token = world.use_token(&token);
    world.assert_reused(&first);
    world.assert_unknown(token.as_str());
}

#[test]
fn idle_families_end() {
    let world = World::new();
    let token = world.begin();
    assert_eq!(token.lifetime(), secs(14 * DAY));
    world.clock.advance(secs(14 * DAY - 1));
    let token = world.use_token(&token);
    assert_eq!(token.lifetime(), secs(14 * DAY));
    world.clock.advance(secs(14 * DAY));
    world.assert_unknown(token.as_str());
    assert_eq!(world.store.len(), 0);
}

#[test]
fn every_family_ends() {
    let world = World::new();
    let mut token = world.begin();
    for _ in 0..29 {
        world.clock.advance(secs(DAY));
        token = world.use_token(&token);
    }
    assert_eq!(token.lifetime(), secs(DAY));
    world.clock.advance(secs(DAY - 1));
    token = world.use_token(&token);
    assert_eq!(token.lifetime(), secs(1));
    world.clock.advance(secs(1));
    world.assert_unknown(token.as_str());
}

#[test]
fn lifetimes_can_be_set() {
    let world = World::with(|it| it.idle_lifetime(secs(10)).absolute_lifetime(secs(15)));
    let token = world.begin();
    assert_eq!(token.lifetime(), secs(10));
    world.clock.advance(secs(9));
    assert_eq!(world.use_token(&token).lifetime(), secs(6));
    let builder = || <RefreshTokens>::builder(MemoryStore::new());
    for (builder, text) in [
        (
            builder().absolute_lifetime(Duration::from_millis(999)),
            "the lifetime of refresh tokens is 999ms: give at least a second",
        ),
        (
            builder().idle_lifetime(Duration::ZERO),
            "the lifetime of refresh tokens is 0ns: give at least a second",
        ),
        (
            builder().grace(Duration::from_millis(60_001)),
            "the grace for refresh tokens is 60.001s: give at most 60 s, because a thief goes \
             unnoticed that long",
        ),
    ] {
        assert_error(builder.build(), text);
    }
    assert!(builder().grace(secs(60)).build().is_ok());
}

#[test]
fn families_can_be_revoked() {
    let world = World::new();
    let revoke = |id: &str| world.tokens.revoke(id).now_or_never().unwrap().unwrap();
    let revoke_token = |token: &str| {
        world
            .tokens
            .revoke_token(token)
            .now_or_never()
            .unwrap()
            .unwrap()
    };
    let token = world.begin();
    assert!(!revoke("") && !revoke("../..") && !revoke(&"A".repeat(43)));
    assert!(!revoke(&token.family_id()[1..]));
    assert!(revoke(token.family_id()));
    assert!(!revoke(token.family_id()));
    world.assert_unknown(token.as_str());

    let first = world.begin();
    let second = world.use_token(&first);
    assert!(!revoke_token("") && !revoke_token("tbr_"));
    assert!(revoke_token(first.as_str()));
    assert!(!revoke_token(second.as_str()));
    world.assert_unknown(second.as_str());
}

#[test]
fn the_grant_comes_back() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Session {
        device: String,
        logins: Vec<u64>,
    }

    let session = || Session {
        device: "a \"phone\"\n".to_owned(),
        logins: vec![1, u64::MAX],
    };
    let clock = FixedClock::new();
    let tokens = RefreshTokens::builder(MemoryStore::new()).clock(clock.clone());
    let tokens = tokens.build().unwrap();
    let grant = Grant::new("alice")
        .scope("read write")
        .audience("a")
        .audience("b");
    let begun = tokens.begin(grant.with_data(session()));
    let mut token = begun.now_or_never().unwrap().unwrap();
    for _ in 0..3 {
        clock.advance(secs(60));
        let used = tokens
            .use_token(token.as_str())
            .now_or_never()
            .unwrap()
            .unwrap();
        let grant = used.grant();
        assert_eq!((grant.subject(), grant.scopes()), ("alice", "read write"));
        assert!(grant.audiences().eq(["a", "b"]));
        assert_eq!(*grant.data(), session());
        assert_eq!(used.begun_at(), NumericDate::from_secs(NOW));
        assert_eq!(used.token().family_id(), token.family_id());
        token = used.into_token();
    }
}

#[test]
fn neither_passes_for_the_other() {
    let world = World::new();
    let issuer = issuer();
    let verifier = verifier(&issuer, &world.clock);
    let refresh_token = world.begin();
    assert_eq!(
        verifier.verify_now(refresh_token.as_str()).map(|_| ()),
        Err(AuthError::InvalidToken(TokenError::Malformed))
    );
    let access_token = issuer.access_token("alice").issue().unwrap();
    world.assert_unknown(access_token.as_str());
}

#[test]
fn errors() {
    use tower_bearer::KeyError;
    use tower_bearer_issuer::store::StoreError;

    for (error, is_invalid_grant, text) in [
        (RefreshError::Unknown, true, UNKNOWN),
        (
            RefreshError::GrantTooLarge,
            false,
            "the grant is larger than 3 KiB, or cannot be JSON: keep less in it",
        ),
        (
            RefreshError::Undecodable,
            false,
            "the data stored with the refresh token does not decode into its type: \
             give new members a default",
        ),
        (
            RefreshError::Store(StoreError::Full),
            false,
            "the store is full: give it room for more entries",
        ),
        (
            RefreshError::Key(KeyError::GenerationFailed),
            false,
            "the cryptographic back end failed to make a key, or random numbers",
        ),
    ] {
        assert_eq!(error.is_invalid_grant(), is_invalid_grant);
        assert_eq!(error.to_string(), text);
        if let Some(source) = error.source() {
            assert_eq!(source.to_string(), text);
        }
    }
    let world = World::new();
    let token = world.begin();
    world.use_token(&token);
    assert!(
        world
            .try_use(token.as_str())
            .unwrap_err()
            .is_invalid_grant()
    );
}

#[test]
fn debug_shows_no_secret() {
    let world = World::new();
    let token = world.begin();
    let used = world.try_use(token.as_str()).unwrap();
    assert_eq!(format!("{token:?}"), "RefreshToken { .. }");
    assert_eq!(format!("{used:?}"), "UsedToken { .. }");
    assert_eq!(format!("{:?}", used.grant()), "Grant { .. }");
    assert_eq!(
        format!("{:?}", world.tokens),
        "RefreshTokens { lifetimes: Lifetimes { absolute: 2592000s, idle: 1209600s, grace: 0ns \
         }, .. }"
    );
}

#[test]
fn traits() {
    fn assert_auto<T: Clone + Send + Sync + Unpin + 'static>() {}
    fn assert_send<T: Send>(_: &T) {}
    assert_auto::<RefreshTokens<Vec<u8>>>();
    assert_auto::<RefreshToken>();
    assert_auto::<UsedToken>();
    assert_auto::<RefreshError>();
    let world = World::new();
    assert_send(&world.tokens.begin(Grant::new("alice")));
    assert_send(&world.tokens.use_token(""));
    assert_send(&world.tokens.revoke(""));
    assert_send(&world.tokens.revoke_token(""));
    assert_send(&world.tokens.revoke_subject(""));
}
