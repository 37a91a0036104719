use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use tower_bearer::Algorithm;
use tower_bearer::jose::Jwk;

use super::jwk::{ED25519, jwk, load, with};
use super::*;

#[test]
fn rsa_numbers_make_a_safe_key() {
    let rsa = jwk(pem!("rsa2048.spki"));
    for e in ["", "AA", "AQ", "Ag", "AQAA", "BAAAAAE"] {
        assert_error(load(&with(rsa.clone(), "e", e)), BAD_EXPONENT);
    }
    for e in ["Aw", "AQAB", "AAEAAQ", "AQAAAAE"] {
        assert!(load(&with(rsa.clone(), "e", e)).is_ok(), "{e}");
    }
    let even = "the modulus of the RSA key is even";
    for n in ["", "AA", "AAAA", "Ag"] {
        assert_error(load(&with(rsa.clone(), "n", n)), even);
    }
    let modulus = |bytes: usize| URL_SAFE_NO_PAD.encode(vec![0xff; bytes]);
    for (bytes, text) in [
        (1, "the RSA key has 8 bits: use one of at least 2048 bits"),
        (
            128,
            "the RSA key has 1024 bits: use one of at least 2048 bits",
        ),
        (
            1025,
            "the RSA key has 8200 bits: use one of at most 8192 bits",
        ),
        (
            2048,
            "the RSA key has 16384 bits: use one of at most 8192 bits",
        ),
    ] {
        assert_error(load(&with(rsa.clone(), "n", modulus(bytes))), text);
    }
    for bytes in [256, 1024] {
        assert!(load(&with(rsa.clone(), "n", modulus(bytes))).is_ok());
    }
}

#[test]
fn leading_zeros_of_rsa_numbers_change_nothing() {
    let rsa = jwk(pem!("rsa2048.spki"));
    let mut n = vec![0, 0];
    URL_SAFE_NO_PAD
        .decode_vec(rsa["n"].as_str().unwrap(), &mut n)
        .unwrap();
    let zeros = with(
        with(rsa.clone(), "e", "AAABAAE"),
        "n",
        URL_SAFE_NO_PAD.encode(n),
    );
    let signature = signing_key(Algorithm::RS256).sign(b"message").unwrap();
    assert!(
        load(&zeros)
            .unwrap()
            .verify(Algorithm::RS256, b"message", &signature)
    );
    let thumbprint = |jwk: &Value| Jwk::parse(jwk.to_string()).unwrap().thumbprint().unwrap();
    assert_eq!(thumbprint(&zeros), thumbprint(&rsa));
}

#[test]
fn coordinates_have_full_width_and_lie_on_the_curve() {
    for pem in [&pem!("p256.spki")[..], pem!("p384.spki"), pem!("p521.spki")] {
        let key = jwk(pem);
        let x = key["x"].as_str().unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(x).unwrap();
        let zeros = "A".repeat(x.len());
        for wrong in [&bytes[1..], &[&[0], &bytes[..]].concat(), &[]] {
            let x = URL_SAFE_NO_PAD.encode(wrong);
            assert_error(load(&with(key.clone(), "x", x)), WRONG_COORDINATE);
        }
        assert_error(load(&with(key.clone(), "y", x)), BAD_NUMBERS);
        let origin = with(with(key, "x", zeros.as_str()), "y", zeros.as_str());
        assert_error(load(&origin), BAD_NUMBERS);
    }
    let length = "the Ed25519 key does not have 32 bytes";
    let ed: Value = serde_json::from_str(ED25519).unwrap();
    for bytes in [0, 31, 33, 57] {
        let x = URL_SAFE_NO_PAD.encode(vec![7; bytes]);
        assert_error(load(&with(ed.clone(), "x", x)), length);
    }
}

#[test]
fn numbers_are_strict_base64url() {
    let ed: Value = serde_json::from_str(ED25519).unwrap();
    let x = ed["x"].as_str().unwrap();
    for bad in [
        format!("{x}="),
        x.replace('_', "/"),
        format!("{}p", &x[..42]),
        format!(" {x}"),
        format!("{x}\n"),
        format!("{x}A="),
    ] {
        assert_error(load(&with(ed.clone(), "x", bad)), NOT_BASE64);
    }
}

#[test]
fn ed25519_keys_that_libraries_disagree_on_are_refused() {
    let ed: Value = serde_json::from_str(ED25519).unwrap();
    let hex = |text: &str| -> Vec<u8> {
        (0..64)
            .step_by(2)
            .map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap())
            .collect()
    };
    let load = |bytes: Vec<u8>| {
        let x = URL_SAFE_NO_PAD.encode(bytes);
        load(&with(ed.clone(), "x", x))
    };
    let (zeros, ones) = ("00".repeat(31), "ff".repeat(30));
    for small in [
        format!("00{zeros}"),
        format!("{}80", "00".repeat(31)),
        format!("01{zeros}"),
        format!("ec{ones}7f"),
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05".into(),
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85".into(),
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a".into(),
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa".into(),
    ] {
        assert_error(load(hex(&small)), "the Ed25519 key is of small order");
    }
    for other in ["ed", "ee", "ff"] {
        assert_error(
            load(hex(&format!("{other}{ones}7f"))),
            "the Ed25519 key is not canonically encoded",
        );
    }
}
