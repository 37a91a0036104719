use tower_bearer::JwkSet;

use super::*;
use crate::jose::pem;

#[test]
fn keys_are_sorted_by_their_id() {
    let keys = [
        named(1, "b"),
        secret(2),
        named(3, "a"),
        secret(4),
        named(5, ""),
    ];
    let keys: KeySet = keys.into_iter().collect();
    assert_key_ids(&keys, &[None, None, Some(""), Some("a"), Some("b")]);
}

#[test]
fn one_key_and_none() {
    assert_key_ids(&KeySet::from(named(1, "a")), &[Some("a")]);
    assert_key_ids(&[named(1, "a")].into_iter().collect(), &[Some("a")]);
    assert_key_ids(&KeySet::default(), &[]);
    assert_key_ids(&[].into_iter().collect(), &[]);
}

#[test]
fn the_same_key_counts_once() {
    let keys = [
        named(1, "a"),
        named(2, "a"),
        named(1, "a"),
        named(1, "b"),
        secret(1),
        secret(1),
    ];
    let keys: KeySet = keys.into_iter().collect();
    assert_key_ids(&keys, &[None, Some("a"), Some("a"), Some("b")]);
    // Equal material, but fewer algorithms.
    let broad = VerifyingKey::from_secret(SECRET).unwrap();
    let narrow = broad.clone().with_algorithms([Algorithm::HS256]).unwrap();
    assert_key_ids(&[broad, narrow].into_iter().collect(), &[None, None]);
    // Equal, though loaded twice.
    let keys = [pem!("p256.spki"), pem!("p256.spki")];
    let keys = keys.map(|pem| VerifyingKey::from_pem(pem).unwrap());
    assert_key_ids(&keys.into_iter().collect(), &[None]);
}

#[test]
fn the_keys_of_a_document() {
    let set = r#"{"keys":[
        {"kty":"OKP","crv":"Ed25519","kid":"b","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
        {"kty":"OKP","crv":"Ed448","kid":"a","x":"AA"},
        {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    let keys = KeySet::from(JwkSet::parse(set).unwrap());
    assert_key_ids(&keys, &[None, Some("b")]);
}

#[test]
fn debug_shows_ids_and_algorithms_only() {
    assert_eq!(
        format!("{:?}", KeySet::from(named(1, "a"))),
        r#"KeySet(One(VerifyingKey { key_id: Some("a"), algorithms: {HS256}, .. }))"#
    );
    assert_eq!(format!("{:?}", KeySet::default()), "KeySet(Many([]))");
}
