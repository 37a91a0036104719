//! Frequent tokens, which each thread holds separately.

use std::time::Duration;

use serde::Deserialize;
use tower_bearer::verify::Cache;

use super::*;

/// Of this many lookups, at least one makes a token hot.
const OFTEN: usize = 32 + 1;

fn issuer_of(clock: &FixedClock) -> TestIssuer {
    TestIssuer::new(ISSUER, Algorithm::HS256).clock(clock.clone())
}

/// A verifier that caches two tokens, beside the hot ones.
struct Small {
    issuer: TestIssuer,
    verifier: Verifier,
}

impl Small {
    fn new() -> Self {
        let issuer = issuer_of(&clock());
        let builder = builder_with(issuer.verifying_key()).audience(AUDIENCE);
        let verifier = builder.cache(Cache::entries(2)).build().unwrap();
        Self { issuer, verifier }
    }

    fn verify(&self, subject: usize) -> VerifiedToken {
        let token = self.issuer.token().audience(AUDIENCE);
        let token = token.subject(&subject.to_string()).sign();
        self.verifier.verify_now(token).unwrap()
    }

    /// Makes a token hot.
    fn heat(&self, subject: usize) -> VerifiedToken {
        let first = self.verify(subject);
        for _ in 0..OFTEN {
            self.verify(subject);
        }
        first
    }

    /// Evicts all tokens but the hot ones: others are used more than once, one after another.
    fn fill(&self) {
        for subject in 1000..1012 {
            for _ in 0..3 {
                self.verify(subject);
            }
        }
    }

    /// Whether a token was not verified since. Of two lookups, at least one is of a hot token.
    fn remembers(&self, subject: usize, first: &VerifiedToken) -> bool {
        (0..2).any(|_| std::ptr::eq(self.verify(subject).claims(), first.claims()))
    }
}

#[test]
fn one_that_has_lost_its_place_is_remembered_all_the_same() {
    let small = Small::new();
    let stayed = (0..48).filter(|&subject| {
        let first = small.heat(subject);
        small.fill();
        small.remembers(subject, &first)
    });
    // Sometimes another hot token takes its place there, too.
    let stayed = stayed.count();
    assert!(stayed > 32, "{stayed}");
}

#[test]
fn several_are_held_at_a_time() {
    let small = Small::new();
    let hot: Vec<_> = (0..12).map(|subject| small.heat(subject)).collect();
    small.fill();
    let hot = hot.iter().enumerate();
    let stayed = hot.filter(|(subject, first)| small.remembers(*subject, first));
    let stayed = stayed.count();
    assert!(stayed > 2, "{stayed}");
}

/// Claims that are counted while they live.
#[derive(Deserialize)]
#[serde(from = "Map<String, Value>")]
struct Counted;

static LIVING: AtomicUsize = AtomicUsize::new(0);

impl From<Map<String, Value>> for Counted {
    fn from(_: Map<String, Value>) -> Self {
        LIVING.fetch_add(1, Ordering::Relaxed);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        LIVING.fetch_sub(1, Ordering::Relaxed);
    }
}

#[test]
fn one_that_is_refused_leaves_nothing_behind() {
    let clock = clock();
    let issuer = issuer_of(&clock);
    let verifier = Verifier::typed::<Counted>()
        .issuer(ISSUER, issuer.verifying_key())
        .audience(AUDIENCE)
        .leeway(Duration::ZERO)
        .clock(clock.clone())
        .build()
        .unwrap();
    let token = issuer.token().audience(AUDIENCE).sign();
    for _ in 0..=OFTEN {
        assert_accepts(&verifier, &token);
    }
    assert_eq!(LIVING.load(Ordering::Relaxed), 1);
    clock.advance(Duration::from_secs(3600));
    assert_refuses(&verifier, &token, TokenError::Expired);
    assert_eq!(LIVING.load(Ordering::Relaxed), 0);
}
