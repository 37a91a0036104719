//! Each layer around the same inner service, in one process, with the same tokens.

use std::hint::black_box;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{self, ParsedPublicKey, VerificationAlgorithm};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::Value;
use tokio::runtime::{self, Runtime};
use tower_bearer::Algorithm;
use tower_bearer::verify::Cache;
use tower_bearer_peers::Error;
use tower_bearer_peers::contestants::Contestant;
use tower_bearer_peers::fixture::{ALGORITHMS, Fixture, SECRET};
use tower_bearer_peers::in_process::{Call, call, check, request};
use tower_bearer_peers::results::{
    BARE_SIGNATURE, EXPIRED, FIRST_SIGHT, FOREIGN, Figure, JUNK, REPEATED, Results,
};
use tower_bearer_peers::rounds::{Slot, measure, slot};

const ROUNDS: usize = 1000;

/// What is measured: the contestant, the case, and the answer.
struct Entry<'a> {
    contestant: &'static str,
    case: &'static str,
    status: Option<u16>,
    slot: Slot<'a>,
}

fn main() -> Result<(), Error> {
    let runtime = runtime::Builder::new_current_thread().build()?;
    let mut results = Results::default();
    for algorithm in ALGORITHMS {
        let fixture = Fixture::new(algorithm)?;
        // Some layers need a runtime. Only their setup runs as a task: tasks must yield now and
        // then, which would not be the layers' cost.
        let _runtime = runtime.enter();
        let entries = entries(&fixture, &runtime)?;
        results.figures.extend(figures(algorithm, entries));
    }
    results.save("layers")
}

fn entries<'a>(fixture: &'a Fixture, runtime: &Runtime) -> Result<Vec<Entry<'a>>, Error> {
    let algorithm = fixture.algorithm;
    let mut entries = vec![Entry {
        contestant: BARE_SIGNATURE,
        case: FIRST_SIGHT,
        status: None,
        slot: bare_signature(fixture)?,
    }];
    let able = |contestant: &Contestant| contestant.supports(algorithm);
    for contestant in Contestant::ALL.into_iter().filter(able) {
        let name = contestant.name();
        for (case, cache, token, accepted) in cases(contestant, fixture) {
            let mut call = runtime.block_on(call(contestant, fixture, cache))?;
            let status = check(&mut call, token, accepted)
                .map_err(|error| format!("{name}, {}, {case}: {error}", algorithm.name()))?;
            eprintln!("{}: {name}, {case}: {status}", algorithm.name());
            entries.push(Entry {
                contestant: name,
                case,
                status: Some(status.as_u16()),
                slot: requests(call, token, status),
            });
        }
    }
    Ok(entries)
}

fn figures(algorithm: Algorithm, entries: Vec<Entry<'_>>) -> Vec<Figure> {
    let (names, mut slots): (Vec<_>, Vec<_>) = entries
        .into_iter()
        .map(|entry| ((entry.contestant, entry.case, entry.status), entry.slot))
        .unzip();
    let rounds = measure(&mut slots, ROUNDS);
    let figures = names.into_iter().zip(rounds);
    figures
        .map(|((contestant, case, status), rounds)| Figure {
            algorithm: algorithm.name().to_owned(),
            contestant: contestant.to_owned(),
            case: case.to_owned(),
            rounds,
            status,
        })
        .collect()
}

/// A contestant's cases: name, cache, token, and whether it is accepted.
fn cases(contestant: Contestant, fixture: &Fixture) -> Vec<(&'static str, Cache, &str, bool)> {
    let cache = Cache::default();
    let refused = [
        (EXPIRED, cache, fixture.expired.as_str(), false),
        (FOREIGN, cache, &fixture.foreign, false),
        (JUNK, cache, &fixture.junk, false),
    ];
    let first_sight = (FIRST_SIGHT, Cache::disabled(), fixture.good.as_str(), true);
    let repeated = (REPEATED, cache, fixture.good.as_str(), true);
    match contestant {
        Contestant::NoLayer => vec![repeated],
        Contestant::TowerBearer => [repeated, first_sight].into_iter().chain(refused).collect(),
        // Without a cache, each sight is the first.
        _ => [first_sight].into_iter().chain(refused).collect(),
    }
}

fn requests<'a>(mut call: Call, token: &str, expected: StatusCode) -> Slot<'a> {
    let request = request(token);
    slot(
        move || request.clone(),
        move |request| assert_eq!(call(request), expected),
    )
}

/// The floor for any layer: the signature alone, with a parsed key.
fn bare_signature(fixture: &Fixture) -> Result<Slot<'_>, Error> {
    let (message, signature) = fixture.good.rsplit_once('.').ok_or("no token")?;
    let message = message.as_bytes();
    let signature = URL_SAFE_NO_PAD.decode(signature)?;
    if fixture.algorithm == Algorithm::HS256 {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &SECRET);
        return Ok(verifications(move || {
            hmac::verify(&key, black_box(message), &signature).is_ok()
        }));
    }
    let key = parsed_key(fixture)?;
    Ok(verifications(move || {
        key.verify_sig(black_box(message), &signature).is_ok()
    }))
}

fn verifications<'a>(verify: impl Fn() -> bool + 'a) -> Slot<'a> {
    slot(|| (), move |()| assert!(verify()))
}

fn parsed_key(fixture: &Fixture) -> Result<ParsedPublicKey, Error> {
    let jwks: Value = serde_json::from_str(&fixture.jwks)?;
    let member = |name: &str| {
        let text = jwks["keys"][0][name]
            .as_str()
            .ok_or("a member is missing")?;
        Ok::<_, Error>(URL_SAFE_NO_PAD.decode(text)?)
    };
    let algorithm: &'static dyn VerificationAlgorithm = match fixture.algorithm {
        Algorithm::RS256 => {
            let components = signature::RsaPublicKeyComponents {
                n: member("n")?,
                e: member("e")?,
            };
            return Ok(components.to_parsed_public_key(&signature::RSA_PKCS1_2048_8192_SHA256)?);
        }
        Algorithm::ES256 => &signature::ECDSA_P256_SHA256_FIXED,
        _ => &signature::ED25519,
    };
    let bytes = match fixture.algorithm {
        // An uncompressed point.
        Algorithm::ES256 => [vec![4], member("x")?, member("y")?].concat(),
        _ => member("x")?,
    };
    Ok(ParsedPublicKey::new(algorithm, bytes)?)
}
