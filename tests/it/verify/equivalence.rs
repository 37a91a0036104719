//! Compares verifiers that cache tokens with one that does not, while tokens, keys, clock, rules
//! and revocations change at random.
#![expect(clippy::arithmetic_side_effects, reason = "all numbers are small")]

use std::collections::HashSet;
use std::fmt::Write;
use std::sync::{Mutex, RwLock};
use std::time::Duration;

use futures::FutureExt;
use tower_bearer::keys::Combined;
use tower_bearer::test_util::sign;
use tower_bearer::verify::{Cache, Revocation, RevocationList, TrustedIssuer};
use tower_bearer::{SigningKey, VerifyingKey};

use super::*;
use crate::random::Random;

const STEPS: usize = 6_000;
const PARTNER: &str = "https://partner.example.com";
const KEY_IDS: [Option<&str>; 3] = [None, None, Some("a")];
const SUBJECTS: [&str; 3] = ["alice", "bob", "carol"];

/// Keys that are replaced between requests, or on a request for newer ones.
struct World {
    keys: RwLock<KeySet>,
    /// What the next [`refresh`](KeyProvider::refresh) finds.
    next: Arc<Mutex<Option<KeySet>>>,
    found: Arc<Mutex<Option<KeySet>>>,
}

impl KeyProvider for World {
    fn snapshot(&self) -> KeySet {
        if let Some(found) = self.found.lock().unwrap().take() {
            *self.keys.write().unwrap() = found;
        }
        self.keys.read().unwrap().clone()
    }

    fn refresh(&self, _: &WantedKey<'_>) -> Refresh {
        let Some(next) = self.next.lock().unwrap().take() else {
            return Refresh::Unchanged;
        };
        if next.is_empty() {
            return Refresh::Unavailable(Duration::from_secs(7));
        }
        let found = Arc::clone(&self.found);
        Refresh::Pending(Box::pin(async move {
            *found.lock().unwrap() = Some(next);
            Ok(())
        }))
    }
}

/// A verifier, and what can change under it.
struct Subject {
    verifier: Verifier,
    ours: Arc<World>,
    partner: Arc<RwLock<KeySet>>,
    extra: Arc<RwLock<KeySet>>,
    banned: Arc<AtomicUsize>,
    revoked: RevocationList,
}

impl Subject {
    fn new(cache: Cache, clock: &FixedClock) -> Self {
        let ours = Arc::new(World {
            keys: RwLock::default(),
            next: Arc::default(),
            found: Arc::default(),
        });
        let partner = Arc::<RwLock<KeySet>>::default();
        let extra = Arc::<RwLock<KeySet>>::default();
        let banned = Arc::new(AtomicUsize::new(usize::MAX));

        // A set that is rebuilt for each token, beside one that is not.
        let (partner_keys, extra_keys) = (Arc::clone(&partner), Arc::clone(&extra));
        let partner_keys = Combined::default()
            .and(move || partner_keys.read().unwrap().clone())
            .and(move || -> KeySet { extra_keys.read().unwrap().keys().iter().cloned().collect() });
        let by_partner = Validation::new()
            .audience(AUDIENCE)
            .leeway(Duration::from_secs(5))
            .max_age(Duration::from_secs(120));
        let rule = Arc::clone(&banned);
        // As short as the tokens and the partner's leeway allow.
        let revoked = RevocationList::local()
            .longest_life(Duration::from_secs(440))
            .margin(Duration::from_secs(10))
            .clock(clock.clone());
        let revoked = revoked.build().unwrap();
        let verifier = Verifier::builder()
            .issuer(ISSUER, Arc::clone(&ours))
            .trust(TrustedIssuer::new(PARTNER, partner_keys).validation(by_partner))
            .audience(AUDIENCE)
            .leeway(Duration::ZERO)
            .roles_claim("roles")
            .rule(move |token| {
                let banned = SUBJECTS.get(rule.load(Ordering::Relaxed)).copied();
                banned.is_none() || token.subject() != banned
            })
            .revocations(revoked.clone())
            .cache(cache)
            .clock(clock.clone())
            .build()
            .unwrap();
        Self {
            verifier,
            ours,
            partner,
            extra,
            banned,
            revoked,
        }
    }

    /// Revokes a token, if it is good.
    fn revoke_token(&self, token: &str) {
        let verified = self.verifier.verify(token).now_or_never().unwrap();
        if let Some(revocation) = verified.ok().as_ref().and_then(Revocation::token) {
            self.revoke(&revocation);
        }
    }

    fn revoke(&self, revocation: &Revocation) {
        let revoked = self.revoked.revoke(revocation.clone());
        revoked.now_or_never().unwrap().unwrap();
    }

    /// All that an application can observe.
    fn verdict(&self, token: &str) -> Result<String, AuthError> {
        let verified = self.verifier.verify(token).now_or_never().unwrap()?;
        let mut text = verified.header().json().to_owned();
        let registered = verified.registered();
        write!(
            text,
            "{:?} {:?} {:?} {:?} {:?}",
            verified.claims(),
            registered.subject(),
            registered.expires_at(),
            registered.scopes().collect::<Vec<_>>(),
            verified.roles().collect::<Vec<_>>(),
        )
        .unwrap();
        Ok(text)
    }
}

/// Zero to three keys, with and without `kid`, for one algorithm or for both.
fn key_set(random: &mut Random) -> KeySet {
    let secrets = [[1; 48], [2; 48], [1; 48], [1; 48], [3; 48]];
    (0..random.choose(&[0, 1, 1, 1, 2, 2, 3]).to_owned())
        .map(|_| {
            let key = VerifyingKey::from_secret(random.choose(&secrets)).unwrap();
            let key = match random.below(6) {
                0 => key.with_algorithms([Algorithm::HS256]).unwrap(),
                1 => key.with_algorithms([Algorithm::HS384]).unwrap(),
                _ => key,
            };
            match random.choose(&KEY_IDS) {
                Some(key_id) => key.with_key_id(*key_id),
                None => key,
            }
        })
        .collect()
}

fn token_at(now: i64, random: &mut Random) -> String {
    let algorithm = *random.choose(&[Algorithm::HS256, Algorithm::HS256, Algorithm::HS384]);
    let secret = random.choose(&[[1; 48], [1; 48], [2; 48]]);
    let key = SigningKey::from_secret(algorithm, secret).unwrap();
    let key_id = match random.choose(&KEY_IDS) {
        Some(key_id) => format!(r#","kid":"{key_id}""#),
        None => String::new(),
    };
    let header = format!(r#"{{"alg":"{algorithm}"{key_id}}}"#);
    let issuer = random.choose(&[ISSUER, ISSUER, PARTNER]);
    let audience = random.choose(&[AUDIENCE, AUDIENCE, AUDIENCE, AUDIENCE, AUDIENCE, "another"]);
    let subject = random.choose(&SUBJECTS);
    let (issued_at, lifetime) = (now + random.within(40) - 30, random.within(200) + 250);
    let not_before = match random.below(3) {
        0 => format!(r#","nbf":{}"#, issued_at + random.within(40)),
        _ => String::new(),
    };
    let session = format!(
        r#","sid":"{}","jti":"{}""#,
        session_at(now, random),
        random.below(1000)
    );
    let payload = format!(
        r#"{{"iss":"{issuer}","aud":"{audience}","sub":"{subject}","iat":{issued_at},"exp":{}{not_before},"scope":"a b","roles":["r{}"]{session}}}"#,
        issued_at + lifetime,
        random.below(3),
    );
    sign(&key, header, payload)
}

/// A session of these minutes.
fn session_at(now: i64, random: &mut Random) -> String {
    format!("{}-{}", now / 200, random.below(12))
}

/// Something of a user's that is revoked.
fn revocation(now: i64, random: &mut Random) -> Revocation {
    let issuer = *random.choose(&[ISSUER, PARTNER]);
    if random.one_in(8) {
        let subject = *random.choose(&SUBJECTS);
        Revocation::subject(issuer, subject)
    } else {
        Revocation::session(issuer, &session_at(now, random))
    }
}

/// Another's token, with one character changed.
fn damaged(token: &str, random: &mut Random) -> String {
    let at = random.below(token.len());
    let character = random.choose(&['A', 'Q', 'x', '_', '.', '=']);
    format!("{}{character}{}", &token[..at], &token[at + 1..])
}

#[test]
fn remembering_changes_no_verdict() {
    let clock = clock();
    let mut now = NOW;
    let plain = Subject::new(Cache::disabled(), &clock);
    let remembering = [1, 8, 10_000].map(|size| Subject::new(Cache::entries(size), &clock));
    let subjects = || remembering.iter().chain([&plain]);

    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let mut tokens: Vec<String> = (0..16).map(|_| token_at(now, &mut random)).collect();
    let (mut accepted, mut reasons) = (0, HashSet::new());
    for step in 0..STEPS {
        match random.below(60) {
            0 | 1 => {
                let keys = key_set(&mut random);
                subjects().for_each(|subject| *subject.ours.keys.write().unwrap() = keys.clone());
            }
            2 => {
                let keys = key_set(&mut random);
                subjects()
                    .for_each(|subject| *subject.ours.next.lock().unwrap() = Some(keys.clone()));
            }
            3 => {
                let keys = key_set(&mut random);
                subjects().for_each(|subject| *subject.partner.write().unwrap() = keys.clone());
            }
            4 => {
                let keys = key_set(&mut random);
                subjects().for_each(|subject| *subject.extra.write().unwrap() = keys.clone());
            }
            5 => {
                now += if random.one_in(4) {
                    -30
                } else {
                    random.within(30) + 15
                };
                clock.set(now.unsigned_abs());
            }
            6 => {
                let banned = random.below(SUBJECTS.len() * 2);
                subjects().for_each(|subject| subject.banned.store(banned, Ordering::Relaxed));
            }
            7 if random.one_in(2) => {
                let revocation = revocation(now, &mut random);
                subjects().for_each(|subject| subject.revoke(&revocation));
            }
            8 if random.one_in(2) => {
                let token = random.choose(&tokens).clone();
                subjects().for_each(|subject| subject.revoke_token(&token));
            }
            9..13 => {
                let at = random.below(tokens.len());
                tokens[at] = token_at(now, &mut random);
            }
            _ => {}
        }
        let mut token = random.choose(&tokens).clone();
        if random.one_in(8) {
            token = damaged(&token, &mut random);
        }
        let expected = plain.verdict(&token);
        for subject in &remembering {
            assert_eq!(subject.verdict(&token), expected, "step {step}: {token}");
        }
        match expected {
            Ok(_) => accepted += 1,
            Err(error) => drop(reasons.insert(error.reason())),
        }
    }
    // Both verdicts, and every reason that can come and go, must have occurred.
    assert!(accepted > STEPS / 15, "{accepted}");
    for reason in [
        "expired",
        "not_yet_valid",
        "issued_in_future",
        "too_old",
        "unknown_key",
        "ambiguous_key",
        "algorithm_not_allowed",
        "bad_signature",
        "revoked",
        "lives_too_long",
        "refused_by_rule",
        "keys_unavailable",
    ] {
        assert!(reasons.contains(reason), "{reason}: {reasons:?}");
    }
}
