use serde_json::json;

use super::*;

const RULES: fn() -> Validation = || Validation::new().audience(AUDIENCE);

#[track_caller]
fn assert_claim(rules: Validation, name: &str, json: &str, outcome: Result<(), TokenError>) {
    let verifier = verifier_by(rules);
    match outcome {
        Ok(()) => {
            assert_accepts(&verifier, with_claim(name, json));
        }
        Err(reason) => assert_refuses(&verifier, with_claim(name, json), reason),
    }
}

#[test]
fn an_audience_is_compared_to_the_letter() {
    let verifier = verifier();
    let token = |audience| issuer().token().claim("aud", audience).sign();
    for good in [
        json!("my-api"),
        json!(["my-api"]),
        json!(["other", "my-api"]),
        json!(["my-api", "my-api", ""]),
    ] {
        assert_accepts(&verifier, token(good));
    }
    for bad in [
        json!(""),
        json!([]),
        json!([""]),
        json!("MY-API"),
        json!("my-api/"),
        json!("my-ap"),
        json!("my-api2"),
        json!(" my-api"),
        json!("my-api "),
        json!("my-api,other"),
        json!("other my-api"),
        json!("my-api\0"),
        json!(["other", "api"]),
    ] {
        assert_refuses(&verifier, token(bad), TokenError::WrongAudience);
    }
    for bad in [
        json!(null),
        json!(1),
        json!(true),
        json!({"my-api": true}),
        json!([["my-api"]]),
        json!(["my-api", 1]),
        json!(["my-api", null]),
    ] {
        assert_refuses(&verifier, token(bad), TokenError::InvalidClaims);
    }
    let missing = issuer().token().sign();
    assert_refuses(&verifier, missing, TokenError::WrongAudience);
}

#[test]
fn one_of_several_audiences_suffices_and_any_means_any() {
    let several = verifier_by(Validation::new().audience("a").audience("b"));
    for (audience, good) in [("a", true), ("b", true), ("c", false)] {
        let token = issuer().token().audience(audience).sign();
        assert_eq!(several.verify_now(token).is_ok(), good, "{audience}");
    }
    let any = verifier_by(Validation::new().any_audience());
    assert_accepts(&any, issuer().token().sign());
    assert_accepts(&any, issuer().token().audience("whatever").sign());
    let wrong_type = issuer().token().claim("aud", 1).sign();
    assert_refuses(&any, wrong_type, TokenError::InvalidClaims);
}

#[test]
fn a_token_is_of_the_type_that_is_demanded() {
    let verifier = verifier_by(RULES().token_type("at+jwt"));
    let issuer = issuer();
    let token = issuer.token().audience(AUDIENCE);
    for good in ["at+jwt", "AT+JWT", "application/at+jwt"] {
        assert_accepts(&verifier, token.clone().header("typ", good).sign());
    }
    for bad in [
        "JWT",
        "at+jwt2",
        "",
        "at jwt",
        "dpop+jwt",
        "logout+jwt",
        "secevent+jwt",
        "id+jwt",
    ] {
        let token = token.clone().header("typ", bad).sign();
        assert_refuses(&verifier, token, TokenError::WrongType);
    }
    let untyped = token.clone().without_header("typ").sign();
    assert_refuses(&verifier, untyped, TokenError::WrongType);
    for bad in [json!(null), json!(1), json!(["at+jwt"])] {
        let token = token.clone().header("typ", bad).sign();
        assert_refuses(&verifier, token, TokenError::InvalidHeader);
    }
    let prefixed = verifier_by(RULES().token_type("application/at+jwt"));
    assert_accepts(&prefixed, token.clone().header("typ", "at+jwt").sign());
    // Unless one is required, any type will do.
    assert_accepts(&super::verifier(), token.header("typ", "whatever").sign());
}

#[test]
fn a_required_claim_is_there_and_not_null() {
    let rules = || RULES().require_claim("tenant");
    for json in ["false", "0", r#""""#, "[]", "{}", "[null]", "1e400"] {
        let outcome = if json == "1e400" {
            Err(TokenError::UndecodableClaims)
        } else {
            Ok(())
        };
        assert_claim(rules(), "tenant", json, outcome);
        assert_claim(rules(), r"t\u0065nant", json, outcome);
    }
    for name in ["tenant", r"t\u0065nant"] {
        assert_claim(rules(), name, "null", Err(TokenError::MissingClaim));
    }
    for name in ["Tenant", "tenant ", "ten", ""] {
        assert_claim(rules(), name, "1", Err(TokenError::MissingClaim));
    }
    assert_refuses(&verifier_by(rules()), token(), TokenError::MissingClaim);
    // Every one is required, and a nested claim does not count.
    let nested = r#"{"tenant":1}"#;
    assert_claim(rules(), "other", nested, Err(TokenError::MissingClaim));
    let both = rules().require_claim("region");
    assert_claim(both, "tenant", "1", Err(TokenError::MissingClaim));
}

#[test]
fn a_required_claim_is_found_among_many() {
    let verifier = verifier_by(RULES().require_claim("m40"));
    let with = |range: std::ops::Range<u32>, value: Value| {
        range
            .fold(issuer().token().audience(AUDIENCE), |token, number| {
                token.claim(&format!("m{number}"), number)
            })
            .claim("m40", value)
            .sign()
    };
    assert_accepts(&verifier, with(10..90, json!(1)));
    assert_refuses(
        &verifier,
        with(10..90, json!(null)),
        TokenError::MissingClaim,
    );
    assert_refuses(
        &verifier,
        issuer().token().audience(AUDIENCE).claim("m41", 1).sign(),
        TokenError::MissingClaim,
    );
}

#[test]
fn every_registered_claim_can_be_required() {
    for (name, value) in [
        ("sub", json!("alice")),
        ("nbf", json!(1)),
        ("jti", json!("1")),
        ("scope", json!("read")),
        ("scp", json!(["read"])),
    ] {
        let verifier = verifier_by(RULES().require_claim(name));
        let issuer = issuer();
        let token = issuer.token().audience(AUDIENCE);
        assert_refuses(&verifier, token.clone().sign(), TokenError::MissingClaim);
        assert_accepts(&verifier, token.claim(name, value).sign());
    }
    let all = ["iss", "aud", "exp", "iat"]
        .into_iter()
        .fold(RULES(), Validation::require_claim);
    let verifier = verifier_by(all);
    assert_accepts(&verifier, token());
    let token = issuer()
        .token()
        .audience(AUDIENCE)
        .without_claim("iat")
        .sign();
    assert_refuses(&verifier, token, TokenError::MissingClaim);
    let any = Validation::new().any_audience().require_claim("aud");
    let token = issuer().token().sign();
    assert_refuses(&verifier_by(any), token, TokenError::MissingClaim);
}

#[test]
fn access_tokens_by_rfc_9068() {
    let verifier = verifier_by(RULES().rfc9068_profile());
    let good = issuer()
        .token()
        .header("typ", "at+jwt")
        .audience(AUDIENCE)
        .subject("alice")
        .claim("client_id", "app")
        .claim("jti", "1")
        .sign();
    assert_accepts(&verifier, good);
    let claims = ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"];
    for name in claims {
        let issuer = issuer();
        let token = claims
            .iter()
            .filter(|claim| !["iss", "exp", "aud", "iat"].contains(*claim))
            .fold(issuer.token().audience(AUDIENCE), |token, claim| {
                token.claim(claim, "x")
            })
            .header("typ", "at+jwt")
            .without_claim(name)
            .sign();
        let reason = match name {
            "iss" => TokenError::UntrustedIssuer,
            "aud" => TokenError::WrongAudience,
            _ => TokenError::MissingClaim,
        };
        assert_refuses(&verifier, token, reason);
    }
    assert_refuses(&verifier, token(), TokenError::WrongType);
}

#[test]
fn a_token_that_is_bound_to_its_sender_is_refused() {
    for json in [
        r#"{"jkt":"x"}"#,
        r#"{"x5t#S256":"x"}"#,
        "{}",
        "null",
        "1",
        r#""x""#,
    ] {
        for rules in [RULES(), RULES().require_claim("cnf")] {
            for name in ["cnf", r"\u0063nf"] {
                assert_claim(
                    rules.clone(),
                    name,
                    json,
                    Err(TokenError::SenderConstrained),
                );
            }
        }
    }
    assert_claim(RULES(), "CNF", "{}", Ok(()));
    assert_claim(RULES(), "other", r#"{"cnf":{"jkt":"x"}}"#, Ok(()));
}

#[test]
fn algorithms_are_narrowed() {
    let rsa = TestIssuer::new(ISSUER, Algorithm::RS256).clock(clock());
    let public = rsa.verifying_key().with_key_id("rsa");
    assert_eq!(public.algorithms(), Algorithm::RS256.into());
    let keys = [issuer().verifying_key(), impostor().verifying_key()];
    let keys: KeySet = keys.into_iter().collect();
    let verifier = builder_with(keys)
        .audience(AUDIENCE)
        .algorithms([Algorithm::EdDSA])
        .build()
        .unwrap();
    assert_accepts(&verifier, impostor().token().audience(AUDIENCE).sign());
    assert_refuses(&verifier, token(), TokenError::AlgorithmNotAllowed);
}

/// Its position decides how its name is stored.
#[test]
fn a_required_claim_may_stand_anywhere_but_is_neither_null_nor_repeated() {
    let verifier = builder().audience(AUDIENCE).require_claim("tenant");
    let verifier = verifier.build().unwrap();
    for before in [0, 1, 2, 14, 15, 16, 17, 40] {
        let token = |tenant: &str| {
            let others: Vec<_> = (0..before).map(|n| format!(r#""{n}":{n},"#)).collect();
            let others = others.concat();
            let payload = format!(
                r#"{{{others}{tenant},"iss":"{ISSUER}","aud":"{AUDIENCE}","exp":{}}}"#,
                NOW + 60
            );
            signed(r#"{"alg":"ES256","kid":"es256"}"#, &payload)
        };
        assert_accepts(&verifier, token(r#""tenant":"acme""#));
        assert_refuses(
            &verifier,
            token(r#""tenant":null"#),
            TokenError::MissingClaim,
        );
        for repeated in [
            r#""tenant":null,"tenant":null"#,
            r#""tenant":null,"tenant":"acme""#,
            r#""tenant":"acme","tenant":null"#,
        ] {
            assert_refuses(&verifier, token(repeated), TokenError::InvalidClaims);
        }
    }
}
