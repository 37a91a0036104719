use std::fmt::Write;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, SystemTime};

use tower_bearer::verify::Cache;

use super::*;

/// A token whose only times are these, as JSON text.
fn token_at(times: &[(&str, &str)]) -> String {
    let mut payload = format!(r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}""#);
    for (name, value) in times {
        write!(payload, r#","{name}":{value}"#).unwrap();
    }
    signed(r#"{"alg":"ES256"}"#, &(payload + "}"))
}

/// The longest leeway.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn with_leeway(leeway: Duration) -> Verifier {
    builder().audience(AUDIENCE).leeway(leeway).build().unwrap()
}

/// The time so many seconds from now, as JSON text.
fn at(secs: i64) -> String {
    NOW.saturating_add(secs).to_string()
}

/// Seconds relative to now, whole and in thousandths, and whether `exp` then is in order.
#[track_caller]
fn assert_exp(verifier: &Verifier, exp: &str, good: bool) {
    let token = token_at(&[("exp", exp)]);
    if good {
        assert_accepts(verifier, token);
    } else {
        assert_refuses(verifier, token, TokenError::Expired);
    }
}

#[test]
fn a_token_expires_at_the_very_second() {
    let strict = with_leeway(Duration::ZERO);
    assert_exp(&strict, &at(1), true);
    assert_exp(&strict, &at(0), false);
    assert_exp(&strict, &at(-1), false);
    assert_exp(&strict, &format!("{NOW}.001"), true);
    assert_exp(&strict, &format!("{NOW}.000"), false);
    assert_exp(&strict, &format!("{}.999", NOW - 1), false);

    let default = verifier();
    assert_exp(&default, &at(-59), true);
    assert_exp(&default, &at(-60), false);
    assert_exp(&default, &format!("{}.001", NOW - 60), true);
    assert_exp(&default, &format!("{}.999", NOW - 61), false);

    let half = with_leeway(Duration::from_millis(500));
    assert_exp(&half, &format!("{}.75", NOW - 1), true);
    assert_exp(&half, &format!("{}.5", NOW - 1), false);
    assert_exp(&half, &format!("{}.25", NOW - 1), false);
}

#[test]
fn extreme_times_do_not_overflow() {
    for leeway in [Duration::ZERO, Duration::from_secs(60), DAY] {
        let verifier = with_leeway(leeway);
        let late = ["9223372036854775807", "1e18"];
        for value in late {
            assert_exp(&verifier, value, true);
        }
        for value in ["0", "-0", "1e-300"] {
            assert_exp(&verifier, value, false);
        }
        for value in late {
            for (name, reason) in [
                ("nbf", TokenError::NotYetValid),
                ("iat", TokenError::IssuedInFuture),
            ] {
                let token = token_at(&[("exp", &at(60)), (name, value)]);
                assert_refuses(&verifier, token, reason);
            }
        }
        for name in ["nbf", "iat"] {
            assert_accepts(&verifier, token_at(&[("exp", &at(60)), (name, "0")]));
        }
    }
}

#[test]
fn what_is_no_date_is_refused_with_any_leeway() {
    for leeway in [Duration::ZERO, DAY] {
        let verifier = with_leeway(leeway);
        for value in [
            "-1",
            "-9223372036854775808",
            "-1e308",
            "9223372036854775808",
            "18446744073709551615",
            "18446744073709551616",
            "1e308",
        ] {
            let tokens = [
                token_at(&[("exp", value)]),
                token_at(&[("exp", &at(60)), ("nbf", value)]),
                token_at(&[("exp", &at(60)), ("iat", value)]),
            ];
            for token in tokens {
                assert_refuses(&verifier, token, TokenError::InvalidClaims);
            }
        }
    }
}

#[test]
fn not_before_and_issued_at_lie_behind() {
    for (name, reason) in [
        ("nbf", TokenError::NotYetValid),
        ("iat", TokenError::IssuedInFuture),
    ] {
        let rows = [
            (Duration::ZERO, at(0), true),
            (Duration::ZERO, at(-1), true),
            (Duration::ZERO, at(1), false),
            (Duration::ZERO, format!("{NOW}.001"), false),
            (Duration::ZERO, format!("{}.999", NOW - 1), true),
            (Duration::from_secs(60), at(60), true),
            (Duration::from_secs(60), at(61), false),
            (Duration::from_secs(60), format!("{}.001", NOW + 60), false),
            (Duration::from_millis(500), format!("{NOW}.5"), true),
            (Duration::from_millis(500), format!("{NOW}.75"), false),
        ];
        for (leeway, value, good) in rows {
            let verifier = with_leeway(leeway);
            let token = token_at(&[("exp", &at(600)), (name, &value)]);
            if good {
                assert_accepts(&verifier, token);
            } else {
                assert_refuses(&verifier, token, reason);
            }
        }
    }
}

#[test]
fn an_expiry_is_always_required() {
    assert_refuses(&verifier(), token_at(&[]), TokenError::MissingClaim);
    let lenient = builder().any_audience().leeway(DAY).build().unwrap();
    assert_refuses(
        &lenient,
        token_at(&[("iat", "1")]),
        TokenError::MissingClaim,
    );
}

#[test]
fn a_token_may_be_too_old() {
    let verifier = |leeway| {
        builder()
            .audience(AUDIENCE)
            .max_age(Duration::from_secs(100))
            .leeway(leeway)
            .build()
            .unwrap()
    };
    let issued = |iat: &str| token_at(&[("exp", &at(600)), ("iat", iat)]);
    let strict = verifier(Duration::ZERO);
    assert_accepts(&strict, issued(&at(0)));
    assert_accepts(&strict, issued(&at(-99)));
    assert_accepts(&strict, issued(&format!("{}.001", NOW - 100)));
    assert_refuses(&strict, issued(&at(-100)), TokenError::TooOld);
    assert_refuses(&strict, issued("0"), TokenError::TooOld);
    assert_refuses(&strict, issued(&at(1)), TokenError::IssuedInFuture);
    assert_refuses(
        &strict,
        token_at(&[("exp", &at(600))]),
        TokenError::MissingClaim,
    );

    let lenient = verifier(Duration::from_secs(60));
    assert_accepts(&lenient, issued(&at(-159)));
    assert_refuses(&lenient, issued(&at(-160)), TokenError::TooOld);
}

#[test]
fn the_clock_decides() {
    let clock = FixedClock::new();
    let verifier = Verifier::builder()
        .issuer(ISSUER, issuer().verifying_key())
        .audience(AUDIENCE)
        .leeway(Duration::ZERO)
        .clock(clock.clone())
        .build()
        .unwrap();
    let token = issuer().token().audience(AUDIENCE).expires_in(10).sign();
    assert_accepts(&verifier, &token);
    clock.advance(Duration::from_secs(9));
    assert_accepts(&verifier, &token);
    clock.advance(Duration::from_secs(1));
    assert_refuses(&verifier, &token, TokenError::Expired);
    clock.set(0);
    assert_refuses(&verifier, &token, TokenError::IssuedInFuture);
}

#[test]
fn with_a_clock_before_1970_everything_has_expired() {
    for leeway in [Duration::ZERO, Duration::from_millis(60_500)] {
        let verifier = Verifier::builder()
            .issuer(ISSUER, issuer().verifying_key())
            .audience(AUDIENCE)
            .leeway(leeway)
            .clock(|| SystemTime::UNIX_EPOCH - Duration::from_secs(1))
            .build()
            .unwrap();
        assert_refuses(&verifier, token(), TokenError::Expired);
        for exp in ["1", "9223372036854775807"] {
            assert_exp(&verifier, exp, false);
        }
    }
}

#[test]
fn the_system_is_the_clock_unless_another_is_set() {
    let verifier = Verifier::builder()
        .issuer(ISSUER, issuer().verifying_key())
        .audience(AUDIENCE)
        .build()
        .unwrap();
    let issuer = TestIssuer::new(ISSUER, Algorithm::ES256);
    assert_accepts(&verifier, issuer.token().audience(AUDIENCE).sign());
    let expired = issuer.token().audience(AUDIENCE).expires_in(-61);
    assert_refuses(&verifier, expired.sign(), TokenError::Expired);
}

/// The rules are not asked again in the seconds that are sure to pass: none may be too many.
#[test]
fn a_remembered_token_ends_and_begins_at_the_same_instant() {
    let millis = Arc::new(AtomicU64::new(0));
    let verifier = |leeway: Duration, max_age: Option<Duration>, cache: Cache| {
        let millis = Arc::clone(&millis);
        let clock =
            move || SystemTime::UNIX_EPOCH + Duration::from_millis(millis.load(Ordering::Relaxed));
        let rules = Validation::new().audience(AUDIENCE).leeway(leeway);
        let rules = match max_age {
            Some(max_age) => rules.max_age(max_age),
            None => rules,
        };
        let verifier = builder().validation(rules).cache(cache).clock(clock);
        verifier.build().unwrap()
    };
    let tokens = [
        vec![("exp", "1010")],
        vec![("exp", "1010.25"), ("nbf", "1000"), ("iat", "999.5")],
        vec![("exp", "1009.75"), ("nbf", "1000.75"), ("iat", "1000")],
        vec![("exp", "1e30"), ("nbf", "-5.5"), ("iat", "1002.5")],
        vec![("exp", "4294967300"), ("iat", "4294967290.5")],
    ];
    let tokens = tokens.map(|times| token_at(&times));
    let leeways = [0, 500, 1000, 2750].map(Duration::from_millis);
    let ages = [None, Some(Duration::from_millis(3250)), Some(Duration::MAX)];
    let cases = leeways
        .iter()
        .flat_map(|leeway| ages.map(|age| (*leeway, age)));
    for ((leeway, age), token) in cases.flat_map(|case| tokens.iter().map(move |t| (case, t))) {
        let remembering = verifier(leeway, age, Cache::default());
        let plain = verifier(leeway, age, Cache::disabled());
        for start in [995_000, 4_294_967_286_000_u64] {
            for quarter in 0..80 {
                // At an instant when it may be good, then at another.
                for at in [start + 8_000, start + quarter * 250] {
                    millis.store(at, Ordering::Relaxed);
                    assert_eq!(
                        remembering.verify_now(token).map(drop),
                        plain.verify_now(token).map(drop),
                        "{leeway:?} {age:?} {at}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_date_is_made_of_digits() {
    let verifier = verifier();
    let others = (b'!'..=b'~').filter(|byte| !matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E'));
    for other in others.map(char::from) {
        for date in [
            format!("{other}"),
            format!("{other}1"),
            format!("1{other}7"),
            format!("{}{other}", NOW + 60),
        ] {
            let payload = format!(r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","exp":{date}}}"#);
            let token = signed(r#"{"alg":"ES256","kid":"es256"}"#, &payload);
            assert_refuses(&verifier, token, TokenError::InvalidClaims);
        }
    }
}
