//! The verdicts of verifiers that remember tokens against those of one that does not, where the
//! list of revocations is shared, falls behind and is lost, and the issuers are tenants that come
//! and go. What is no matter of these is in `verify::equivalence`.
#![expect(clippy::arithmetic_side_effects, reason = "all numbers are small")]

use std::collections::{HashMap, HashSet};
use std::sync::RwLock;

use tokio::time::sleep;
use tower_bearer::test_util::{TestFeed, sign};
use tower_bearer::verify::{Staleness, Tenants};
use tower_bearer::{SigningKey, VerifyingKey};

use super::*;
use crate::random::Random;

const STEPS: usize = 5_000;
const TENANTS: [&str; 3] = [
    "https://a.example.com",
    "https://b.example.com",
    "https://c.example.com",
];
const SUBJECTS: [&str; 2] = ["alice", "bob"];
const KEY_IDS: [&str; 2] = ["a", "b"];
const SECRETS: [[u8; 32]; 2] = [[1; 32], [2; 32]];
/// The keys that a tenant may have: of each, the places of its secret and its name.
const PAIRS: [&[(usize, usize)]; 8] = [
    &[],
    &[(0, 0)],
    &[(1, 1)],
    &[(0, 0), (1, 1)],
    &[(0, 0), (1, 1)],
    &[(0, 0), (1, 1)],
    &[(0, 0), (1, 1)],
    &[(1, 0), (0, 1)],
];

/// What all verifiers see.
struct World {
    clock: FixedClock,
    now: i64,
    feed: TestFeed,
    list: RevocationList,
    /// That of another process.
    other_list: RevocationList,
    trusted: Arc<RwLock<HashSet<&'static str>>>,
    /// Those of each tenant.
    keys: Arc<RwLock<HashMap<String, KeySet>>>,
    random: Random,
}

impl World {
    fn new(staleness: Staleness) -> Self {
        let (clock, feed) = (clock(), TestFeed::new());
        let list = || {
            let list = RevocationList::shared(feed.clone(), staleness);
            list.clock(clock.clone()).build().unwrap()
        };
        let keys = TENANTS.map(|tenant| (tenant.to_owned(), key_set(&[(0, 0), (1, 1)])));
        Self {
            list: list(),
            other_list: list(),
            clock,
            now: NOW,
            feed,
            trusted: Arc::new(RwLock::new(TENANTS.into())),
            keys: Arc::new(RwLock::new(keys.into())),
            random: Random(0x2545_f491_4f6c_dd1d),
        }
    }

    /// One that has room for all tenants but one, so that they displace one another. By now, it has
    /// accepted a token of the first: of two that were never of use, it would be chance which leaves.
    fn verifier(&self, cache: Cache) -> Verifier {
        let (trusted, keys) = (Arc::clone(&self.trusted), Arc::clone(&self.keys));
        let tenants = Tenants::new(
            move |issuer| trusted.read().unwrap().contains(issuer),
            move |issuer| {
                let (keys, issuer) = (Arc::clone(&keys), issuer.to_owned());
                Ok(move || keys.read().unwrap()[&issuer].clone())
            },
        );
        let verifier = Verifier::builder()
            .tenants(tenants.max(TENANTS.len() - 1))
            .audience(AUDIENCE)
            .leeway(Duration::ZERO)
            .revocations(self.list.clone())
            .clock(self.clock.clone())
            .cache(cache)
            .build()
            .unwrap();
        let claims = json!({
            "iss": TENANTS[0], "aud": AUDIENCE, "iat": NOW, "exp": NOW + 60, "sid": "first",
        });
        assert_accepts(&verifier, signed_by(0, 0, &claims));
        verifier
    }

    /// A good token, mostly.
    fn token(&mut self) -> String {
        let (now, random) = (self.now, &mut self.random);
        let issued_at = now - random.within(30).abs();
        let claims = json!({
            "iss": random.choose(&TENANTS),
            "aud": AUDIENCE,
            "sub": random.choose(&SUBJECTS),
            "iat": issued_at,
            "exp": issued_at + 90 + random.within(50),
            "sid": session(now, random),
            "jti": random.below(1000).to_string(),
        });
        let key_id = random.below(2);
        let secret = key_id ^ usize::from(random.one_in(12));
        signed_by(secret, key_id, &claims)
    }

    /// Changes something, or nothing.
    async fn step(&mut self) {
        let random = &mut self.random;
        let tenant = *random.choose(&TENANTS);
        match random.below(60) {
            0 => {
                let keys = key_set(random.choose::<&[_]>(&PAIRS));
                self.keys.write().unwrap().insert(tenant.to_owned(), keys);
            }
            1 if random.one_in(2) => {
                let mut trusted = self.trusted.write().unwrap();
                if random.one_in(6) {
                    trusted.remove(tenant);
                } else {
                    trusted.insert(tenant);
                }
            }
            // Where the feed is gone, the revocation counts all the same, in this process.
            2 => drop(self.list.revoke(revocation(self.now, tenant, random)).await),
            3 => drop(
                self.other_list
                    .revoke(revocation(self.now, tenant, random))
                    .await,
            ),
            4 if random.one_in(2) => self.feed.fail(),
            5 if random.one_in(8) => self.feed.lose(),
            6 => self.feed.recover(),
            // The clock of the tokens goes back now and then, Tokio's never does.
            7 if random.one_in(8) => self.now -= 20,
            8..14 => {
                let secs = random.below(5) as u64;
                self.now += secs.cast_signed();
                sleep(Duration::from_secs(secs)).await;
            }
            _ => {}
        }
        self.clock.set(self.now.unsigned_abs());
    }
}

fn key_set(pairs: &[(usize, usize)]) -> KeySet {
    let keys = pairs.iter().map(|(secret, key_id)| {
        let key = VerifyingKey::from_secret(SECRETS[*secret]).unwrap();
        key.with_key_id(KEY_IDS[*key_id])
    });
    keys.collect()
}

fn signed_by(secret: usize, key_id: usize, claims: &Value) -> String {
    let key = SigningKey::from_secret(Algorithm::HS256, SECRETS[secret]).unwrap();
    let header = json!({ "alg": "HS256", "kid": KEY_IDS[key_id] });
    sign(&key, header.to_string(), claims.to_string())
}

/// A session of these minutes.
fn session(now: i64, random: &mut Random) -> String {
    format!("{}-{}", now / 100, random.below(8))
}

fn revocation(now: i64, tenant: &str, random: &mut Random) -> Revocation {
    if random.one_in(12) {
        Revocation::subject(tenant, random.choose::<&str>(&SUBJECTS))
    } else {
        Revocation::session(tenant, &session(now, random))
    }
}

/// All that an application can learn.
fn verdict(verifier: &Verifier, token: &str) -> Result<String, AuthError> {
    let accepted = verifier.verify_now(token)?;
    let header = accepted.header().json();
    Ok(format!("{header} {:?}", accepted.claims()))
}

#[tokio::test(start_paused = true)]
async fn remembering_changes_no_verdict_by_a_shared_list() {
    const LIMIT: Duration = Duration::from_secs(8);
    for staleness in [
        Staleness::refuse_after(LIMIT),
        Staleness::go_on_after(LIMIT),
    ] {
        let mut world = World::new(staleness);
        world.list.ready().await.unwrap();
        let plain = world.verifier(Cache::disabled());
        let remembering = [1, 8, 10_000].map(|size| world.verifier(Cache::entries(size)));

        let mut tokens: Vec<_> = (0..16).map(|_| world.token()).collect();
        let mut counts = HashMap::<_, usize>::new();
        for step in 0..STEPS {
            world.step().await;
            if world.random.one_in(12) {
                let at = world.random.below(tokens.len());
                tokens[at] = world.token();
            }
            let token = world.random.choose(&tokens);
            let expected = verdict(&plain, token);
            for verifier in &remembering {
                assert_eq!(verdict(verifier, token), expected, "step {step}: {token}");
            }
            let reason = expected.map_or_else(|error| error.reason(), |_| "accepted");
            *counts.entry(reason).or_default() += 1;
        }
        // Both verdicts, and every reason that can come and go, must have been put to the test.
        assert!(counts["accepted"] > STEPS / 8, "{counts:?}");
        for reason in [
            "revoked",
            "expired",
            "issued_in_future",
            "unknown_key",
            "bad_signature",
            "untrusted_issuer",
            "keys_unavailable",
        ] {
            assert!(counts.contains_key(reason), "{reason}: {counts:?}");
        }
        let is_refusing = staleness == Staleness::refuse_after(LIMIT);
        let is_told = counts.contains_key("revocations_unavailable");
        assert_eq!(is_told, is_refusing, "{counts:?}");
    }
}
