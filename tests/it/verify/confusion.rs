//! The oldest attack: an HMAC keyed with the public key, which everybody knows (CVE-2016-10555 and
//! many since).

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tower_bearer::VerifyingKey;
use tower_bearer::jose::Jwk;

use super::*;
use crate::jose::{SECRET, der, pem};

/// All that a library could take for the text or the bytes of a public key.
fn forms(pem: &[u8]) -> Vec<Vec<u8>> {
    let text = str::from_utf8(pem).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('-')).collect();
    let mut forms = vec![
        der(pem),
        text.into(),
        text.trim_end().into(),
        text.replace('\n', "\r\n").into(),
        text.replace('\n', "").into(),
        text.replace('\n', r"\n").into(),
        format!(" {text}").into(),
        format!("\n\t{text}\n").into(),
        format!("\u{feff}{text}").into(),
        format!("{text}\0").into(),
        lines.join("\n").into(),
        lines.concat().into(),
    ];
    let Ok(key) = VerifyingKey::from_pem(pem) else {
        return forms;
    };
    let jwk = serde_json::to_value(Jwk::try_from(&key).unwrap()).unwrap();
    forms.push(jwk.to_string().into());
    forms.push(serde_json::to_vec_pretty(&jwk).unwrap());
    forms.push(serde_json::json!({ "keys": [jwk] }).to_string().into());
    let numbers = ["n", "e", "x", "y"].into_iter().filter_map(|name| {
        let text = jwk.get(name)?.as_str()?;
        Some((text.to_owned(), URL_SAFE_NO_PAD.decode(text).unwrap()))
    });
    let (texts, numbers): (Vec<_>, Vec<_>) = numbers.unzip();
    forms.extend(texts.into_iter().map(String::into_bytes));
    forms.push(numbers.concat());
    // An uncompressed point (SEC 1, section 2.3.3).
    forms.push([&[4][..], &numbers.concat()].concat());
    forms.extend(numbers);
    forms
}

fn all_forms() -> Vec<Vec<u8>> {
    let mut forms: Vec<_> = [
        &pem!("rsa2048.spki")[..],
        pem!("rsa2048.public.pkcs1"),
        pem!("rsa2048.certificate"),
        pem!("p256.spki"),
        pem!("p256.certificate"),
        pem!("p384.spki"),
        pem!("p521.spki"),
        pem!("ed25519.spki"),
        pem!("ed25519.certificate"),
    ]
    .into_iter()
    .flat_map(forms)
    .collect();
    let openssh = include_bytes!("../fixtures/openssh.pub");
    forms.extend([openssh.to_vec(), openssh.trim_ascii().to_vec()]);
    forms.extend([Vec::new(), vec![0; 32], vec![0; 64]]);
    forms
}

/// A token of [`ISSUER`] with an HMAC by this secret. Nothing is checked.
fn forge(algorithm: Algorithm, secret: &[u8], key_id: Option<&str>) -> String {
    let header = match key_id {
        Some(key_id) => format!(r#"{{"alg":"{algorithm}","kid":"{key_id}"}}"#),
        None => format!(r#"{{"alg":"{algorithm}"}}"#),
    };
    let payload = format!(
        r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","exp":{}}}"#,
        NOW + 60
    );
    let [header, payload] = [header, payload].map(|part| URL_SAFE_NO_PAD.encode(part));
    let signed = format!("{header}.{payload}");
    let hash = match algorithm {
        Algorithm::HS256 => hmac::HMAC_SHA256,
        Algorithm::HS384 => hmac::HMAC_SHA384,
        Algorithm::HS512 => hmac::HMAC_SHA512,
        other => panic!("{other} is no HMAC"),
    };
    let tag = hmac::sign(&hmac::Key::new(hash, secret), signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
}

const HMACS: [Algorithm; 3] = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512];

fn public_keys() -> [VerifyingKey; 5] {
    [
        &pem!("rsa2048.spki")[..],
        pem!("p256.spki"),
        pem!("p384.spki"),
        pem!("p521.spki"),
        pem!("ed25519.spki"),
    ]
    .map(|pem| VerifyingKey::from_pem(pem).unwrap())
}

#[track_caller]
fn assert_no_forgery(keys: impl IntoIterator<Item = VerifyingKey>, algorithms: &[Algorithm]) {
    let keys: KeySet = keys.into_iter().collect();
    let mut rules = Validation::new().audience(AUDIENCE);
    if !algorithms.is_empty() {
        rules = rules.algorithms(algorithms.iter().copied());
    }
    let verifier = builder_with(keys).validation(rules).build().unwrap();
    for secret in all_forms() {
        for algorithm in HMACS {
            for key_id in [Some("public"), Some("secret"), Some("other"), None] {
                let token = forge(algorithm, &secret, key_id);
                let verdict = verifier.verify_now(token).map(drop);
                assert!(
                    matches!(verdict, Err(AuthError::InvalidToken(_))),
                    "{verdict:?}, {algorithm} by {}",
                    String::from_utf8_lossy(&secret)
                );
            }
        }
    }
}

#[test]
fn no_public_key_is_taken_for_a_secret() {
    for key in public_keys() {
        assert_no_forgery([key.clone()], &[]);
        assert_no_forgery([key.with_key_id("public")], &[]);
    }
    assert_no_forgery(public_keys(), &[]);
}

/// Not even if both kinds are permitted, as by a shared list of algorithms.
#[test]
fn nor_beside_a_real_secret() {
    for key_id in [None, Some("secret")] {
        let secret = VerifyingKey::from_secret(SECRET).unwrap();
        let secret = match key_id {
            Some(key_id) => secret.with_key_id(key_id),
            None => secret,
        };
        for key in public_keys() {
            let keys = [key.with_key_id("public"), secret.clone()];
            let both: Vec<_> = keys
                .iter()
                .flat_map(|key| key.algorithms().iter())
                .collect();
            assert_no_forgery(keys.clone(), &[]);
            assert_no_forgery(keys, &both);
        }
    }
}

/// The forgery works: with the secret itself it makes good tokens.
#[test]
fn the_forger_knows_the_trade() {
    let verifier = builder_with(VerifyingKey::from_secret(SECRET).unwrap())
        .audience(AUDIENCE)
        .build()
        .unwrap();
    for algorithm in HMACS {
        assert_accepts(&verifier, forge(algorithm, &SECRET, None));
        assert_accepts(&verifier, forge(algorithm, &SECRET, Some("any")));
        let wrong = forge(algorithm, &SECRET[1..], None);
        assert_refuses(&verifier, wrong, TokenError::BadSignature);
    }
    let keys: KeySet = public_keys().into_iter().collect();
    let verifier = builder_with(keys).audience(AUDIENCE).build().unwrap();
    let good = issuer().key(crate::jose::signing_key(Algorithm::EdDSA));
    assert_accepts(&verifier, good.token().audience(AUDIENCE).sign());
}

/// "none", with and without a signature, whatever else is in the header.
#[test]
fn nobody_signs_with_none() {
    let (verifier, issuer) = (verifier(), issuer());
    for name in ["none", "None", "NONE", "nOnE", "none ", "", "null"] {
        for key_id in [None, Some("es256"), Some("other")] {
            let token = issuer.token().audience(AUDIENCE).header("alg", name);
            let token = match key_id {
                Some(key_id) => token.header("kid", key_id),
                None => token.without_header("kid"),
            };
            let signed = token.sign();
            assert_refuses(&verifier, &signed, TokenError::UnsupportedAlgorithm);
            let (rest, _) = signed.rsplit_once('.').unwrap();
            for signature in ["", "AA", "e30"] {
                let token = format!("{rest}.{signature}");
                assert_refuses(&verifier, token, TokenError::UnsupportedAlgorithm);
            }
            assert_refuses(&verifier, rest, TokenError::Malformed);
        }
    }
}

/// A signature labelled with another algorithm, with the `kid` of its key, of that algorithm's key,
/// and without.
#[test]
fn no_algorithm_passes_for_another() {
    fn key_id(algorithm: Algorithm) -> &'static str {
        match algorithm {
            Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => "hmac",
            Algorithm::ES256 => "p256",
            Algorithm::ES384 => "p384",
            Algorithm::ES512 => "p521",
            Algorithm::EdDSA | Algorithm::Ed25519 => "ed",
            _ => "rsa",
        }
    }

    let keys: KeySet = public_keys()
        .into_iter()
        .chain([VerifyingKey::from_secret(SECRET).unwrap()])
        .zip(["rsa", "p256", "p384", "p521", "ed", "hmac"])
        .map(|(key, key_id)| key.with_key_id(key_id))
        .collect();
    let verifier = builder_with(keys).audience(AUDIENCE).build().unwrap();
    for &signed in Algorithm::ALL {
        let issuer = issuer().key(crate::jose::signing_key(signed));
        for &named in Algorithm::ALL {
            let token = issuer
                .token()
                .audience(AUDIENCE)
                .header("alg", named.name());
            // Two names of one algorithm (RFC 9864, section 2.2).
            let is_good = named == signed || (key_id(named), key_id(signed)) == ("ed", "ed");
            for key_id in [Some(key_id(signed)), Some(key_id(named)), None] {
                let token = match key_id {
                    Some(key_id) => token.clone().header("kid", key_id),
                    None => token.clone().without_header("kid"),
                };
                let verdict = verifier.verify_now(token.sign()).map(drop);
                let is_right = match &verdict {
                    Ok(()) => is_good,
                    Err(AuthError::InvalidToken(_)) => !is_good,
                    Err(_) => false,
                };
                assert!(is_right, "{signed} as {named}, {key_id:?}: {verdict:?}");
            }
        }
    }
}
