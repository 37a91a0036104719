//! What can be revoked, and what is not meant by it.

use std::sync::RwLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;
use crate::jose::forged::other_spelling;

const REVOKED: TokenError = TokenError::Revoked;

#[test]
fn a_token() {
    let setup = Setup::new();
    let [one, other] = ["1", "2"].map(|id| setup.token(id, "s", "alice"));
    let verified = setup.verified(&one);
    setup.assert_accepts(&other);
    setup.revoke(Revocation::token(&verified).unwrap());
    setup.assert_refuses(&one, REVOKED);
    setup.assert_accepts(&other);
    // It may come in another spelling, and be revoked again.
    let signed_again = tower_bearer::test_util::sign(
        setup.issuer.signing_key(),
        r#"{"kid":"hs256", "alg":"HS256"}"#,
        format!(
            r#"{{"jti":"\u0031","iss":"{ISSUER}","aud":"{AUDIENCE}","iat":{NOW},"exp":{}}}"#,
            NOW + 60
        ),
    );
    setup.assert_refuses(&signed_again, REVOKED);
    setup.revoke(Revocation::token(&verified).unwrap());
    assert_eq!(setup.entries(), 1);
    setup.assert_refuses(&one, REVOKED);
}

/// ECDSA has two signatures for each, so the text of a token does not identify it. Its `jti` does.
#[test]
fn the_other_spelling_of_a_signature_is_revoked_as_well() {
    let list = RevocationList::local().clock(clock()).build().unwrap();
    let verifier = builder().audience(AUDIENCE).revocations(list.clone());
    let verifier = verifier.build().unwrap();
    let one = issuer().token().audience(AUDIENCE).claim("jti", "1").sign();
    let (signed, signature) = one.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let other = other_spelling(Algorithm::ES256, &signature);
    let other = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(other));
    assert_ne!(one, other);
    assert_accepts(&verifier, &other);
    let revocation = Revocation::token(&assert_accepts(&verifier, &one));
    list.revoke(revocation.unwrap())
        .now_or_never()
        .unwrap()
        .unwrap();
    for token in [one, other] {
        assert_refuses(&verifier, token, REVOKED);
    }
}

#[test]
fn a_token_without_an_id_cannot_be_told_from_others() {
    let setup = Setup::new();
    let token = setup.issuer.token().audience(AUDIENCE).sign();
    assert!(Revocation::token(&setup.verified(&token)).is_none());
}

#[test]
fn a_session() {
    let setup = Setup::new();
    let ours = ["1", "2"].map(|id| setup.token(id, "s", "alice"));
    let others = ["1", "2"].map(|id| setup.token(id, "t", "alice"));
    let none = setup.issuer.token().audience(AUDIENCE).sign();
    let all = || ours.iter().chain(&others).chain([&none]);
    for token in all() {
        setup.assert_accepts(token);
    }
    setup.revoke(Revocation::session(ISSUER, "s"));
    for token in &ours {
        setup.assert_refuses(token, REVOKED);
    }
    for token in others.iter().chain([&none]) {
        setup.assert_accepts(token);
    }
    // Also what is issued later.
    setup.clock.advance(HOUR);
    setup.assert_refuses(&setup.token("3", "s", "alice"), REVOKED);
    setup.assert_accepts(&setup.token("3", "t", "alice"));
}

#[test]
fn all_that_a_subject_had() {
    let setup = Setup::new();
    let ours = ["1", "2"].map(|id| setup.token(id, id, "alice"));
    let bobs = setup.token("1", "1", "bob");
    let nobodys = setup.issuer.token().audience(AUDIENCE).sign();
    setup.clock.advance(SECOND);
    for token in &ours {
        setup.assert_accepts(token);
    }
    setup.revoke(Revocation::subject(ISSUER, "alice"));
    for token in &ours {
        setup.assert_refuses(token, REVOKED);
    }
    // The second in which it happened counts.
    setup.assert_refuses(&setup.token("3", "3", "alice"), REVOKED);
    setup.clock.advance(SECOND);
    let new = setup.token("4", "4", "alice");
    for token in [&new, &bobs, &nobodys] {
        setup.assert_accepts(token);
    }
    for token in &ours {
        setup.assert_refuses(token, REVOKED);
    }
    // And again, which revokes what is new.
    setup.revoke(Revocation::subject(ISSUER, "alice"));
    setup.assert_refuses(&new, REVOKED);
    assert_eq!(setup.entries(), 1);
}

#[test]
fn fractions_of_the_second_count_as_well() {
    let setup = Setup::new();
    let issued_at = |iat: f64| {
        let token = setup.issuer.token().audience(AUDIENCE).subject("alice");
        token.claim("iat", iat).sign()
    };
    #[expect(clippy::cast_precision_loss, reason = "it is small enough")]
    let now = NOW as f64;
    let [before, within, at_end] = [now - 0.5, now + 0.25, now + 0.75].map(issued_at);
    let after = issued_at(now + 1.0);
    setup.revoke(Revocation::subject(ISSUER, "alice"));
    setup.clock.advance(SECOND);
    for token in [before, within, at_end] {
        setup.assert_refuses(&token, REVOKED);
    }
    setup.assert_accepts(&after);
}

#[test]
fn one_kind_is_not_another() {
    let setup = Setup::new();
    let token = setup.token("a", "a", "a");
    let verified = setup.verified(&token);
    // Ids that run into each other where they are put together.
    for issuer in ["", "a", "aa"] {
        setup.revoke(Revocation::session(issuer, "a"));
        setup.revoke(Revocation::subject(issuer, "a"));
    }
    let (head, tail) = ISSUER.split_at(8);
    setup.revoke(Revocation::session(head, &format!("{tail}a")));
    setup.revoke(Revocation::subject(format!("{ISSUER}a").as_str(), ""));
    setup.revoke(Revocation::session(None::<&str>, &format!("{ISSUER}a")));
    setup.assert_accepts(&token);
    for id in ["b", "A", "a ", ""] {
        setup.revoke(Revocation::session(ISSUER, id));
        setup.revoke(Revocation::subject(ISSUER, id));
    }
    setup.assert_accepts(&token);
    setup.revoke(Revocation::token(&verified).unwrap());
    setup.assert_refuses(&token, REVOKED);
    setup.assert_accepts(&setup.token("b2", "a", "a"));
}

#[test]
fn an_id_is_one_issuers() {
    const PARTNER: &str = "https://partner.example.com";
    let setup = Setup::new();
    let partner = TestIssuer::new(PARTNER, Algorithm::ES256).clock(setup.clock.clone());
    let verifier = builder_with(setup.issuer.verifying_key())
        .trust(TrustedIssuer::new(PARTNER, partner.verifying_key()))
        .audience(AUDIENCE)
        .revocations(setup.list.clone())
        .build()
        .unwrap();
    let ours = setup.token("a", "a", "a");
    let theirs = partner.token().audience(AUDIENCE).claim("jti", "a");
    let theirs = theirs.claim("sid", "a").subject("a").sign();
    assert_accepts(&verifier, &ours);
    let accepted = assert_accepts(&verifier, &theirs);
    setup.revoke(Revocation::token(&accepted).unwrap());
    setup.revoke(Revocation::session(PARTNER, "a"));
    setup.revoke(Revocation::subject(PARTNER, "a"));
    assert_refuses(&verifier, &theirs, REVOKED);
    assert_accepts(&verifier, &ours);
}

#[test]
fn tokens_of_whatever_issuer_are_revoked_by_what_they_name() {
    let setup = Setup::new();
    let verifier = Verifier::builder()
        .any_issuer(setup.issuer.verifying_key())
        .audience(AUDIENCE)
        .clock(setup.clock.clone())
        .revocations(setup.list.clone())
        .build()
        .unwrap();
    let of = |issuer: Option<&str>| {
        let token = setup.issuer.token().audience(AUDIENCE).claim("jti", "a");
        let token = token.claim("sid", "a").subject("a");
        match issuer {
            Some(issuer) => token.claim("iss", issuer).sign(),
            None => token.without_claim("iss").sign(),
        }
    };
    let issuers = [None, Some(""), Some("a"), Some("b")];
    for (at, issuer) in issuers.into_iter().enumerate() {
        let accepted = assert_accepts(&verifier, of(issuer));
        match at % 3 {
            0 => setup.revoke(Revocation::token(&accepted).unwrap()),
            1 => setup.revoke(Revocation::session(issuer, "a")),
            _ => setup.revoke(Revocation::subject(issuer, "a")),
        }
        for (other_at, other) in issuers.into_iter().enumerate() {
            if other_at <= at {
                assert_refuses(&verifier, of(other), REVOKED);
            } else {
                assert_accepts(&verifier, of(other));
            }
        }
    }
}

#[test]
fn ids_may_be_as_long_and_as_odd_as_they_like() {
    let setup = Setup::new();
    let long = "x".repeat(8000);
    for id in [&long, "", "\0", "\r\nDEL *", "ünï\u{1f511}", "{tag}"] {
        let token = setup.token("j", id, "alice");
        setup.assert_accepts(&token);
        setup.revoke(Revocation::session(ISSUER, id));
        setup.assert_refuses(&token, REVOKED);
    }
    setup.assert_accepts(&setup.token("j", &"x".repeat(7999), "alice"));
}

/// Keys that come when somebody has waited for them.
struct Late(Arc<RwLock<KeySet>>, KeySet);

impl KeyProvider for Late {
    fn snapshot(&self) -> KeySet {
        self.0.read().unwrap().clone()
    }

    fn refresh(&self, _: &WantedKey<'_>) -> Refresh {
        let (keys, arriving) = (Arc::clone(&self.0), self.1.clone());
        Refresh::Pending(Box::pin(async move {
            tokio::task::yield_now().await;
            *keys.write().unwrap() = arriving;
            Ok(())
        }))
    }
}

#[test]
fn a_token_that_is_revoked_while_it_waits_for_its_key_is_refused() {
    let setup = Setup::new();
    let keys = Late(Arc::default(), setup.issuer.verifying_key().into());
    let verifier = builder_with(keys)
        .audience(AUDIENCE)
        .revocations(setup.list.clone())
        .build()
        .unwrap();
    let token = setup.token("a", "s", "alice");
    let mut waiting = Box::pin(verifier.verify(&token));
    assert!(waiting.as_mut().now_or_never().is_none());
    setup.revoke(Revocation::session(ISSUER, "s"));
    let refused = waiting.now_or_never().unwrap().unwrap_err();
    assert_eq!(refused, REVOKED.into());
}

#[test]
fn verifiers_may_share_a_list_and_need_none() {
    let setup = Setup::new();
    let token = setup.token("a", "s", "alice");
    let without = builder_with(setup.issuer.verifying_key());
    let without = without.audience(AUDIENCE).build().unwrap();
    setup.assert_accepts(&token);
    assert_accepts(&without, &token);
    setup.revoke(Revocation::session(ISSUER, "s"));
    setup.assert_refuses(&token, REVOKED);
    assert_accepts(&without, &token);
}

/// What is asked for first is what the client is told.
#[test]
fn a_revoked_token_that_has_expired_has_expired() {
    let setup = Setup::new();
    let token = setup.token("a", "s", "alice");
    setup.assert_accepts(&token);
    setup.revoke(Revocation::session(ISSUER, "s"));
    setup.assert_refuses(&token, REVOKED);
    setup.clock.advance(HOUR);
    setup.assert_refuses(&token, TokenError::Expired);
}

#[test]
fn a_revoked_token_is_not_handed_to_rules() {
    let setup = Setup::new();
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let verifier = builder_with(setup.issuer.verifying_key())
        .audience(AUDIENCE)
        .revocations(setup.list.clone())
        .rule(move |_| counter.fetch_add(1, Ordering::Relaxed) < usize::MAX)
        .build()
        .unwrap();
    let token = setup.token("a", "s", "alice");
    assert_accepts(&verifier, &token);
    setup.revoke(Revocation::session(ISSUER, "s"));
    assert_refuses(&verifier, &token, REVOKED);
    assert_refuses(&verifier, &token, REVOKED);
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[test]
fn debug_shows_no_id() {
    let setup = Setup::new();
    let revocation = Revocation::subject(ISSUER, "alice");
    assert_eq!(format!("{revocation:?}"), "Revocation { .. }");
    setup.revoke(revocation);
    assert_eq!(format!("{:?}", setup.list), "RevocationList { .. }");
}
