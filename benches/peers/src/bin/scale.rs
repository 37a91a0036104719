//! How the number of cached tokens, and of threads, affects a cached token.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Instant, SystemTime};

use serde::{Deserialize, Deserializer};
use tower_bearer::test_util::{FixedClock, TestIssuer};
use tower_bearer::verify::Cache;
use tower_bearer::{Algorithm, Verifier};
use tower_bearer_peers::Error;
use tower_bearer_peers::fixture::{AUDIENCE, ISSUER, MyClaims, token};
use tower_bearer_peers::results::{
    FEW_TOKENS, Figure, MANY_TOKENS, ONE_THREAD, REPEATED, Results, TWO_THREADS,
};
use tower_bearer_peers::rounds::{Slot, each, measure};

/// More than there are tokens, since the cache's shards do not fill evenly.
const CAPACITY: usize = 1_100_000;
const FEW: u64 = 100;
const MANY: u64 = 1_000_000;
const ROUNDS: usize = 300;
const WARM_UP: usize = 16;
const BATCH: usize = 64;

/// How often each thread verifies the hot token in a round.
const HOT: usize = 50_000;
const HOT_ROUNDS: usize = 60;

fn main() -> Result<(), Error> {
    // HS256, so that signing a million tokens is fast. A hit does not depend on the algorithm.
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let issuer = TestIssuer::new(ISSUER, Algorithm::HS256).clock(FixedClock::at(now.as_secs()));
    let few = filled(&issuer, FEW)?;
    let many = filled(&issuer, MANY)?;

    let first_sights = FIRST_SIGHTS.load(Ordering::Relaxed);
    let mut slots = [hits(&issuer, &few, FEW), hits(&issuer, &many, MANY)];
    let sizes = measure(&mut slots, ROUNDS);
    drop(slots);
    let missed = FIRST_SIGHTS.load(Ordering::Relaxed) - first_sights;
    eprintln!(
        "{missed} of {} were not hits",
        2 * ROUNDS * (WARM_UP + BATCH)
    );
    if missed * 100 > ROUNDS * BATCH {
        return Err("the cache forgot too many tokens for the figure to be of hits".into());
    }

    let hot = token(&issuer).sign();
    let mut slots: [Slot<'_>; 2] = [
        Box::new(|| throughput(&few, &hot, 1)),
        Box::new(|| throughput(&few, &hot, 2)),
    ];
    let threads = measure(&mut slots, HOT_ROUNDS);

    let names = [FEW_TOKENS, MANY_TOKENS, ONE_THREAD, TWO_THREADS];
    let figures = names.into_iter().zip(sizes.into_iter().chain(threads));
    Results {
        figures: figures.map(|(name, rounds)| figure(name, rounds)).collect(),
    }
    .save("scale")
}

fn figure(name: &str, rounds: Vec<f64>) -> Figure {
    Figure {
        algorithm: Algorithm::HS256.name().to_owned(),
        contestant: name.to_owned(),
        case: REPEATED.to_owned(),
        rounds,
        status: None,
    }
}

fn filled(issuer: &TestIssuer, tokens: u64) -> Result<Verifier<Counted>, Error> {
    let verifier = Verifier::typed()
        .issuer(ISSUER, issuer.verifying_key())
        .audience(AUDIENCE)
        .cache(Cache::entries(CAPACITY))
        .build()?;
    for number in 0..tokens {
        verifier.verify_now(numbered(issuer, number))?;
    }
    Ok(verifier)
}

/// The token with this number, always the same.
fn numbered(issuer: &TestIssuer, number: u64) -> String {
    token(issuer).claim("sub", format!("{number:040}")).sign()
}

/// Tokens from all over the cache. They are re-signed just before, so that the token is in the
/// processor's cache, as one from the network is, and its entry is not.
fn hits<'a>(issuer: &'a TestIssuer, verifier: &'a Verifier<Counted>, tokens: u64) -> Slot<'a> {
    let mut number = 0;
    let mut next = move || {
        // A step coprime to the number of tokens visits all.
        number = (number + 618_033) % tokens;
        numbered(issuer, number)
    };
    Box::new(move || {
        let tokens: Vec<String> = (0..WARM_UP + BATCH).map(|_| next()).collect();
        let (warm_up, counted) = tokens.split_at(WARM_UP);
        let verify = |token: &String| assert!(verifier.verify_now(token).is_ok());
        warm_up.iter().for_each(verify);
        let started = Instant::now();
        counted.iter().for_each(verify);
        each(started.elapsed(), BATCH)
    })
}

/// Verifications of one token per second, by this many threads together.
fn throughput(verifier: &Verifier<Counted>, token: &str, threads: usize) -> f64 {
    let start = Barrier::new(threads + 1);
    let work = || {
        start.wait();
        for _ in 0..HOT {
            assert!(verifier.verify_now(token).is_ok());
        }
    };
    let elapsed = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        start.wait();
        let started = Instant::now();
        for worker in workers {
            worker.join().expect("no thread fails");
        }
        started.elapsed()
    });
    1e9 / each(elapsed, threads * HOT)
}

/// Claims that count their decodings: a hit must not decode.
struct Counted {
    _claims: MyClaims,
}

static FIRST_SIGHTS: AtomicUsize = AtomicUsize::new(0);

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        FIRST_SIGHTS.fetch_add(1, Ordering::Relaxed);
        MyClaims::deserialize(deserializer).map(|claims| Self { _claims: claims })
    }
}
