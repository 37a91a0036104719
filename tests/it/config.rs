use std::fs;
use std::time::SystemTime;

use config::{Config, Environment, File, FileFormat};
use tower_bearer::VerifierConfig;
use tower_bearer::test_util::TestIssuer;
use tower_bearer::{Algorithm, ConfigError, SigningKey, Verifier};

fn read(toml: &str) -> Result<VerifierConfig, config::ConfigError> {
    let file = File::from_str(toml, FileFormat::Toml);
    let source = Config::builder().add_source(file).build();
    source.and_then(Config::try_deserialize)
}

fn build(toml: &str) -> Result<Verifier, ConfigError> {
    read(toml).unwrap().into_builder()?.build()
}

#[track_caller]
fn assert_unreadable(toml: &str, text: &str) {
    let error = read(toml).unwrap_err().to_string();
    assert!(error.contains(text), "{error}");
}

#[track_caller]
fn assert_refused(toml: &str, text: &str) {
    assert_eq!(build(toml).unwrap_err().to_string(), text);
}

const SECRET: &str = "a secret that is as long as a hash is";

fn ours() -> TestIssuer {
    let key = SigningKey::from_secret(Algorithm::HS256, SECRET).unwrap();
    TestIssuer::new("ours", Algorithm::HS256).key(key)
}

/// These verifiers have the clock of the system.
fn now() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.unwrap().as_secs()
}

#[test]
fn the_example_of_the_docs_is_right() {
    let verifier = build(include_str!("../../src/config/example.toml")).unwrap();
    let status = verifier.status();
    let names = status.iter().filter_map(|status| status.issuer.as_deref());
    let expected = [
        "https://issuer.example.com",
        "https://partner.example",
        "our-backend",
    ];
    assert_eq!(names.collect::<Vec<_>>(), expected);
}

#[test]
fn the_rules_hold() {
    let toml = format!(
        r#"
        max_token_len = 1000
        roles_claims = ["realm_access.roles"]
        cache_entries = 0
        [rules]
        audiences = ["my-api", "our-api"]
        algorithms = ["HS256"]
        leeway = 5
        token_type = "at+jwt"
        required_claims = ["sub"]
        max_age = 60
        [issuers.ours]
        issuer = "ours"
        secret = "{SECRET}"
        "#
    );
    let verifier = build(&toml).unwrap();
    let issuer = ours();
    let good = || {
        let token = issuer.token().header("typ", "at+jwt").audience("our-api");
        token.subject("ada")
    };
    let roles = serde_json::json!({"roles": ["editor"]});
    let token = good().claim("realm_access", roles).sign();
    assert!(verifier.verify_now(token).unwrap().has_role("editor"));
    for (why, bad) in [
        ("too long", good().claim("x", "x".repeat(1000))),
        ("audience", good().audience("else")),
        ("expired", good().expires_in(-6)),
        ("type", good().header("typ", "JWT")),
        ("no subject", good().without_claim("sub")),
        ("too old", good().claim("iat", now() - 66)),
    ] {
        assert!(verifier.verify_now(bad.sign()).is_err(), "{why}");
    }
    assert!(verifier.verify_now(good().expires_in(-4).sign()).is_ok());
}

#[test]
fn an_issuer_may_have_rules_of_its_own() {
    let toml = format!(
        r#"
        [rules]
        audiences = ["my-api"]
        [issuers.ours]
        issuer = "ours"
        secret = "{SECRET}"
        rules = {{ any_audience = true }}
        "#
    );
    let token = ours().token().audience("else").sign();
    assert!(build(&toml).unwrap().verify_now(token).is_ok());

    let profile = toml.replace(
        "any_audience = true",
        "any_audience = true, rfc9068_profile = true",
    );
    let token = ours().token().audience("else").sign();
    assert!(build(&profile).unwrap().verify_now(token).is_err());
}

#[test]
fn keys_come_from_files() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    fs::write(&secret, SECRET).unwrap();
    let es256 = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/fixtures/p256.spki.pem"
    );
    let toml = |secret: &str| {
        format!(
            r#"
            rules.any_audience = true
            [issuers.ours]
            any_issuer = true
            key_files = ["{es256}"]
            secret_files = ["{secret}"]
            "#
        )
    };
    let verifier = build(&toml(secret.to_str().unwrap())).unwrap();
    assert_eq!(verifier.status()[0].keys.keys, 2);
    assert!(verifier.verify_now(ours().token().sign()).is_ok());

    assert_refused(
        &toml("/none"),
        "issuers.ours: cannot read the key file /none: No such file or directory (os error 2)",
    );
    fs::write(&secret, "hunter2").unwrap();
    assert_refused(
        &toml(secret.to_str().unwrap()),
        &format!(
            "issuers.ours: cannot use the key file {}: \
             the secret has 56 bits: use at least 256 random bits (32 bytes)",
            secret.display()
        ),
    );
}

#[test]
fn the_environment_comes_before_the_file() {
    let vars = [
        ("AUTH__RULES__AUDIENCES", "my-api,our-api"),
        ("AUTH__RULES__LEEWAY", "5"),
        ("AUTH__ISSUERS__OURS__SECRET", SECRET),
        ("AUTH__ISSUERS__MAIN__DISCOVER", "true"),
        ("AUTH__ISSUERS__MAIN__REMOTE__TIME_TO_LIVE", "60"),
        ("PATH", "/"),
    ];
    let vars = vars.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let variables = Environment::with_prefix("AUTH")
        .prefix_separator("__")
        .separator("__")
        .try_parsing(true)
        .list_separator(",")
        .with_list_parse_key("rules.audiences")
        .source(Some(vars.into_iter().collect()));
    let file = r#"
        rules.leeway = 60
        [issuers.ours]
        issuer = "ours"
        [issuers.main]
        issuer = "https://issuer.example.com"
    "#;
    let config: VerifierConfig = Config::builder()
        .add_source(File::from_str(file, FileFormat::Toml))
        .add_source(variables)
        .build()
        .and_then(Config::try_deserialize)
        .unwrap();
    let shown = format!("{config:?}");
    assert!(shown.contains(r#"audiences: ["my-api", "our-api"]"#));
    assert!(shown.contains("leeway: Some(5)"));
    assert!(shown.contains("time_to_live: Some(60)"));
    assert!(!shown.contains(SECRET));
    let verifier: Verifier = config.into_builder().unwrap().build().unwrap();
    let token = ours().token().audience("our-api").sign();
    assert!(verifier.verify_now(token).is_ok());
}

/// Digits of a variable are read as a number, of which only the first 17 are kept.
#[test]
fn a_secret_that_was_read_as_a_number_is_refused() {
    for secret in ["12345678901234567890123456789012", "1234567", "-1", "1.5"] {
        let vars = [("AUTH__ISSUERS__A__SECRET".to_owned(), secret.to_owned())];
        let variables = Environment::with_prefix("AUTH")
            .prefix_separator("__")
            .separator("__")
            .try_parsing(true)
            .source(Some(vars.into_iter().collect()));
        let config = Config::builder().add_source(variables).build().unwrap();
        let error = config.try_deserialize::<VerifierConfig>().unwrap_err();
        let error = error.to_string();
        assert!(!error.contains(secret), "{error}");
        let text = "the secret was read as a number: quote it, or use `secret_files`";
        assert!(error.contains(text), "{error}");
    }
}

#[test]
fn what_may_be_secret_is_not_shown() {
    let toml = "[issuers.a]\nissuer = 'a'\njwks_url = 'https://a.example/keys?code=hunter2'\n\
                secret = 'hunter2'";
    let shown = format!("{:?}", read(toml).unwrap());
    assert!(!shown.contains("hunter2"), "{shown}");
    let part = "jwks_url: Some(…)";
    assert!(shown.contains(part), "{shown}");
}

#[test]
fn what_is_not_known_is_refused() {
    assert_unreadable("audience = 'a'", "unknown field `audience`");
    assert_unreadable("[rules]\naudience = 'a'", "unknown field `audience`");
    assert_unreadable("[issuers.a]\njwks = 'a'", "unknown field `jwks`");
    assert_unreadable("[issuers.a.remote]\nttl = 1", "unknown field `ttl`");
    assert_unreadable("[issuers.a.rules]\nttl = 1", "unknown field `ttl`");
    assert_unreadable("[rules]\nalgorithms = ['none']", "unknown algorithm `none`");
    assert_unreadable("[rules]\nleeway = -1", "leeway");
}

#[test]
fn mistakes_name_the_issuer() {
    let issuer = |text: &str| format!("rules.any_audience = true\n[issuers.a]\n{text}");
    assert_refused(
        "",
        "no issuer is trusted: name one with `issuer`, or accept any with `any_issuer`",
    );
    assert_refused(
        &issuer("issuer = 'a'"),
        "issuers.a: no keys: set `discover`, `jwks_url`, `key_files`, `secret_files` or `secret`",
    );
    assert_refused(
        &issuer("jwks_url = 'https://a.example'"),
        "issuers.a: set `issuer`, or `any_issuer = true`",
    );
    assert_refused(
        &issuer("jwks_url = 'https://a.example'\nissuer = 'a'\nany_issuer = true"),
        "issuers.a: both `issuer` and `any_issuer` are set",
    );
    assert_refused(
        &issuer("discover = true"),
        "issuers.a: `discover` needs `issuer`",
    );
    assert_refused(
        &issuer("issuer = 'http://a.example'\ndiscover = true"),
        "issuers.a: the issuer \"http://a.example\" is not https, so anybody on the way could \
         replace the keys: use https, or permit http with `allow_http`",
    );
    assert_refused(
        &issuer("issuer = 'a'\njwks_url = 'https://a.example'\nremote.cooldown = 0"),
        "issuers.a: `cooldown` is 0: raise it",
    );
    assert_refused(
        &issuer("issuer = 'a'\nkey_files = ['/none']\nremote.timeout = 1"),
        "issuers.a: `remote` needs `discover` or `jwks_url`",
    );
    let permitted = "issuer = 'http://a.example'\ndiscover = true\n\
                     remote = { allow_http = true, allow_private_addresses = true, timeout = 1 }";
    assert!(build(&issuer(permitted)).is_ok());
}
