use tower_bearer::jose::{AlgorithmSet, KeyFamily};
use tower_bearer::{Algorithm, VerifyingKey};

use super::*;

#[test]
fn a_key_permits_its_whole_family() {
    let cases: [(&[u8], AlgorithmSet); 10] = [
        (
            pem!("rsa2048.spki"),
            AlgorithmSet::of_family(KeyFamily::Rsa),
        ),
        (
            pem!("rsa2048.public.pkcs1"),
            AlgorithmSet::of_family(KeyFamily::Rsa),
        ),
        (
            pem!("rsa2048.certificate"),
            AlgorithmSet::of_family(KeyFamily::Rsa),
        ),
        (
            pem!("rsa2048.sha1.certificate"),
            AlgorithmSet::of_family(KeyFamily::Rsa),
        ),
        (pem!("p256.spki"), Algorithm::ES256.into()),
        (pem!("p256.certificate"), Algorithm::ES256.into()),
        (pem!("p384.spki"), Algorithm::ES384.into()),
        (pem!("p521.spki"), Algorithm::ES512.into()),
        (pem!("ed25519.spki"), AlgorithmSet::of_family(KeyFamily::Ed)),
        (
            pem!("ed25519.certificate"),
            AlgorithmSet::of_family(KeyFamily::Ed),
        ),
    ];
    for (pem, algorithms) in cases {
        let key = VerifyingKey::from_pem(pem).unwrap();
        assert_eq!(key.algorithms(), algorithms);
        assert_eq!(
            VerifyingKey::from_der(der(pem)).unwrap().algorithms(),
            algorithms
        );
        for algorithm in algorithms.iter() {
            let signature = signing_key(algorithm).sign(b"message").unwrap();
            assert!(key.verify(algorithm, b"message", &signature), "{algorithm}");
        }
    }
}

#[test]
fn a_secret_permits_what_it_is_long_enough_for() {
    use Algorithm::{HS256, HS384, HS512};

    let permitted = |length| {
        let key = VerifyingKey::from_secret(&SECRET[..length]).unwrap();
        key.algorithms().iter().collect::<Vec<_>>()
    };
    assert_eq!(permitted(32), [HS256]);
    assert_eq!(permitted(47), [HS256]);
    assert_eq!(permitted(48), [HS256, HS384]);
    assert_eq!(permitted(64), [HS256, HS384, HS512]);
    assert_error(
        VerifyingKey::from_secret(&SECRET[..31]),
        "the secret has 248 bits: use at least 256 random bits (32 bytes)",
    );
    assert_error(
        VerifyingKey::from_secret(""),
        "the secret has 0 bits: use at least 256 random bits (32 bytes)",
    );
}

#[test]
fn a_key_of_another_kind_is_no_secret() {
    let spki = pem!("rsa2048.spki");
    let text = str::from_utf8(spki).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('-')).collect();
    let jwk = serde_json::to_vec(
        &tower_bearer::jose::Jwk::try_from(&VerifyingKey::from_pem(spki).unwrap()).unwrap(),
    )
    .unwrap();
    let secrets: Vec<Vec<u8>> = vec![
        spki.to_vec(),
        text.trim_end().into(),
        text.replace('\n', "\r\n").into(),
        text.replace('\n', "").into(),
        format!(" \n\t{text}").into(),
        format!("\u{feff}{text}").into(),
        format!("# comment\n{text}").into(),
        lines.join("\n").into(),
        lines.concat().into(),
        pem!("rsa2048.public.pkcs1").to_vec(),
        pem!("rsa2048.certificate").to_vec(),
        pem!("rsa2048.pkcs8").to_vec(),
        pem!("ed25519.spki").to_vec(),
        der(spki),
        der(pem!("rsa2048.public.pkcs1")),
        der(pem!("rsa2048.certificate")),
        der(pem!("rsa2048.pkcs8")),
        der(pem!("rsa2048.pkcs1")),
        der(pem!("p256.spki")),
        der(pem!("p256.sec1")),
        der(pem!("ed25519.spki")),
        include_bytes!("../fixtures/openssh.pub").to_vec(),
        b"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ".to_vec(),
        b"ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY".to_vec(),
        [b"\n ", &jwk[..]].concat(),
        [br#"{"keys":["#, &jwk[..], b"]}"].concat(),
    ];
    for secret in secrets {
        assert_error(VerifyingKey::from_secret(secret), SECRET_IS_KEY);
    }
}

#[test]
fn private_keys_are_refused() {
    for pem in [
        &pem!("rsa2048.pkcs8")[..],
        pem!("rsa2048.pkcs1"),
        pem!("rsa2048.encrypted"),
        pem!("rsa2048.encrypted.pkcs1"),
        pem!("p256.pkcs8"),
        pem!("p256.sec1"),
        pem!("ed25519.pkcs8"),
        pem!("openssh.private"),
    ] {
        assert_error(VerifyingKey::from_pem(pem), PRIVATE);
    }
    for pem in [
        &pem!("rsa2048.pkcs8")[..],
        pem!("rsa2048.pkcs1"),
        pem!("rsa2048.encrypted"),
        pem!("p256.sec1"),
    ] {
        assert_error(VerifyingKey::from_der(der(pem)), PRIVATE);
        // Labelled as a public key, it is still refused.
        let relabelled = pem::encode(&pem::Pem::new("PUBLIC KEY", der(pem)));
        assert_error(VerifyingKey::from_pem(relabelled), PRIVATE);
    }
}

#[test]
fn pem_is_exactly_one_block() {
    let text = str::from_utf8(pem!("p256.spki")).unwrap();
    let from = |text: String| VerifyingKey::from_pem(text);
    assert!(from(format!("\r\n {} \n\n", text.replace('\n', "\r\n"))).is_ok());
    for none in ["", "junk", "-----BEGIN", &text[5..]] {
        assert_error(
            from(none.into()),
            "the text is not PEM: it must hold a block that begins with `-----BEGIN PUBLIC KEY-----` or the like",
        );
    }
    assert_error(
        from(text.repeat(2)),
        "the text holds several PEM blocks: keep only the block of the key",
    );
    for around in [
        format!("# key\n{text}"),
        format!("{text}x"),
        text.replace("-----END PUBLIC KEY-----", ""),
    ] {
        assert_error(
            from(around),
            "text stands before or after the PEM block, or its last line is missing: keep only the whole block",
        );
    }
    for damaged in [
        text.replace("END PUBLIC", "END RSA PUBLIC"),
        text.replacen("BEGIN PUBLIC KEY-----\n", "BEGIN PUBLIC KEY-----\n*", 1),
    ] {
        assert_error(
            from(damaged),
            "the PEM block is damaged: export the key again, and copy it whole",
        );
    }
    assert_error(
        from(text.replace("PUBLIC KEY", "CERTIFICATE REQUEST")),
        "the PEM block holds something else than a key: use one labelled `PUBLIC KEY`, `RSA PUBLIC KEY`, \
         `CERTIFICATE`, `PRIVATE KEY` or `RSA PRIVATE KEY`",
    );
    assert_error(
        VerifyingKey::from_pem([0xff, 0xfe]),
        "the text is not PEM: it must hold a block that begins with `-----BEGIN PUBLIC KEY-----` or the like",
    );
}

#[test]
fn unsafe_public_keys_are_refused() {
    for (pem, text) in [
        (
            &pem!("rsa1024.spki")[..],
            "the RSA key has 1024 bits: use one of at least 2048 bits",
        ),
        (
            pem!("rsa2047.spki"),
            "the RSA key has 2047 bits: use one of at least 2048 bits",
        ),
        (
            pem!("rsa8256.spki"),
            "the RSA key has 8256 bits: use one of at most 8192 bits",
        ),
        (
            pem!("p256.explicit.spki"),
            "the EC key has explicit curve parameters: export it with a named curve",
        ),
        (
            pem!("p256.compressed.spki"),
            "the point of the EC key is compressed: export it uncompressed",
        ),
        (pem!("secp256k1.spki"), WRONG_TYPE),
        (pem!("ed448.spki"), WRONG_TYPE),
        (pem!("x25519.spki"), WRONG_TYPE),
        (pem!("rsa-pss.spki"), WRONG_TYPE),
    ] {
        assert_error(VerifyingKey::from_pem(pem), text);
        assert_error(VerifyingKey::from_der(der(pem)), text);
    }
}

#[test]
fn a_key_has_the_parameters_of_its_type() {
    const PARAMETERS: &str = "the public key has parameters that its type does not have";

    // An empty string instead of the NULL.
    let mut rsa = der(pem!("rsa2048.spki"));
    let null = rsa.windows(2).position(|bytes| bytes == [5, 0]).unwrap();
    rsa[null] = 4;
    assert_error(VerifyingKey::from_der(rsa), PARAMETERS);

    // A superfluous NULL.
    let mut ed25519 = der(pem!("ed25519.spki"));
    ed25519.splice(9..9, [5, 0]);
    ed25519[1] += 2;
    ed25519[3] += 2;
    assert_error(VerifyingKey::from_der(ed25519), PARAMETERS);
}

#[test]
fn damaged_der_is_refused() {
    for pem in [
        &pem!("rsa2048.spki")[..],
        pem!("rsa2048.public.pkcs1"),
        pem!("p256.certificate"),
        pem!("ed25519.spki"),
    ] {
        let good = der(pem);
        for length in 0..good.len() {
            assert_error(
                VerifyingKey::from_der(&good[..length]),
                "the bytes are not the DER of a key",
            );
        }
        assert_error(
            VerifyingKey::from_der([&good[..], &[0]].concat()),
            "bytes follow the DER of the key: remove them",
        );
        // Whatever a byte becomes, nothing panics.
        for index in 0..good.len().min(80) {
            for byte in [0, 1, 0x30, 0x7f, 0x80, 0x84, 0xff] {
                let mut bad = good.clone();
                bad[index] = byte;
                let _ = VerifyingKey::from_der(&bad);
            }
        }
    }
    let mut off_curve = der(pem!("p256.spki"));
    *off_curve.last_mut().unwrap() ^= 1;
    assert_error(VerifyingKey::from_der(off_curve), BAD_NUMBERS);
}

#[test]
fn algorithms_can_only_be_narrowed() {
    let key = VerifyingKey::from_pem(pem!("rsa2048.spki")).unwrap();
    let narrowed = key.clone().with_algorithms([Algorithm::PS256]).unwrap();
    assert_eq!(narrowed.algorithms(), Algorithm::PS256.into());
    let signature = signing_key(Algorithm::RS256).sign(b"message").unwrap();
    assert!(key.verify(Algorithm::RS256, b"message", &signature));
    assert!(!narrowed.verify(Algorithm::RS256, b"message", &signature));
    assert_error(
        narrowed.with_algorithms([Algorithm::RS256]),
        WRONG_ALGORITHM,
    );
    assert_error(key.clone().with_algorithms([]), WRONG_ALGORITHM);
    assert_error(key.with_algorithms([Algorithm::HS256]), WRONG_ALGORITHM);
    let secret = VerifyingKey::from_secret([7; 32]).unwrap();
    assert_error(
        secret.clone().with_algorithms([Algorithm::ES256]),
        WRONG_ALGORITHM,
    );
    assert_error(
        secret.with_algorithms([Algorithm::HS512]),
        "the secret has 256 bits: use at least 512 random bits (64 bytes)",
    );
    // It is long enough, but was narrowed.
    let secret = VerifyingKey::from_secret([7; 48]).unwrap();
    let narrowed = secret.with_algorithms([Algorithm::HS256]).unwrap();
    assert_error(
        narrowed.with_algorithms([Algorithm::HS384]),
        WRONG_ALGORITHM,
    );
}

#[test]
fn debug_shows_no_key() {
    let key = VerifyingKey::from_secret(SECRET).unwrap().with_key_id("a");
    assert_eq!(
        format!("{key:?}"),
        r#"VerifyingKey { key_id: Some("a"), algorithms: {HS256, HS384, HS512}, .. }"#
    );
}

#[test]
fn keys_go_wherever_requests_go() {
    fn assert_auto<T: Clone + Send + Sync + Unpin + 'static>() {}
    assert_auto::<VerifyingKey>();
    assert_auto::<SigningKey>();
    assert_auto::<tower_bearer::JwkSet>();
    assert_auto::<tower_bearer::jose::Jwk>();
}
