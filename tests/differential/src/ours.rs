//! The keys, and a verifier of this crate that trusts them.

use std::time::Duration;

use tower_bearer::keys::KeySet;
use tower_bearer::test_util::{FixedClock, signing_key};
use tower_bearer::verify::Cache;
use tower_bearer::{Algorithm, Verifier, VerifyingKey};

use crate::{AUDIENCE, ISSUER, LEEWAY, NOW};

/// A key for each algorithm, which permits only that one.
pub(crate) fn keys() -> impl Iterator<Item = (Algorithm, VerifyingKey)> {
    Algorithm::ALL.iter().map(|&algorithm| {
        let key = signing_key(algorithm).verifying_key();
        (algorithm, key.with_algorithms([algorithm]).unwrap())
    })
}

pub(crate) fn verifier() -> Verifier {
    Verifier::builder()
        .issuer(ISSUER, keys().map(|(_, key)| key).collect::<KeySet>())
        .audience(AUDIENCE)
        .leeway(Duration::from_secs(LEEWAY))
        .clock(FixedClock::at(NOW))
        .cache(Cache::disabled())
        .build()
        .unwrap()
}
