use tower_bearer::jose::{AlgorithmSet, KeyFamily};

use super::*;

/// The crate's whole table again.
const NAMES: [(Algorithm, &str, KeyFamily); 14] = [
    (Algorithm::HS256, "HS256", KeyFamily::Hmac),
    (Algorithm::HS384, "HS384", KeyFamily::Hmac),
    (Algorithm::HS512, "HS512", KeyFamily::Hmac),
    (Algorithm::RS256, "RS256", KeyFamily::Rsa),
    (Algorithm::RS384, "RS384", KeyFamily::Rsa),
    (Algorithm::RS512, "RS512", KeyFamily::Rsa),
    (Algorithm::PS256, "PS256", KeyFamily::Rsa),
    (Algorithm::PS384, "PS384", KeyFamily::Rsa),
    (Algorithm::PS512, "PS512", KeyFamily::Rsa),
    (Algorithm::ES256, "ES256", KeyFamily::Ec),
    (Algorithm::ES384, "ES384", KeyFamily::Ec),
    (Algorithm::ES512, "ES512", KeyFamily::Ec),
    (Algorithm::EdDSA, "EdDSA", KeyFamily::Ed),
    (Algorithm::Ed25519, "Ed25519", KeyFamily::Ed),
];

const NO_SUCH_ALGORITHM: &str = "there is no such algorithm: name one of HS256, HS384, HS512, \
     RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519";

#[test]
fn names_and_families() {
    assert!(
        NAMES
            .iter()
            .map(|(algorithm, ..)| algorithm)
            .eq(Algorithm::ALL)
    );
    for (algorithm, name, family) in NAMES {
        assert_eq!(algorithm.name(), name);
        assert_eq!(algorithm.to_string(), name);
        assert_eq!(format!("{algorithm:?}"), name);
        assert_eq!(algorithm.family(), family);
        assert_eq!(Algorithm::from_name(name), Some(algorithm));
        assert_eq!(name.parse::<Algorithm>().unwrap(), algorithm);
    }
}

#[test]
fn names_are_compared_to_the_letter() {
    for name in [
        "", "none", "es256", "ES256 ", "ES256\0", "HS", "ES256K", "Ed448", "EDDSA",
    ] {
        assert_eq!(Algorithm::from_name(name), None);
        assert_error(name.parse::<Algorithm>(), NO_SUCH_ALGORITHM);
    }
}

#[test]
fn sets_hold_what_was_put_in() {
    let set: AlgorithmSet = [Algorithm::PS256, Algorithm::HS256, Algorithm::PS256]
        .into_iter()
        .collect();
    assert!(set.iter().eq([Algorithm::HS256, Algorithm::PS256]));
    for &algorithm in Algorithm::ALL {
        let expected = [Algorithm::HS256, Algorithm::PS256].contains(&algorithm);
        assert_eq!(set.contains(algorithm), expected, "{algorithm}");
        assert_eq!(
            set.intersection(algorithm.into()).is_empty(),
            !expected,
            "{algorithm}"
        );
    }
    assert_eq!(format!("{set:?}"), "{HS256, PS256}");
    assert!(!set.is_empty());
}

#[test]
fn empty_and_full_sets() {
    assert!(AlgorithmSet::EMPTY.is_empty());
    assert_eq!(AlgorithmSet::EMPTY.iter().count(), 0);
    assert_eq!(AlgorithmSet::EMPTY, [].into_iter().collect());
    let all: AlgorithmSet = Algorithm::ALL.iter().copied().collect();
    assert!(all.iter().eq(Algorithm::ALL.iter().copied()));
    let families = [
        KeyFamily::Hmac,
        KeyFamily::Rsa,
        KeyFamily::Ec,
        KeyFamily::Ed,
    ];
    for family in families {
        let set = AlgorithmSet::of_family(family);
        assert!(set.iter().all(|algorithm| algorithm.family() == family));
        assert_eq!(all.intersection(set), set);
    }
    let sizes = families.map(|family| AlgorithmSet::of_family(family).iter().count());
    assert_eq!(sizes, [3, 6, 3, 2]);
}
