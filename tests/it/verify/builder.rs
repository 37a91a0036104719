use std::time::Duration;

use tower_bearer::jose::ClaimPath;
use tower_bearer::keys::KeySet;
use tower_bearer::verify::{Tenants, TrustedIssuer};
use tower_bearer::{ConfigError, SigningKey, VerifyingKey};

use super::*;
use crate::jose::{SECRET, assert_error};

type Builder = VerifierBuilder<Map<String, Value>>;
type Change = fn(Builder) -> Builder;

#[track_caller]
fn assert_fails(change: impl FnOnce(Builder) -> Builder, text: &str) -> ConfigError {
    let result = change(Verifier::builder()).build();
    assert_error(result.clone(), text);
    result.unwrap_err()
}

fn key() -> VerifyingKey {
    issuer().verifying_key()
}

#[test]
fn somebody_must_be_trusted() {
    let error = assert_fails(
        |builder| builder.audience(AUDIENCE),
        "no issuer is trusted: name one with `issuer`, or accept any with `any_issuer`",
    );
    assert!(matches!(error, ConfigError::NoIssuer));
}

#[test]
fn issuers_are_named_once() {
    let rows: [(Change, &str); 5] = [
        (
            |builder| builder.issuer("", key()),
            "the name of an issuer is empty: give the `iss` of its tokens",
        ),
        (
            |builder| {
                builder
                    .issuer("a", key())
                    .issuer("b", key())
                    .issuer("a", key())
            },
            "the issuer \"a\" is named twice: combine its keys with `keys::Combined`",
        ),
        (
            |builder| builder.any_issuer(key()).any_issuer(key()),
            "`any_issuer` is set twice: combine the keys with `keys::Combined`",
        ),
        (
            |builder| builder.issuer("a", key()).any_issuer(key()),
            "both `issuer` and `any_issuer` are set: choose one",
        ),
        (
            |builder| {
                builder
                    .any_issuer(key())
                    .trust(TrustedIssuer::new("a", key()))
            },
            "both `issuer` and `any_issuer` are set: choose one",
        ),
    ];
    for (change, text) in rows {
        let error = assert_fails(|builder| change(builder.audience(AUDIENCE)), text);
        assert!(matches!(error, ConfigError::Issuer(_)));
    }
}

#[test]
fn the_audience_is_decided_upon() {
    let rows: [(Change, &str); 5] = [
        (
            |builder| builder,
            "no audience is set: name yours with `audience`, or accept any with `any_audience`",
        ),
        (
            |builder| builder.audience(AUDIENCE).any_audience(),
            "both `audience` and `any_audience` are set: choose one",
        ),
        (
            |builder| builder.audience(""),
            "an audience is empty: name your service",
        ),
        (
            |builder| builder.audience(AUDIENCE).audience(""),
            "an audience is empty: name your service",
        ),
        (
            |builder| {
                let any = Validation::new().any_audience();
                builder.audience(AUDIENCE).validation(any)
            },
            "both `audience` and `any_audience` are set: choose one",
        ),
    ];
    for (change, text) in rows {
        let error = assert_fails(|builder| change(builder.issuer(ISSUER, key())), text);
        assert!(matches!(error, ConfigError::Audience(_)));
    }
}

/// Whichever comes first.
#[test]
fn no_order_loses_a_rule() {
    let late = Validation::new()
        .audience("late")
        .leeway(Duration::from_secs(600))
        .require_claim("jti");
    let early = |builder: Builder| builder.audience("early").max_age(Duration::from_secs(900));
    let orders: [Builder; 2] = [
        early(Verifier::builder()).validation(late.clone()),
        early(Verifier::builder().validation(late)),
    ];
    for builder in orders {
        let signer = issuer();
        let builder = builder
            .issuer(ISSUER, signer.verifying_key())
            .clock(clock());
        let verifier = builder.build().unwrap();
        let token = |audience: &str, age: i64| {
            let token = signer.token().audience(audience).claim("iat", NOW - age);
            token.claim("jti", "7").expires_in(-300)
        };
        for audience in ["early", "late"] {
            assert!(verifier.verify_now(token(audience, 60).sign()).is_ok());
        }
        let refused = |token: String| verifier.verify_now(token).unwrap_err();
        assert_eq!(
            refused(token("other", 60).sign()),
            TokenError::WrongAudience.into()
        );
        assert_eq!(
            refused(token("late", 1501).sign()),
            TokenError::TooOld.into()
        );
        let nameless = token("late", 60).without_claim("jti").sign();
        assert_eq!(refused(nameless), TokenError::MissingClaim.into());
    }
}

#[test]
fn the_type_of_token_is_that_of_the_profile() {
    let text = "the RFC 9068 profile demands tokens of type `at+jwt`, but `token_type` names another: \
                leave one of the two out";
    let rows: [Change; 3] = [
        |builder| builder.token_type("JWT").rfc9068_profile(),
        |builder| builder.rfc9068_profile().token_type("JWT"),
        |builder| {
            builder
                .rfc9068_profile()
                .validation(Validation::new().token_type("JWT"))
        },
    ];
    for change in rows {
        let builder = |builder: Builder| builder.issuer(ISSUER, key()).audience(AUDIENCE);
        let error = assert_fails(|it| change(builder(it)), text);
        assert!(matches!(error, ConfigError::TokenType(_)));
    }
    for same in ["at+jwt", "AT+JWT", "application/at+jwt"] {
        let builder = Verifier::builder().issuer(ISSUER, key()).audience(AUDIENCE);
        assert!(builder.rfc9068_profile().token_type(same).build().is_ok());
    }
}

#[test]
fn a_leeway_is_a_day_at_most() {
    let day = Duration::from_secs(24 * 60 * 60);
    let build = |leeway| {
        let builder = Verifier::builder().issuer(ISSUER, key()).audience(AUDIENCE);
        builder.leeway(leeway).build()
    };
    assert!(build(day).is_ok());
    assert_error(
        build(day + Duration::from_nanos(1)),
        "the leeway is longer than a day, which accepts tokens long after they have expired: \
         set a minute or so, and synchronize the clocks",
    );
}

#[test]
fn rules_of_one_issuer_are_checked_as_well() {
    let trust = |validation| {
        let issuer = TrustedIssuer::new("own", key()).validation(validation);
        Verifier::builder().audience(AUDIENCE).trust(issuer).build()
    };
    assert_error(
        trust(Validation::new()),
        "no audience is set: name yours with `audience`, or accept any with `any_audience`",
    );
    assert_error(
        trust(Validation::new().audience("a").algorithms([])),
        "the list of algorithms is empty: name one, or leave the choice to the keys",
    );
    // The rules of the verifier hold for none, so they need not make sense.
    let issuer = TrustedIssuer::new("own", key()).validation(Validation::new().any_audience());
    assert!(Verifier::builder().trust(issuer).build().is_ok());
}

#[test]
fn each_named_algorithm_has_a_key() {
    use Algorithm::{ES256, ES384, HS256, HS384, HS512, RS256};

    let build = |algorithms: &[Algorithm], keys: KeySet| {
        Verifier::builder()
            .issuer(ISSUER, keys)
            .audience(AUDIENCE)
            .algorithms(algorithms.iter().copied())
            .build()
    };
    let no_key_permits = |names: &str| {
        format!(
            "no key permits {names}: remove it from `algorithms`, or add a key that fits \
             (an HMAC secret must be as long as the hash)"
        )
    };
    let empty = "the list of algorithms is empty: name one, or leave the choice to the keys";
    assert_error(build(&[], key().into()), empty);
    assert_error(build(&[], KeySet::default()), empty);
    let unfit = build(&[RS256, HS256], key().into());
    assert_error(unfit, &no_key_permits("HS256, RS256"));
    let unfit = build(&[RS256, ES256], key().into());
    assert_error(unfit, &no_key_permits("RS256"));
    let secret = VerifyingKey::from_secret(&SECRET[..32]).unwrap();
    let unfit = build(&[HS256, HS384, HS512], secret.clone().into());
    assert!(matches!(unfit, Err(ConfigError::Algorithms(_))));
    assert_error(unfit, &no_key_permits("HS384, HS512"));
    let both: KeySet = [secret.clone(), key()].into_iter().collect();
    assert!(build(&[ES256], both.clone()).is_ok());
    assert!(build(&[ES256, HS256], both).is_ok());
    // Keys that are not there yet, or may change, can still fit.
    assert!(build(&[RS256], KeySet::default()).is_ok());
    let changing = Verifier::builder().issuer(ISSUER, || KeySet::from(key()));
    let changing = changing.audience(AUDIENCE).algorithms([ES256, RS256]);
    assert!(changing.build().is_ok());

    // Issuers that share the rules need one key among them; one with rules of its own needs its own.
    let shared = Verifier::builder()
        .issuer("a", secret.clone())
        .issuer("b", key())
        .audience(AUDIENCE);
    assert!(shared.algorithms([HS256, ES256]).build().is_ok());
    let own = Validation::new().audience("b").algorithms([ES256, ES384]);
    let own = TrustedIssuer::new("b", key()).validation(own);
    let own = Verifier::builder().issuer("a", secret).trust(own);
    assert_error(own.audience(AUDIENCE).build(), &no_key_permits("ES384"));
}

#[test]
fn some_bytes_are_allowed() {
    let error = assert_fails(
        |builder| {
            builder
                .issuer(ISSUER, key())
                .audience(AUDIENCE)
                .max_token_len(0)
        },
        "the greatest length of a token is 0: allow some bytes",
    );
    assert!(matches!(error, ConfigError::OutOfRange(_)));
}

#[test]
fn extreme_settings_are_no_mistake() {
    let verifier = builder()
        .audience(AUDIENCE)
        .max_age(Duration::MAX)
        .max_token_len(usize::MAX)
        .build()
        .unwrap();
    assert_accepts(&verifier, token());
}

#[test]
fn the_length_of_a_token_has_a_limit() {
    let padded = |len: usize| {
        // Whatever the claim adds, the signature has 86 characters and the payload grows by 4 for
        // each 3: the last few bytes go into a kid of the right length.
        let key = SigningKey::from_secret(Algorithm::HS256, SECRET).unwrap();
        let fits = |kid: usize, pad: usize| {
            let header = format!(r#"{{"alg":"HS256","x":"{}"}}"#, "k".repeat(kid));
            let payload = format!(
                r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","exp":{},"pad":"{}"}}"#,
                NOW + 60,
                "p".repeat(pad)
            );
            tower_bearer::test_util::sign(&key, header, payload)
        };
        let rough = (len - fits(0, 0).len()) / 4 * 3 - 6;
        (0..12)
            .flat_map(|kid| (rough..rough + 12).map(move |pad| (kid, pad)))
            .map(|(kid, pad)| fits(kid, pad))
            .find(|token| token.len() == len)
            .unwrap()
    };
    let secret = VerifyingKey::from_secret(SECRET).unwrap();
    let verifier = builder_with(secret.clone())
        .audience(AUDIENCE)
        .build()
        .unwrap();
    assert_accepts(&verifier, padded(16 * 1024));
    assert_refuses(&verifier, padded(16 * 1024 + 1), TokenError::TooLong);
    assert_refuses(&verifier, vec![b'.'; 1 << 20], TokenError::TooLong);

    let narrow = builder_with(secret).audience(AUDIENCE).max_token_len(1000);
    let narrow = narrow.build().unwrap();
    assert_accepts(&narrow, padded(1000));
    assert_refuses(&narrow, padded(1001), TokenError::TooLong);
}

#[test]
fn names_are_not_empty() {
    const NO_ROLE: &str =
        "a name in the path to the roles is empty: give names with one dot between them";
    let rows: [(Change, &str); 5] = [
        (
            |builder| builder.token_type(""),
            "the type of token is empty: name it, or leave `token_type` out",
        ),
        (
            |builder| builder.require_claim("sub").require_claim(""),
            "the name of a required claim is empty: name it",
        ),
        (|builder| builder.roles_claim(""), NO_ROLE),
        (
            |builder| builder.roles_claim("realm_access..roles"),
            NO_ROLE,
        ),
        (
            |builder| builder.roles_claim(ClaimPath::new::<&str>([])),
            NO_ROLE,
        ),
    ];
    for (change, text) in rows {
        let error = assert_fails(
            |builder| change(builder.issuer(ISSUER, key()).audience(AUDIENCE)),
            text,
        );
        assert!(matches!(error, ConfigError::EmptyName(_)));
    }
}

#[test]
fn debug_shows_the_rules_and_no_key() {
    const RULES: &str = "Validation { audiences: [\"my-api\"], any_audience: false, \
                         algorithms: None, leeway: None, token_type: None, is_rfc9068: false, \
                         required_claims: [], max_age: None }";
    let issuers = |validation: &str| {
        format!(
            "Issuers {{ fixed: [(Some(\"https://issuer.example.com\"), \
             Issuer {{ validation: {validation}, .. }})], tenants: None }}"
        )
    };
    assert_eq!(
        format!("{:?}", verifier()),
        format!("Verifier {{ issuers: {}, .. }}", issuers(RULES))
    );
    let issuer =
        "TrustedIssuer { name: Some(\"https://issuer.example.com\"), validation: None, .. }";
    assert_eq!(
        format!("{:?}", builder().audience(AUDIENCE)),
        format!("VerifierBuilder {{ issuers: [{issuer}], validation: {RULES}, .. }}")
    );
    let tenants = Tenants::new(|_| true, |_| Ok(KeySet::from(key())));
    let of_tenants = Verifier::builder().tenants(tenants).audience(AUDIENCE);
    assert_eq!(
        format!("{:?}", of_tenants.build().unwrap()),
        format!(
            "Verifier {{ issuers: Issuers {{ fixed: [], tenants: \
             Some(Tenants {{ max: 100, validation: {RULES}, .. }}) }}, .. }}"
        )
    );
}
