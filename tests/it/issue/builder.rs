use tower_bearer_issuer::SetupError;

use super::*;
use crate::jose::SECRET;

#[test]
fn every_mistake_is_found() {
    let clock = FixedClock::new();
    let complete = || builder(&clock).key(signing_key(Algorithm::ES256));
    let bare = || TokenIssuer::builder().key(signing_key(Algorithm::ES256));
    for (builder, text) in [
        (
            bare().audience(AUDIENCE),
            "the issuer has no name: give its URL with `issuer`",
        ),
        (
            bare().issuer(ISSUER),
            "no audience is set: name the service that tokens are for with `audience`",
        ),
        (
            complete().audience(""),
            "an audience is empty: name the service that tokens are for",
        ),
        (
            complete().client_id(""),
            "the client id is empty: name the client, or leave it out",
        ),
        (
            complete().lifetime(Duration::from_millis(999)),
            "the lifetime of access tokens is 999ms: give at least a second",
        ),
        (
            builder(&clock),
            "there is no key to sign with: give one with `key`",
        ),
    ] {
        assert_error(builder.build(), text);
    }
    assert!(complete().build().is_ok());
}

#[test]
fn every_key_has_a_name_of_its_own() {
    let clock = FixedClock::new();
    let secret = || SigningKey::from_secret(Algorithm::HS256, SECRET).unwrap();
    let other = || signing_key(Algorithm::ES384).verifying_key();
    for (key, published, text) in [
        (
            secret(),
            other(),
            "the secret has no `kid`: name it with `with_key_id`",
        ),
        (
            signing_key(Algorithm::ES256),
            secret().verifying_key(),
            "the secret has no `kid`: name it with `with_key_id`",
        ),
        (
            secret().with_key_id(""),
            other(),
            "the `kid` of a key is empty: name it, or leave it out",
        ),
        (
            secret().with_key_id("es384"),
            other(),
            "two keys of the issuer have the `kid` \"es384\": rename one with `with_key_id`",
        ),
        (
            signing_key(Algorithm::ES256),
            other().with_key_id("es256"),
            "two keys of the issuer have the `kid` \"es256\": rename one with `with_key_id`",
        ),
    ] {
        let built = builder(&clock).key(key).publish(published).build();
        assert_error(built, text);
    }
    let keys = builder(&clock).key(signing_key(Algorithm::ES256));
    let keys = keys.publish(other()).publish(other().with_key_id("b"));
    assert!(keys.publish(other()).build().is_ok());
}

#[test]
fn the_name_of_a_key_is_its_thumbprint() {
    // RFC 8037, appendix A.
    const PEM: &str = "-----BEGIN PRIVATE KEY-----\n\
        MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
        -----END PRIVATE KEY-----\n";
    let issuer = issuer_with(SigningKey::from_pem(Algorithm::EdDSA, PEM).unwrap());
    let token = issuer.access_token("alice").issue().unwrap();
    let header = tower_bearer::dangerous::decode_unverified_header(token.as_str()).unwrap();
    assert_eq!(
        header.key_id(),
        Some("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
    );
}

#[test]
fn debug_shows_no_key() {
    let clock = FixedClock::new();
    let builder = builder(&clock).key(signing_key(Algorithm::HS256));
    assert_eq!(
        format!("{builder:?}"),
        "TokenIssuerBuilder { name: \"https://auth.example.com\", key: Some(SigningKey { key_id: \
         Some(\"hs256\"), algorithm: HS256, .. }), .. }"
    );
    let issuer = builder.build().unwrap();
    assert_eq!(
        format!("{issuer:?}"),
        "TokenIssuer { name: \"https://auth.example.com\", .. }"
    );
}

#[test]
fn traits() {
    fn assert_auto<T: Clone + Send + Sync + Unpin + 'static>() {}
    fn assert_builder<T: Send + Sync + 'static>() {}
    assert_auto::<TokenIssuer>();
    assert_auto::<tower_bearer_issuer::AccessToken>();
    assert_auto::<tower_bearer_issuer::WellKnown>();
    assert_auto::<tower_bearer_issuer::IssueError>();
    assert_builder::<TokenIssuerBuilder>();
    assert_auto::<SetupError>();
}
