//! The cases of other projects that this crate decides otherwise, each with the reason.

use libtest_mimic::Trial;

use crate::corpus::{folder, trial};
use crate::outcome::Expect;

/// File, id, what happens instead, and why.
const EXCEPTIONS: [(&str, &str, Expect, &str); 10] = [
    (
        "envoy_jwt_verify_lib/parse",
        "test/jwt_time_test.cc:OnlyExp",
        Expect::Reject,
        "the signature is not base64url: unused bits are set",
    ),
    (
        "envoy_jwt_verify_lib/parse",
        "test/jwt_time_test.cc:NotTimeConstraint",
        Expect::Reject,
        "the signature is not base64url: unused bits are set",
    ),
    (
        "envoy_jwt_verify_lib/jwks",
        "test/jwks_test.cc:JwksIgnoreUnsupportedKey",
        if cfg!(feature = "aws-lc-rs") {
            Expect::Accept
        } else {
            Expect::Reject
        },
        "`x` is that of another curve: AWS-LC keeps such a key, and it verifies nothing",
    ),
    (
        "envoy_jwt_verify_lib/verify",
        "test/verify_jwk_ec_test.cc:KidES512OK",
        Expect::Reject,
        "`y` of the key has 65 bytes: RFC 7518, section 6.2.1.3, demands all 66",
    ),
    (
        "libs",
        "libjwt-051",
        Expect::Reject,
        "26 digits: a number, but a date that 64 bits do not hold",
    ),
    (
        "jwks/libjwt_jwks",
        "jwt_security.c:test_jwks_empty_keys_array",
        Expect::Reject,
        "a set without a usable key is an error: nobody configures one on purpose",
    ),
    (
        "jwks/libjwt_jwks",
        "jwt_security.c:test_jwks_rsa_pss_alg_string",
        Expect::Reject,
        "the modulus has 1664 bits: RFC 7518, section 3.5, demands 2048",
    ),
    (
        "jwks/libjwt_jwks",
        "keys/oct_key_512_small.json",
        Expect::Accept,
        "as a key for HS256, as its `alg` says, it is long enough",
    ),
    (
        "jwks/libjwt_jwks",
        "keys/eddsa_key_ed25519_pub_fake_es256.json",
        Expect::Accept,
        "a good key for EdDSA: the file names no `alg`, and ES256 is not among what it permits",
    ),
    (
        "jwks/libjwt_jwks",
        "keys/ec_key_x5c_bad_x5t.json",
        Expect::Accept,
        "the certificates of a key are not looked at",
    ),
];

/// What happens instead, if this case is an exception.
pub(crate) fn find(file: &str, id: &str) -> Option<Expect> {
    EXCEPTIONS
        .iter()
        .find(|(in_file, known, ..)| *in_file == file && *known == id)
        .map(|(_, _, expect, _)| *expect)
}

/// A trial that fails if an exception matches no case.
pub(crate) fn none_is_stale(trials: &[Trial]) -> Option<Trial> {
    folder()?;
    let is_known = |id: &str| trials.iter().any(|trial| trial.name().ends_with(id));
    let stale = EXCEPTIONS.iter().find(|(_, id, ..)| !is_known(id));
    let stale = stale.map(|(_, id, ..)| *id);
    let check = move || assert_eq!(stale, None);
    Some(trial("no exception is stale".into(), check))
}
