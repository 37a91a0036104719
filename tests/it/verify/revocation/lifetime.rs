//! For how long revocations are remembered, and how many.

use super::*;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);
/// The margin unless set otherwise.
const MARGIN: Duration = Duration::from_secs(5 * 60);

#[test]
fn a_token_is_forgotten_after_its_end_and_the_margin() {
    let setup = Setup::new();
    let verified = setup.verified(&setup.token("a", "s", "alice"));
    setup.revoke(Revocation::token(&verified).unwrap());
    setup.clock.advance(HOUR + MARGIN);
    assert_eq!(setup.entries(), 1);
    setup.clock.advance(SECOND);
    assert_eq!(setup.entries(), 0);
}

#[test]
fn sessions_and_subjects_are_forgotten_after_the_longest_life() {
    for life in [HOUR, DAY] {
        let setup = Setup::with(|list| list.longest_life(life));
        setup.revoke(Revocation::session(ISSUER, "s"));
        setup.revoke(Revocation::subject(ISSUER, "alice"));
        setup.clock.advance(life + MARGIN);
        assert_eq!(setup.entries(), 2);
        setup.clock.advance(SECOND);
        assert_eq!(setup.entries(), 0);
    }
    let setup = Setup::new();
    setup.revoke(Revocation::session(ISSUER, "s"));
    setup.clock.advance(DAY + MARGIN);
    assert_eq!(setup.entries(), 1, "a day unless set otherwise");
    setup.clock.advance(SECOND);
    assert_eq!(setup.entries(), 0);
}

#[test]
fn none_is_forgotten_while_a_verifier_would_take_the_token() {
    let leeway = MINUTE * 7;
    let setup = Setup::with(|list| list.longest_life(HOUR).margin(leeway * 2));
    let verifier = builder_with(setup.issuer.verifying_key())
        .audience(AUDIENCE)
        .leeway(leeway)
        .clock(setup.clock.clone())
        .revocations(setup.list.clone())
        .build()
        .unwrap();
    let tokens = ["1", "2", "3"].map(|id| setup.token(id, id, id));
    let accepted = tokens
        .each_ref()
        .map(|token| assert_accepts(&verifier, token));
    setup.revoke(Revocation::token(&accepted[0]).unwrap());
    setup.revoke(Revocation::session(ISSUER, "2"));
    setup.revoke(Revocation::subject(ISSUER, "3"));
    for _ in 0..(HOUR + leeway).as_secs() {
        for token in &tokens {
            assert_refuses(&verifier, token, TokenError::Revoked);
        }
        // What has ended leaves.
        setup.entries();
        setup.clock.advance(SECOND);
    }
    for token in &tokens {
        assert_refuses(&verifier, token, TokenError::Expired);
    }

    // The clock of the issuer may be ahead, and that of the verifier late.
    setup.clock.set(NOW.unsigned_abs());
    let ahead = clock();
    ahead.advance(leeway);
    let issuer = TestIssuer::new(ISSUER, Algorithm::HS256).clock(ahead);
    let token = issuer.token().audience(AUDIENCE).claim("sid", "4").sign();
    assert_accepts(&verifier, &token);
    setup.revoke(Revocation::session(ISSUER, "4"));
    for _ in 0..(HOUR + leeway * 2).as_secs() {
        assert_refuses(&verifier, &token, TokenError::Revoked);
        setup.entries();
        setup.clock.advance(SECOND);
    }
    assert_refuses(&verifier, &token, TokenError::Expired);
}

#[test]
fn to_revoke_again_prolongs() {
    let setup = Setup::with(|list| list.longest_life(HOUR));
    setup.revoke(Revocation::session(ISSUER, "s"));
    setup.clock.advance(HOUR);
    setup.revoke(Revocation::session(ISSUER, "s"));
    setup.clock.advance(HOUR);
    assert_eq!(setup.entries(), 1);
    // A clock that was set back shortens nothing.
    setup.clock.set(NOW.unsigned_abs());
    setup.revoke(Revocation::session(ISSUER, "s"));
    setup.clock.advance(HOUR * 2);
    assert_eq!(setup.entries(), 1);
    setup.clock.advance(MARGIN + SECOND);
    assert_eq!(setup.entries(), 0);
}

/// The clock of the list may be ahead of the verifier's.
#[test]
fn an_expired_token_is_remembered_for_the_margin() {
    let setup = Setup::new();
    let verified = setup.verified(&setup.token("a", "s", "alice"));
    setup.clock.advance(HOUR * 2);
    setup.revoke(Revocation::token(&verified).unwrap());
    setup.clock.advance(MARGIN);
    assert_eq!(setup.entries(), 1);
    setup.clock.advance(SECOND);
    assert_eq!(setup.entries(), 0);
}

#[test]
fn what_expires_makes_room() {
    let setup = Setup::with(|list| {
        list.longest_life(HOUR)
            .margin(Duration::ZERO)
            .max_entries(2)
    });
    setup.revoke(Revocation::session(ISSUER, "1"));
    setup.clock.advance(MINUTE);
    setup.revoke(Revocation::session(ISSUER, "2"));
    let error = setup
        .try_revoke(Revocation::session(ISSUER, "3"))
        .unwrap_err();
    assert!(matches!(error, RevocationError::Full));
    assert_eq!(
        error.to_string(),
        "the list of revocations is full: give it room for more with `max_entries`"
    );
    // What is there can be prolonged, and none was forgotten for another.
    setup.revoke(Revocation::session(ISSUER, "2"));
    for id in ["1", "2"] {
        setup.assert_refuses(&setup.token("a", id, "alice"), TokenError::Revoked);
    }
    setup.assert_accepts(&setup.token("a", "3", "alice"));
    setup.clock.advance(HOUR.saturating_sub(MINUTE) + SECOND);
    setup.revoke(Revocation::session(ISSUER, "3"));
    assert_eq!(setup.entries(), 2);
    setup.assert_accepts(&setup.token("a", "1", "alice"));
    for id in ["2", "3"] {
        setup.assert_refuses(&setup.token("a", id, "alice"), TokenError::Revoked);
    }
}

#[test]
fn many_leave_together() {
    let setup = Setup::with(|list| list.max_entries(5000));
    for id in 0..5000 {
        setup.revoke(Revocation::session(ISSUER, &id.to_string()));
    }
    assert!(setup.try_revoke(Revocation::session(ISSUER, "x")).is_err());
    setup.clock.advance(DAY + MARGIN + SECOND);
    setup.revoke(Revocation::session(ISSUER, "x"));
    assert_eq!(setup.entries(), 1);
}

#[test]
fn a_token_that_could_outlive_its_revocation_is_refused() {
    let setup = Setup::with(|list| list.longest_life(HOUR));
    let lives = |from: i64, to: i64| {
        let token = setup.issuer.token().audience(AUDIENCE);
        token.claim("iat", NOW + from).claim("exp", NOW + to).sign()
    };
    setup.assert_accepts(&lives(0, 3600));
    setup.assert_accepts(&lives(-1800, 1800));
    let too_long = TokenError::LivesTooLong;
    setup.assert_refuses(&lives(0, 3601), too_long);
    setup.assert_refuses(&lives(-1800, 1801), too_long);
    setup.assert_refuses(&lives(-1_000_000, 10), too_long);
    setup.assert_refuses(&lives(-NOW, 10), too_long);
    // Without a list, nobody asks.
    let without = builder_with(setup.issuer.verifying_key());
    let without = without.audience(AUDIENCE).build().unwrap();
    assert_accepts(&without, lives(0, 1_000_000));
}

#[test]
fn a_token_that_may_be_of_any_age_never_outlives_its_revocation() {
    let setup = Setup::with(|list| list.longest_life(HOUR));
    let token = setup.issuer.token().audience(AUDIENCE);
    let token = token.claim("sid", "s").claim("exp", NOW + 2 * 3600);
    let token = token.without_claim("iat").sign();
    setup.assert_refuses(&token, TokenError::MissingClaim);
    setup.revoke(Revocation::session(ISSUER, "s"));
    // What was revoked is forgotten, and of the token less than an hour is left.
    setup.clock.advance(HOUR + MINUTE * 10);
    assert_eq!(setup.entries(), 0);
    setup.assert_refuses(&token, TokenError::MissingClaim);
}

#[test]
fn settings_that_would_bring_the_dead_to_life_are_refused() {
    let list = RevocationList::local().margin(MINUTE * 2).build().unwrap();
    let by = |leeway| Validation::new().any_audience().leeway(leeway);
    let build = |builder: VerifierBuilder<Map<String, Value>>| {
        builder.revocations(list.clone()).build().map(drop)
    };
    let partner = |leeway| TrustedIssuer::new("b", issuer().verifying_key()).validation(by(leeway));
    let tenants = |leeway| {
        let keys = |_: &str| Ok(issuer().verifying_key());
        tower_bearer::verify::Tenants::new(|_| true, keys).validation(by(leeway))
    };
    let good = || builder().validation(by(MINUTE));
    build(good()).unwrap();
    build(good().trust(partner(MINUTE)).tenants(tenants(MINUTE))).unwrap();
    for bad in [
        builder().validation(by(MINUTE + SECOND)),
        good().trust(partner(MINUTE + SECOND)),
        good().tenants(tenants(Duration::MAX)),
    ] {
        let error = build(bad).unwrap_err();
        assert!(matches!(error, ConfigError::OutOfRange(_)));
        assert_eq!(
            error.to_string(),
            "a leeway is longer than half the margin of the list of revocations, so that a revoked \
             token would come back to life: raise the margin"
        );
    }
}

#[test]
fn settings_out_of_range() {
    for (list, text) in [
        (
            RevocationList::local().longest_life(Duration::ZERO),
            "the longest lifetime is 0: give the lifetime of your access tokens",
        ),
        (
            RevocationList::local().max_entries(0),
            "the greatest number of revocations is 0: allow some",
        ),
    ] {
        let error = list.build().unwrap_err();
        assert!(matches!(error, ConfigError::OutOfRange(_)));
        assert_eq!(error.to_string(), text);
    }
    let debug = format!("{:?}", RevocationList::local());
    let expected =
        "RevocationListBuilder { longest_life: 86400s, margin: 300s, max_entries: 1000000, .. }";
    assert_eq!(debug, expected);
}

#[test]
fn times_at_the_ends_of_time() {
    let setup = Setup::with(|list| list.longest_life(Duration::MAX).margin(Duration::MAX));
    let far = setup.issuer.token().audience(AUDIENCE).claim("jti", "a");
    let far = far
        .subject("alice")
        .claim("sid", "s")
        .claim("exp", i64::MAX)
        .sign();
    let verified = setup.verified(&far);
    setup.revoke(Revocation::token(&verified).unwrap());
    setup.assert_refuses(&far, TokenError::Revoked);
    // The year 2106, and a clock that tells nothing.
    for secs in [u64::from(u32::MAX), u64::MAX] {
        setup.clock.set(secs);
        setup.revoke(Revocation::session(ISSUER, "s"));
        setup.revoke(Revocation::subject(ISSUER, "alice"));
        assert_refuses(&setup.remembering, &far, TokenError::Revoked);
    }
}

#[test]
fn a_new_token_is_issued_when_the_second_is_over() {
    let clock = Arc::new(std::sync::Mutex::new(Duration::from_secs(
        NOW.unsigned_abs(),
    )));
    let shown = Arc::clone(&clock);
    let at = move || std::time::SystemTime::UNIX_EPOCH + *shown.lock().unwrap();
    let list = RevocationList::local().clock(at).build().unwrap();
    let wait = |subject| list.until_issuable(ISSUER, subject);
    let advance = |millis| *clock.lock().unwrap() += Duration::from_millis(millis);
    advance(250);
    assert_eq!(wait("alice"), Duration::ZERO);
    let revocation = Revocation::subject(ISSUER, "alice");
    list.revoke(revocation).now_or_never().unwrap().unwrap();
    assert_eq!(wait("alice"), Duration::from_millis(750));
    assert_eq!(wait("bob"), Duration::ZERO);
    assert_eq!(list.until_issuable("else", "alice"), Duration::ZERO);
    assert_eq!(list.until_issuable(None, "alice"), Duration::ZERO);
    advance(749);
    assert_eq!(wait("alice"), Duration::from_millis(1));
    advance(1);
    assert_eq!(wait("alice"), Duration::ZERO);
}

#[test]
fn the_status_of_a_list_of_this_process_alone() {
    let setup = Setup::new();
    setup.revoke(Revocation::session(ISSUER, "s"));
    let status = serde_json::to_value(setup.list.status()).unwrap();
    let expected = json!({
        "state": "fresh", "age": null, "entries": 1, "pending": 0, "last_error": null
    });
    assert_eq!(status, expected);
    assert!(setup.list.ready().now_or_never().unwrap().is_ok());
    assert!(setup.remembering.ready().now_or_never().unwrap().is_ok());
}
