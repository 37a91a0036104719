//! The path of a known key, during a hanging refresh and without one: the cost must be equal.
//!
//! `cargo bench --bench remote_keys`. Figures are compared within one run only: the two are
//! measured in turns, so that other load affects both.
#![expect(clippy::print_stdout, reason = "a program that people run")]
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a benchmark that fails should stop"
)]

use std::convert::Infallible;
use std::future::pending;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures::FutureExt;
use http::{Request, Response};
use tower::{Service, service_fn};
use tower_bearer::keys::{KeyProvider, KeyState, RemoteKeys};
use tower_bearer::test_util::{KeyServer, TestIssuer, signing_key};
use tower_bearer::verify::Cache;
use tower_bearer::{Algorithm, Verifier};

const ISSUER: &str = "https://issuer.example.com";
const ROUNDS: usize = 400;
const BATCH: u32 = 500;

/// Keys in memory, whose next fetches hang on demand.
struct World {
    keys: RemoteKeys,
    verifier: Verifier,
    token: String,
}

impl World {
    async fn new(hangs: bool, cache: Cache) -> Self {
        // The cheapest signature, so that the share of the keys is large.
        let issuer = TestIssuer::new(ISSUER, Algorithm::EdDSA);
        let server = KeyServer::of(&issuer);
        let is_hung = Arc::new(AtomicBool::new(false));
        let hung = Arc::clone(&is_hung);
        let client = service_fn(move |request: Request<String>| {
            let answer = server.clone().call(request);
            let hung = hung.load(Ordering::Relaxed);
            async move {
                if hung {
                    pending::<()>().await;
                }
                answer.await as Result<Response<String>, Infallible>
            }
        });
        let keys = RemoteKeys::builder(format!("{ISSUER}/jwks.json"))
            .client(client)
            .cooldown(Duration::from_nanos(1))
            .timeout(Duration::from_secs(3600))
            .build()
            .unwrap();
        keys.ready().await.unwrap();
        is_hung.store(hangs, Ordering::Relaxed);

        let verifier = Verifier::builder()
            .issuer(ISSUER, keys.clone())
            .any_audience()
            .cache(cache)
            .build()
            .unwrap();
        let token = issuer.token().sign();
        let world = Self {
            keys,
            verifier,
            token,
        };
        if hangs {
            world.begin_refresh().await;
        }
        world
    }

    /// Starts a fetch by a token with an unknown key, and waits until it is under way.
    async fn begin_refresh(&self) {
        let unknown = signing_key(Algorithm::EdDSA).with_key_id("unknown");
        let unknown = TestIssuer::new(ISSUER, Algorithm::EdDSA).key(unknown);
        let unknown = unknown.token().sign();
        assert!(self.verifier.verify(unknown).now_or_never().is_none());
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    }

    fn is_refreshing(&self) -> bool {
        self.keys.status().next_refresh == Some(Duration::ZERO)
    }

    fn snapshot(&self) {
        black_box(self.keys.snapshot());
    }

    fn verify(&self) {
        black_box(self.verifier.verify_now(&self.token)).unwrap();
    }
}

fn nanos(action: impl Fn()) -> f64 {
    let start = Instant::now();
    (0..BATCH).for_each(|_| action());
    start.elapsed().as_secs_f64() * 1e9 / f64::from(BATCH)
}

/// The minimum and the median of several times.
fn summary(mut times: Vec<f64>) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    (times[0], times[times.len() / 2])
}

async fn compare(name: &str, cache: Cache, action: fn(&World)) {
    let idle = World::new(false, cache).await;
    let hangs = World::new(true, cache).await;
    assert!(!idle.is_refreshing() && hangs.is_refreshing());
    let mut times = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        times.0.push(nanos(|| action(&idle)));
        times.1.push(nanos(|| action(&hangs)));
    }
    assert!(hangs.is_refreshing() && hangs.keys.status().state == KeyState::Fresh);
    let ((idle, idle_median), (hung, hung_median)) = (summary(times.0), summary(times.1));
    println!(
        "{name:<32} {idle:>9.1} {hung:>9.1} {:>6.3} {:>6.3}",
        hung / idle,
        hung_median / idle_median
    );
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!(
        "{:<32} {:>9} {:>9} {:>6} {:>6}",
        "ns, least of rounds", "idle", "hanging", "ratio", "median"
    );
    let disabled = Cache::disabled();
    compare("the keys", disabled, World::snapshot).await;
    compare("a token, first sight", disabled, World::verify).await;
    compare("a token, repeated", Cache::default(), World::verify).await;
}
