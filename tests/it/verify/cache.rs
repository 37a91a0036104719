use std::sync::atomic::AtomicBool;
use std::sync::{Barrier, RwLock};
use std::thread;
use std::time::Duration;

use tower_bearer::VerifyingKey;
use tower_bearer::verify::{Cache, RevocationList};

use super::*;

/// An issuer and a verifier with one clock and replaceable keys.
struct Setup {
    clock: FixedClock,
    issuer: TestIssuer,
    keys: Arc<RwLock<KeySet>>,
}

impl Setup {
    fn new() -> Self {
        let clock = clock();
        let issuer = TestIssuer::new(ISSUER, Algorithm::HS256).clock(clock.clone());
        let keys = Arc::new(RwLock::new(issuer.verifying_key().into()));
        Self {
            clock,
            issuer,
            keys,
        }
    }

    fn builder(&self) -> VerifierBuilder<Map<String, Value>> {
        let keys = Arc::clone(&self.keys);
        Verifier::builder()
            .issuer(ISSUER, move || keys.read().unwrap().clone())
            .audience(AUDIENCE)
            .leeway(Duration::ZERO)
            .clock(self.clock.clone())
    }

    fn token(&self, subject: &str) -> String {
        self.issuer
            .token()
            .audience(AUDIENCE)
            .subject(subject)
            .sign()
    }

    fn trust(&self, keys: impl IntoIterator<Item = VerifyingKey>) {
        *self.keys.write().unwrap() = keys.into_iter().collect();
    }
}

fn refused<T>(reason: TokenError) -> Result<T, AuthError> {
    Err(reason.into())
}

/// Whether both come from one verification: then they share their claims.
fn same(a: &VerifiedToken, b: &VerifiedToken) -> bool {
    std::ptr::eq(a.claims(), b.claims())
}

/// Whether verifying the token twice verifies it once.
fn is_remembered(verifier: &Verifier, token: &str) -> bool {
    same(
        &verifier.verify_now(token).unwrap(),
        &verifier.verify_now(token).unwrap(),
    )
}

fn another_key() -> VerifyingKey {
    VerifyingKey::from_secret([1; 32]).unwrap()
}

#[test]
fn a_repeated_token_is_verified_once() {
    let setup = Setup::new();
    let token = setup.token("alice");
    let verifier = setup.builder().build().unwrap();
    assert!(is_remembered(&verifier, &token));
    assert!(!is_remembered(
        &setup.builder().cache(Cache::disabled()).build().unwrap(),
        &token
    ));
    assert!(!is_remembered(
        &setup.builder().cache(Cache::entries(0)).build().unwrap(),
        &token
    ));
    assert_eq!(Cache::default(), Cache::entries(10_000));

    // Another verifier has its own cache.
    let other = setup.builder().build().unwrap();
    assert!(!same(
        &verifier.verify_now(&token).unwrap(),
        &other.verify_now(&token).unwrap()
    ));
    // Another token is another entry.
    let bob = verifier.verify_now(setup.token("bob")).unwrap();
    assert_eq!(bob.subject(), Some("bob"));
}

#[test]
fn times_are_checked_every_time() {
    let setup = Setup::new();
    let verifier = setup
        .builder()
        .max_age(Duration::from_secs(7200))
        .build()
        .unwrap();
    let token = setup.token("alice");
    assert!(is_remembered(&verifier, &token));

    setup.clock.advance(Duration::from_secs(3599));
    assert!(is_remembered(&verifier, &token));
    setup.clock.advance(Duration::from_secs(1));
    assert_eq!(
        verifier.verify_now(&token).map(|_| ()),
        refused(TokenError::Expired)
    );

    // A clock that is set back makes it good again, and one set far back too early.
    let start = NOW.unsigned_abs();
    setup.clock.set(start);
    assert!(is_remembered(&verifier, &token));
    setup.clock.set(start - 1);
    assert_eq!(
        verifier.verify_now(&token).map(|_| ()),
        refused(TokenError::IssuedInFuture)
    );

    let lasting = setup
        .issuer
        .token()
        .audience(AUDIENCE)
        .expires_in(100_000)
        .sign();
    setup.clock.set(start);
    assert!(is_remembered(&verifier, &lasting));
    setup.clock.advance(Duration::from_secs(7200 + 3600));
    assert_eq!(
        verifier.verify_now(&lasting).map(|_| ()),
        refused(TokenError::TooOld)
    );
}

#[test]
fn the_key_must_still_be_trusted() {
    let setup = Setup::new();
    let verifier = setup.builder().build().unwrap();
    let token = setup.token("alice");
    let verdict = || verifier.verify_now(&token).map(|_| ());
    let key = setup.issuer.verifying_key();
    let first = verifier.verify_now(&token).unwrap();

    // Another key beside it changes nothing, nor does the same key loaded again.
    setup.trust([key.clone(), another_key().with_key_id("other")]);
    assert!(same(&first, &verifier.verify_now(&token).unwrap()));
    setup.trust([TestIssuer::new(ISSUER, Algorithm::HS256).verifying_key()]);
    assert!(same(&first, &verifier.verify_now(&token).unwrap()));

    setup.trust([]);
    assert_eq!(verdict(), refused(TokenError::UnknownKey));
    setup.trust([another_key().with_key_id("hs256")]);
    assert_eq!(verdict(), refused(TokenError::BadSignature));
    setup.trust([key.clone()]);
    assert_eq!(verdict(), Ok(()));
    setup.trust([key.clone(), another_key().with_key_id("hs256")]);
    assert_eq!(verdict(), refused(TokenError::AmbiguousKey));
    setup.trust([key.clone()]);
    assert_eq!(verdict(), Ok(()));
    let other = TestIssuer::new(ISSUER, Algorithm::HS512).verifying_key();
    setup.trust([other
        .with_key_id("hs256")
        .with_algorithms([Algorithm::HS512])
        .unwrap()]);
    assert_eq!(verdict(), refused(TokenError::AlgorithmNotAllowed));
}

#[test]
fn rules_are_asked_every_time() {
    let setup = Setup::new();
    let is_open = Arc::new(AtomicBool::new(true));
    let rule = Arc::clone(&is_open);
    let verifier = setup
        .builder()
        .rule(move |_| rule.load(Ordering::Relaxed))
        .build()
        .unwrap();
    let token = setup.token("alice");
    assert!(is_remembered(&verifier, &token));
    is_open.store(false, Ordering::Relaxed);
    assert_eq!(
        verifier.verify_now(&token).map(|_| ()),
        refused(TokenError::RefusedByRule)
    );
}

#[test]
fn no_other_token_passes_for_a_remembered_one() {
    let setup = Setup::new();
    let verifier = setup.builder().build().unwrap();
    let token = setup.token("alice");
    assert!(is_remembered(&verifier, &token));
    for at in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[at] ^= 1;
        assert!(verifier.verify_now(&changed).is_err(), "byte {at}");
        assert!(verifier.verify_now(&changed).is_err(), "byte {at}, again");
    }
    assert!(verifier.verify_now(format!("{token} ")).is_err());
    assert!(verifier.verify_now(&token[..token.len() - 1]).is_err());
}

#[test]
fn verifiers_share_nothing_that_they_remember() {
    let token = token();
    let keys = [Algorithm::ES256, Algorithm::RS256]
        .map(|algorithm| TestIssuer::new(ISSUER, algorithm).verifying_key());
    let builder = || builder_with(KeySet::from_iter(keys.clone())).audience(AUDIENCE);
    let lax = builder().build().unwrap();
    assert_accepts(&lax, &token);
    let strict = builder().algorithms([Algorithm::RS256]).build().unwrap();
    assert_refuses(&strict, &token, TokenError::AlgorithmNotAllowed);
    assert_accepts(&lax, &token);
}

#[test]
fn junk_displaces_nothing() {
    let setup = Setup::new();
    let verifier = setup.builder().cache(Cache::entries(10)).build().unwrap();
    let token = setup.token("alice");
    let first = verifier.verify_now(&token).unwrap();
    for number in 0..5_000 {
        assert!(verifier.verify_now(format!("{token}{number}")).is_err());
    }
    assert!(same(&first, &verifier.verify_now(&token).unwrap()));
}

#[test]
fn what_is_remembered_is_bounded() {
    let setup = Setup::new();
    let verifier = setup.builder().cache(Cache::entries(10)).build().unwrap();
    let tokens: Vec<_> = (0..500)
        .map(|number| setup.token(&number.to_string()))
        .collect();
    let first: Vec<_> = tokens
        .iter()
        .map(|token| verifier.verify_now(token).unwrap())
        .collect();
    let again = tokens
        .iter()
        .map(|token| verifier.verify_now(token).unwrap());
    let remembered = again
        .zip(&first)
        .filter(|(again, first)| same(again, first))
        .count();
    assert!(remembered <= 10, "{remembered}");

    let filled = |len| {
        setup
            .issuer
            .token()
            .audience(AUDIENCE)
            .claim("x", "x".repeat(len))
            .sign()
    };
    assert!(filled(2_500).len() < 4096);
    assert!(is_remembered(&verifier, &filled(2_500)));
    assert!(filled(3_000).len() > 4096);
    assert!(!is_remembered(&verifier, &filled(3_000)));
}

/// How many of 1,000 tokens with a claim of this length such a cache keeps.
fn remembered(cache: Cache, claim_len: usize) -> usize {
    let setup = Setup::new();
    let builder = setup.builder().cache(cache);
    remembered_by(&setup, builder, claim_len)
}

fn remembered_by(setup: &Setup, builder: VerifierBuilder, claim_len: usize) -> usize {
    let verifier = builder.build().unwrap();
    let token = |number: usize| {
        let token = setup.issuer.token().audience(AUDIENCE);
        token
            .subject(&format!("{number:04}"))
            .claim("filler", "x".repeat(claim_len))
            .sign()
    };
    let tokens: Vec<_> = (0..1000).map(token).collect();
    let first: Vec<_> = tokens
        .iter()
        .map(|token| verifier.verify_now(token).unwrap())
        .collect();
    // From the last to the first, since a token that is not cached evicts another.
    let pairs = tokens.iter().zip(&first).rev();
    pairs
        .filter(|(token, first)| same(first, &verifier.verify_now(token).unwrap()))
        .count()
}

#[test]
fn its_size_may_be_given_in_bytes() {
    // The documented size of an entry, with a payload of 150 bytes.
    let estimate = 250 + size_of::<Map<String, Value>>() + 2 * 150;
    let small = remembered(Cache::bytes(100 * estimate), 10);
    assert!((50..=120).contains(&small), "{small}");
    let twice = remembered(Cache::bytes(200 * estimate), 10);
    assert!(twice > small * 3 / 2, "{small}, {twice}");
    let big = remembered(Cache::bytes(100 * estimate), 2000);
    assert!((1..=25).contains(&big), "{big}");

    assert_eq!(remembered(Cache::bytes(64 << 20), 10), 1000);
    assert_eq!(remembered(Cache::bytes(0), 10), 0);
    assert_eq!(remembered(Cache::bytes(estimate / 2), 10), 0);
}

#[test]
fn what_is_known_of_revocations_counts_for_the_size() {
    let setup = Setup::new();
    let builder = || setup.builder().cache(Cache::bytes(100_000));
    let without = remembered_by(&setup, builder(), 10);
    let list = RevocationList::local().clock(setup.clock.clone());
    let builder = builder().revocations(list.build().unwrap());
    let with = remembered_by(&setup, builder, 10);
    assert!(0 < with && with < without, "{with}, {without}");
}

/// Often enough that each thread holds it as a hot token.
const OFTEN: usize = 200;

#[test]
fn a_hot_token_ends_on_all_threads() {
    let expires = |setup: &Setup| setup.clock.advance(Duration::from_secs(3600));
    let loses_its_key = |setup: &Setup| setup.trust([]);
    let ends: [(fn(&Setup), _); 2] = [
        (expires, TokenError::Expired),
        (loses_its_key, TokenError::UnknownKey),
    ];
    for (end, reason) in ends {
        let setup = Setup::new();
        let verifier = setup.builder().build().unwrap();
        let token = setup.token("alice");
        let first = verifier.verify_now(&token).unwrap();
        let barrier = Barrier::new(5);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..OFTEN {
                        let again = verifier.verify_now(&token).unwrap();
                        assert!(same(&first, &again));
                        assert_eq!(again.subject(), Some("alice"));
                    }
                    barrier.wait();
                    barrier.wait();
                    for _ in 0..OFTEN {
                        let verdict = verifier.verify_now(&token);
                        assert_eq!(verdict.map(drop), refused(reason));
                    }
                });
            }
            barrier.wait();
            end(&setup);
            barrier.wait();
        });
    }
}

#[test]
fn threads_share_it_while_keys_come_and_go() {
    let setup = Setup::new();
    let verifier = setup.builder().cache(Cache::entries(16)).build().unwrap();
    let tokens: Vec<_> = (0..32)
        .map(|number| setup.token(&number.to_string()))
        .collect();
    let key = setup.issuer.verifying_key();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for round in 0..200 {
                    let number = round % tokens.len();
                    let token = verifier.verify_now(&tokens[number]).unwrap();
                    assert_eq!(token.subject(), Some(number.to_string().as_str()));
                }
            });
        }
        for round in 0..100 {
            let extra = another_key().with_key_id(round.to_string());
            setup.trust([key.clone(), extra]);
        }
    });
}
