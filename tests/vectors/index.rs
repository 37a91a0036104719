//! The files of others: all there are, and how many cases each has.

use std::fs;
use std::path::Path;

use libtest_mimic::Trial;
use serde_json::Value;

use crate::corpus::{folder, trial};

/// Every file of others that is read, and how many trials come of it: as many as its index says
/// that it has cases.
const FILES: [(&str, usize); 34] = [
    ("claims/third_party_claims.json", 77),
    ("envoy_jwt_verify_lib/jwks.json", 36),
    ("envoy_jwt_verify_lib/parse.json", 63),
    ("envoy_jwt_verify_lib/verify.json", 28),
    ("http/bearer_extraction.json", 19),
    ("jsontestsuite/parsing.json", 242),
    ("jwks/jose_jwks.json", 18),
    ("jwks/libjwt_jwks.json", 41),
    ("libs/cve_pocs.json", 1),
    ("libs/go-jwt-middleware.json", 26),
    ("libs/jjwt.json", 10),
    ("libs/jose.json", 22),
    ("libs/joserfc.json", 10),
    ("libs/jsonwebtoken.json", 11),
    ("libs/jwt-authorizer.json", 11),
    ("libs/jwt.json", 35),
    ("libs/libjwt.json", 57),
    ("libs/node-jsonwebtoken.json", 12),
    ("libs/python-jose.json", 21),
    ("libs/spring-security.json", 14),
    // Three proofs and the token that is bound.
    ("rfc/dpop_rfc9449.json", 4),
    ("rfc/jws_examples.json", 28),
    ("rfc/thumbprints.json", 9 + 7),
    ("wycheproof/json_web_key_test.json", 16),
    ("wycheproof/json_web_signature_test.json", 326),
    (
        "wycheproof/primitives/ecdsa_secp256r1_sha256_p1363_test.json",
        262,
    ),
    (
        "wycheproof/primitives/ecdsa_secp521r1_sha512_p1363_test.json",
        318,
    ),
    ("wycheproof/primitives/ed25519_test.json", 151),
    ("wycheproof/primitives/hmac_sha256_test.json", 174),
    ("wycheproof/primitives/hmac_sha512_test.json", 174),
    (
        "wycheproof/primitives/rsa_pss_2048_sha256_mgf1_32_test.json",
        108,
    ),
    (
        "wycheproof/primitives/rsa_pss_4096_sha512_mgf1_64_test.json",
        179,
    ),
    (
        "wycheproof/primitives/rsa_signature_2048_sha256_test.json",
        259,
    ),
    (
        "wycheproof/primitives/rsa_signature_2048_sha512_test.json",
        259,
    ),
];

/// Files of others that are about `DPoP` (RFC 9449), which this crate does not have: a token that is
/// bound to a key is refused.
const NOT_BUILT: [&str; 2] = [
    "dpop/htu_normalization.json",
    "dpop/openid_fapi2_checklist.json",
];

/// A trial that fails where the folder holds a file that is neither read nor known not to concern
/// us, so that none is forgotten.
pub(crate) fn no_file_is_forgotten() -> Trial {
    let is_absent = !folder().is_dir();
    let check = || {
        let mut found = Vec::new();
        collect(&folder(), &mut found);
        found.sort();
        let mut known: Vec<_> = FILES.iter().map(|(name, _)| *name).collect();
        known.extend(NOT_BUILT);
        known.sort_unstable();
        assert_eq!(found, known);
    };
    trial("no file of others is forgotten".into(), check).with_ignored_flag(is_absent)
}

/// How many trials come of a file of others, if it is one of those that are read.
pub(crate) fn count(name: &str) -> Option<usize> {
    let file = FILES.iter().find(|(known, _)| *known == name);
    file.map(|(_, count)| *count)
}

/// The files of others in one folder, in the order of their names.
pub(crate) fn names(under: &str) -> impl Iterator<Item = &'static str> {
    let names = FILES.iter().map(|(name, _)| *name);
    names.filter(move |name| name.starts_with(under))
}

/// All files of others that are read, if they are there.
pub(crate) fn documents() -> impl Iterator<Item = Value> {
    let names = FILES.iter().filter(|_| folder().is_dir());
    names.map(|(name, _)| serde_json::from_slice(&fs::read(folder().join(name)).unwrap()).unwrap())
}

/// The JSON files of others below a folder, by their paths from the top.
fn collect(under: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(under).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(folder()).unwrap().to_str().unwrap();
        if path.is_dir() && name != "derived" {
            collect(&path, found);
        } else if path.extension().is_some_and(|it| it == "json") {
            found.push(name.to_owned());
        }
    }
}
