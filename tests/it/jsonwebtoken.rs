use jsonwebtoken::jwk::{AlgorithmParameters, KeyAlgorithm};
use jsonwebtoken::{DecodingKey, EncodingKey, jwk};
use tower_bearer::jose::{AlgorithmSet, Header, Jwk, KeyFamily};
use tower_bearer::{Algorithm, JwkSet, SigningKey, TokenError, VerifyingKey};

use crate::jose::{
    BAD_NUMBERS, NOT_FOR_VERIFICATION, PRIVATE, SECRET, SECRET_IS_KEY, WRONG_ALGORITHM, WRONG_TYPE,
    assert_error, der, pem, signing_key,
};

#[test]
fn algorithms_go_both_ways() {
    for &algorithm in Algorithm::ALL {
        let theirs = jsonwebtoken::Algorithm::try_from(algorithm);
        if matches!(algorithm, Algorithm::ES512 | Algorithm::Ed25519) {
            assert_error(theirs, WRONG_ALGORITHM);
            continue;
        }
        let theirs = theirs.unwrap();
        assert_eq!(format!("{theirs:?}"), algorithm.name());
        assert_eq!(Algorithm::try_from(theirs).unwrap(), algorithm);
    }
}

#[test]
fn public_keys_go_both_ways() {
    for pem in [
        &pem!("rsa2048.spki")[..],
        pem!("p256.spki"),
        pem!("p384.spki"),
        pem!("ed25519.spki"),
    ] {
        let ours = VerifyingKey::from_pem(pem).unwrap();
        let theirs = DecodingKey::try_from(&ours).unwrap();
        let back = VerifyingKey::try_from(&theirs).unwrap();
        assert_eq!(back.algorithms(), ours.algorithms());
        for algorithm in ours.algorithms().iter() {
            let signature = signing_key(algorithm).sign(b"message").unwrap();
            assert!(
                back.verify(algorithm, b"message", &signature),
                "{algorithm}"
            );
        }
    }
    let p521 = VerifyingKey::from_pem(pem!("p521.spki")).unwrap();
    assert_error(DecodingKey::try_from(&p521), WRONG_ALGORITHM);
    let secret = VerifyingKey::from_secret(SECRET).unwrap();
    assert_error(
        DecodingKey::try_from(&secret),
        "a secret is not exported: make the other key from the secret itself",
    );
    assert_error(
        jwk::Jwk::try_from(&secret),
        "a secret is not exported: make the other key from the secret itself",
    );
}

#[test]
fn their_keys_keep_our_rules() {
    let key = VerifyingKey::try_from(&DecodingKey::from_secret(&SECRET).unwrap()).unwrap();
    assert_eq!(key.algorithms(), AlgorithmSet::of_family(KeyFamily::Hmac));
    let load = |key: DecodingKey| VerifyingKey::try_from(&key);
    assert_error(
        load(DecodingKey::from_secret(b"hunter2").unwrap()),
        "the secret has 56 bits: use at least 256 random bits (32 bytes)",
    );
    assert_error(
        load(DecodingKey::from_secret(pem!("rsa2048.spki")).unwrap()),
        SECRET_IS_KEY,
    );
    for pem in [&pem!("rsa2048.spki")[..], pem!("rsa2048.public.pkcs1")] {
        let key = load(DecodingKey::from_rsa_der(&der(pem))).unwrap();
        assert_eq!(key.family(), KeyFamily::Rsa);
    }
    assert_error(
        load(DecodingKey::from_rsa_der(&der(pem!("rsa2048.pkcs8")))),
        PRIVATE,
    );
    assert_error(
        load(DecodingKey::from_rsa_der(&der(pem!("p256.spki")))),
        WRONG_ALGORITHM,
    );
    assert_error(
        load(DecodingKey::from_rsa_raw_components(
            &[0xff; 128],
            &[1, 0, 1],
        )),
        "the RSA key has 1024 bits: use one of at least 2048 bits",
    );
    assert_error(
        load(DecodingKey::from_ec_der(&der(pem!("p256.spki")))),
        "the EC key holds no point of a curve",
    );
    assert_error(load(DecodingKey::from_ec_der(&[4; 65])), BAD_NUMBERS);
    assert_error(
        load(DecodingKey::from_ed_der(&[7; 31])),
        "the Ed25519 key does not have 32 bytes",
    );
}

#[test]
fn jwks_go_both_ways() {
    for pem in [
        &pem!("rsa2048.spki")[..],
        pem!("p256.spki"),
        pem!("p384.spki"),
        pem!("p521.spki"),
        pem!("ed25519.spki"),
    ] {
        let ours = VerifyingKey::from_pem(pem).unwrap().with_key_id("a");
        let theirs = jwk::Jwk::try_from(&ours).unwrap();
        assert_eq!(theirs.common.key_id.as_deref(), Some("a"));
        assert_eq!(
            theirs.common.public_key_use,
            Some(jwk::PublicKeyUse::Signature)
        );
        let back = VerifyingKey::try_from(&theirs).unwrap();
        assert_eq!(back.key_id(), Some("a"));
        assert_eq!(back.algorithms(), ours.algorithms());
    }
    let rsa = VerifyingKey::from_pem(pem!("rsa2048.spki")).unwrap();
    let narrowed = rsa.with_algorithms([Algorithm::PS512]).unwrap();
    let mut theirs = jwk::Jwk::try_from(&narrowed).unwrap();
    assert_eq!(theirs.common.key_algorithm, Some(KeyAlgorithm::PS512));
    theirs.common.key_algorithm = Some(KeyAlgorithm::UNKNOWN_ALGORITHM);
    assert_error(VerifyingKey::try_from(&theirs), WRONG_ALGORITHM);
    theirs.common.public_key_use = Some(jwk::PublicKeyUse::Encryption);
    assert_error(VerifyingKey::try_from(&theirs), NOT_FOR_VERIFICATION);
    theirs.algorithm = AlgorithmParameters::Other(jwk::OtherKeyParameters::default());
    assert_error(VerifyingKey::try_from(&theirs), WRONG_TYPE);

    let ed = VerifyingKey::from_pem(pem!("ed25519.spki")).unwrap();
    let ed = ed.with_algorithms([Algorithm::Ed25519]).unwrap();
    assert_error(jwk::Jwk::try_from(&ed), WRONG_ALGORITHM);
}

#[test]
fn sets_come_in_key_by_key() {
    let key = VerifyingKey::from_pem(pem!("p256.spki"))
        .unwrap()
        .with_key_id("a");
    let good = jwk::Jwk::try_from(&key).unwrap();
    let mut bad = good.clone();
    bad.common.key_id = Some("b".into());
    bad.common.public_key_use = Some(jwk::PublicKeyUse::Encryption);
    let set = JwkSet::try_from(&jwk::JwkSet {
        keys: vec![bad, good],
    })
    .unwrap();
    assert_eq!(set.keys()[0].key_id(), Some("a"));
    assert_eq!(set.skipped()[0].key_id(), Some("b"));
    assert!(JwkSet::try_from(&jwk::JwkSet::default()).is_err());
}

#[test]
fn their_signing_keys_sign_here() {
    for (algorithm, key) in [
        (Algorithm::HS512, EncodingKey::from_secret(&SECRET).unwrap()),
        (
            Algorithm::RS256,
            EncodingKey::from_rsa_der(&der(pem!("rsa2048.pkcs1"))),
        ),
        (
            Algorithm::ES384,
            EncodingKey::from_ec_der(&der(pem!("p384.pkcs8"))),
        ),
        (
            Algorithm::EdDSA,
            EncodingKey::from_ed_der(&der(pem!("ed25519.pkcs8"))),
        ),
    ] {
        let ours = SigningKey::from_encoding_key(algorithm, &key).unwrap();
        let signature = ours.sign(b"message").unwrap();
        let public = signing_key(algorithm).verifying_key();
        assert!(
            public.verify(algorithm, b"message", &signature),
            "{algorithm}"
        );
    }
    assert_error(
        SigningKey::from_encoding_key(
            Algorithm::RS256,
            &EncodingKey::from_secret(&SECRET).unwrap(),
        ),
        WRONG_ALGORITHM,
    );
}

#[test]
fn headers_convert_both_ways() {
    let mut theirs = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::PS384);
    theirs.kid = Some("a".into());
    let ours = Header::try_from(&theirs).unwrap();
    assert_eq!(ours.algorithm(), Algorithm::PS384);
    assert_eq!(ours.key_id(), Some("a"));
    assert_eq!(ours.token_type(), Some("JWT"));
    assert_eq!(jsonwebtoken::Header::try_from(&ours).unwrap(), theirs);

    theirs.crit = Some(vec!["b64".into()]);
    let refused = Header::try_from(&theirs);
    assert_eq!(refused, Err(TokenError::CriticalHeader));
    for (json, reason) in [
        (r#"{"alg":"ES512"}"#, TokenError::UnsupportedAlgorithm),
        (r#"{"alg":"Ed25519"}"#, TokenError::UnsupportedAlgorithm),
        (r#"{"alg":"ES256","cty":1}"#, TokenError::InvalidHeader),
    ] {
        let ours = Header::parse(json).unwrap();
        assert_eq!(jsonwebtoken::Header::try_from(&ours), Err(reason), "{json}");
    }
}

#[test]
fn sets_convert_back() {
    let key = signing_key(Algorithm::ES256)
        .with_key_id("a")
        .verifying_key();
    let json = serde_json::to_string(&Jwk::try_from(&key).unwrap()).unwrap();
    let ours = JwkSet::parse(format!(r#"{{"keys":[{json}]}}"#)).unwrap();
    let theirs = jwk::JwkSet::try_from(&ours).unwrap();
    assert_eq!(theirs.keys, [jwk::Jwk::try_from(&key).unwrap()]);

    let secret = r#"{"keys":[{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]}"#;
    assert_error(
        jwk::JwkSet::try_from(&JwkSet::parse(secret).unwrap()),
        "a secret is not exported: make the other key from the secret itself",
    );
}
