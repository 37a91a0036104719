//! The verifier's own time: by algorithm and outcome, by the number of keys, cached tokens,
//! revocations and threads.
//!
//! `cargo bench --bench verify`. Figures are compared within one run only.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a benchmark that fails should stop"
)]

mod junk;
mod token;

use std::cell::Cell;
use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, Criterion, criterion_group, criterion_main};
use futures::FutureExt;
use tokio::runtime::Builder;
use tower_bearer::keys::KeySet;
use tower_bearer::test_util::{FixedClock, TestFeed, TestIssuer, signing_key};
use tower_bearer::verify::{Cache, Revocation, RevocationList, Staleness};
use tower_bearer::{Algorithm, KeyProvider, Verifier};

use self::token::{AUDIENCE, ISSUER, MyClaims, token};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn issuer(algorithm: Algorithm) -> TestIssuer {
    TestIssuer::new(ISSUER, algorithm).clock(FixedClock::new())
}

fn verifier(keys: impl KeyProvider, cache: Cache) -> Verifier<MyClaims> {
    Verifier::typed()
        .issuer(ISSUER, keys)
        .audience(AUDIENCE)
        .clock(FixedClock::new())
        .cache(cache)
        .build()
        .unwrap()
}

fn group<'c>(criterion: &'c mut Criterion, name: &str) -> BenchmarkGroup<'c, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group
        .measurement_time(Duration::from_secs(1))
        .warm_up_time(Duration::from_millis(300));
    group
}

fn outcomes(criterion: &mut Criterion) {
    for &algorithm in Algorithm::ALL {
        let issuer = issuer(algorithm);
        let good = token(&issuer).sign();
        let (signed, signature) = good.rsplit_once('.').unwrap();
        // Well-formed, but by another key.
        let other_signature = token(&issuer).claim("role", "admin").sign();
        let other_signature = other_signature.rsplit_once('.').unwrap().1;
        assert_eq!(signature.len(), other_signature.len());

        let mut group = group(criterion, &format!("verify {}", algorithm.name()));
        for (name, cache, token, accepted) in [
            ("hit", Cache::default(), good.clone(), true),
            ("miss", Cache::disabled(), good.clone(), true),
            (
                "expired",
                Cache::default(),
                token(&issuer).expires_in(-3600).sign(),
                false,
            ),
            ("junk", Cache::default(), "x".repeat(good.len()), false),
            (
                "wrong key",
                Cache::default(),
                format!("{signed}.{other_signature}"),
                false,
            ),
        ] {
            let verifier = verifier(issuer.verifying_key(), cache);
            group.bench_function(name, |bencher| {
                bencher.iter(|| {
                    let outcome = verifier.verify_now(black_box(&token));
                    assert_eq!(outcome.is_ok(), accepted);
                    outcome
                });
            });
        }
    }
}

/// As long as a token may be.
fn junk(criterion: &mut Criterion) {
    let verifier = verifier(issuer(Algorithm::RS256).verifying_key(), Cache::default());
    let mut group = group(criterion, "junk of 16 KiB");
    for (kind, make) in junk::KINDS {
        let junk = make(16 * 1024);
        group.bench_function(kind, |bencher| {
            bencher.iter(|| verifier.verify_now(black_box(&junk)).map(drop).unwrap_err());
        });
    }
}

/// The key is chosen by `kid`, so ES256 tokens of one key among many.
fn keys(criterion: &mut Criterion) {
    let key = signing_key(Algorithm::ES256).with_key_id("key 0");
    let issuer = issuer(Algorithm::ES256).key(key);
    let token = token(&issuer).sign();
    let mut group = group(criterion, "keys");
    for count in [1, 100, 10_000] {
        let keys: KeySet = (0..count)
            .map(|number| issuer.verifying_key().with_key_id(format!("key {number}")))
            .collect();
        for (name, cache) in [("hit", Cache::default()), ("miss", Cache::disabled())] {
            let verifier = verifier(keys.clone(), cache);
            group.bench_function(format!("{count} keys, {name}"), |bencher| {
                bencher.iter(|| verifier.verify_now(black_box(&token)).unwrap());
            });
        }
    }
}

/// HS256, so that signing a million tokens is fast: a hit does not depend on the algorithm.
fn cached(criterion: &mut Criterion) {
    let issuer = issuer(Algorithm::HS256);
    let numbered = |number: u64| token(&issuer).subject(&format!("{number:040}")).sign();
    let verifier = verifier(issuer.verifying_key(), Cache::entries(1_100_000));
    let mut filled = 0;
    let mut group = group(criterion, "cached tokens");
    for count in [1, 100, 10_000, 1_000_000] {
        for number in filled..count {
            verifier.verify_now(numbered(number)).unwrap();
        }
        filled = count;
        let last = Cell::new(0);
        group.bench_function(format!("{count}, hit"), |bencher| {
            bencher.iter_batched_ref(
                // From all over the cache, each token once before any repeats.
                || {
                    last.set((last.get() + 618_033) % count);
                    numbered(last.get())
                },
                |token| verifier.verify_now(token).unwrap(),
                BatchSize::SmallInput,
            );
        });
    }
}

fn revoke(list: &RevocationList, session: u64) {
    let session = session.to_string();
    let revocation = Revocation::session(ISSUER, &session);
    list.revoke(revocation).now_or_never().unwrap().unwrap();
}

/// What the revocation list adds to a hit. The token has all three ids by which it can be revoked.
/// `just changed`: something else was revoked since the token was last seen, so it must be looked
/// up.
fn revocations(criterion: &mut Criterion) {
    let issuer = issuer(Algorithm::HS256);
    let token = token(&issuer).claim("sid", "none").claim("jti", "none");
    let token = token.sign();
    let builder = || {
        Verifier::typed::<MyClaims>()
            .issuer(ISSUER, issuer.verifying_key())
            .audience(AUDIENCE)
            .clock(FixedClock::new())
    };
    let list_of = |entries| {
        let list = RevocationList::local().build().unwrap();
        (0..entries).for_each(|session| revoke(&list, session));
        list
    };
    let mut group = group(criterion, "revocations");
    let without = builder().build().unwrap();
    group.bench_function("no list, hit", |bencher| {
        bencher.iter(|| without.verify_now(black_box(&token)).unwrap());
    });
    for entries in [0, 100_000] {
        let verifier = builder().revocations(list_of(entries)).build().unwrap();
        group.bench_function(format!("list of {entries}, hit"), |bencher| {
            bencher.iter(|| verifier.verify_now(black_box(&token)).unwrap());
        });
    }
    let list = list_of(100_000);
    let verifier = builder().revocations(list.clone()).build().unwrap();
    let newest = Cell::new(100_000);
    group.bench_function("list of 100000 just changed, hit", |bencher| {
        bencher.iter_batched(
            || {
                newest.set(newest.get() + 1);
                revoke(&list, newest.get());
            },
            |()| verifier.verify_now(black_box(&token)).unwrap(),
            BatchSize::PerIteration,
        );
    });
    // The same without the change: the overhead of this measurement.
    group.bench_function("list of 100000, hit, measured alike", |bencher| {
        bencher.iter_batched(
            || {},
            |()| verifier.verify_now(black_box(&token)).unwrap(),
            BatchSize::PerIteration,
        );
    });
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let shared = RevocationList::shared(TestFeed::new(), Staleness::refuse_after(DAY));
    let shared = shared.build().unwrap();
    runtime.block_on(shared.ready()).unwrap();
    let verifier = builder().revocations(shared).build().unwrap();
    group.bench_function("shared list that can be stale, hit", |bencher| {
        bencher.iter(|| verifier.verify_now(black_box(&token)).unwrap());
    });
}

/// The time of one verification on each of the threads, while all of them verify the same token.
fn threads(criterion: &mut Criterion) {
    let issuer = issuer(Algorithm::RS256);
    let token = token(&issuer).sign();
    let verifier = verifier(issuer.verifying_key(), Cache::default());
    let mut group = group(criterion, "threads");
    for count in [1, 2] {
        group.bench_function(format!("{count}, hit"), |bencher| {
            bencher.iter_custom(|times| {
                let start = Barrier::new(count);
                let work = || {
                    start.wait();
                    let started = Instant::now();
                    for _ in 0..times {
                        black_box(verifier.verify_now(black_box(&token)).unwrap());
                    }
                    started.elapsed()
                };
                thread::scope(|scope| {
                    let workers: Vec<_> = (0..count).map(|_| scope.spawn(work)).collect();
                    let elapsed = workers.into_iter().map(|worker| worker.join().unwrap());
                    elapsed.max().unwrap()
                })
            });
        });
    }
}

criterion_group!(benches, outcomes, junk, keys, cached, revocations, threads);
criterion_main!(benches);
