//! Whatever happens in whatever order, the tokens do what a plain model says.
#![expect(clippy::arithmetic_side_effects, reason = "all numbers are small")]

use std::collections::HashMap;

use super::*;
use crate::random::Random;

const ABSOLUTE: u64 = 100;
const IDLE: u64 = 40;

/// Those who sign in, each now and then everywhere out.
const SUBJECTS: [&str; 3] = ["alice", "bob", "carol"];

/// A family by the numbers of its tokens: they are counted from 0.
struct Model {
    subject: usize,
    begun: u64,
    used: u64,
    current: usize,
    /// Every token that the family gave.
    tokens: Vec<RefreshToken>,
    /// By itself: it is not in the store any more.
    is_revoked: bool,
    /// With all of its subject: it is in the store until its end, or until a token of it comes.
    is_signed_out: bool,
}

#[derive(Debug, PartialEq)]
enum Expected {
    Next,
    Again,
    Reused,
    Unknown,
}

impl Model {
    fn is_kept(&self, now: u64) -> bool {
        !self.is_revoked && now < (self.begun + ABSOLUTE).min(self.used + IDLE)
    }

    fn judge(&self, token: usize, now: u64, grace: u64) -> Expected {
        if !self.is_kept(now) || self.is_signed_out {
            Expected::Unknown
        } else if token == self.current {
            Expected::Next
        } else if token + 1 == self.current && now < self.used + grace {
            Expected::Again
        } else {
            Expected::Reused
        }
    }
}

#[test]
fn does_what_the_model_says() {
    for (seed, grace) in [(0x9e37_79b9, 0), (0x1234_5678, 5)] {
        run(seed, grace);
    }
}

fn run(seed: u64, grace: u64) {
    let world = World::with(|it| {
        it.grace(secs(grace))
            .absolute_lifetime(secs(ABSOLUTE))
            .idle_lifetime(secs(IDLE))
    });
    let mut random = Random(seed);
    let mut families: Vec<Model> = Vec::new();
    let mut marked_until = [0; SUBJECTS.len()];
    let mut now = 0;
    let mut outcomes: HashMap<String, u32> = HashMap::new();
    for _ in 0..20_000 {
        if families.is_empty() || random.one_in(20) {
            let subject = random.below(SUBJECTS.len());
            families.push(Model {
                subject,
                begun: now,
                used: now,
                current: 0,
                tokens: vec![world.begin_for(SUBJECTS[subject])],
                is_revoked: false,
                is_signed_out: false,
            });
        }
        // The latest are the most likely to be alive.
        let first = families.len().saturating_sub(5);
        let at = first + random.below(families.len() - first);
        let family = &mut families[at];
        if random.one_in(4) {
            let pass = random.below(8) as u64;
            world.clock.advance(secs(pass));
            now += pass;
        } else if random.one_in(60) {
            let revoked = world.tokens.revoke(family.tokens[0].family_id());
            let revoked = revoked.now_or_never().unwrap().unwrap();
            assert_eq!(revoked, family.is_kept(now));
            family.is_revoked = true;
        } else if random.one_in(59) {
            let subject = family.subject;
            world.revoke_subject(SUBJECTS[subject]);
            marked_until[subject] = now + ABSOLUTE;
            for family in families.iter_mut().filter(|it| it.subject == subject) {
                family.is_signed_out = true;
            }
        } else {
            // Mostly the one that is good, sometimes one before.
            let back = if random.one_in(4) { random.below(3) } else { 0 };
            let number = family.current.saturating_sub(back);
            let token = &family.tokens[number];
            let expected = family.judge(number, now, grace);
            let outcome = world.try_use(token.as_str());
            match (&expected, outcome) {
                (Expected::Next, Ok(used)) => {
                    family.tokens.push(used.into_token());
                    family.current += 1;
                    family.used = now;
                }
                (Expected::Again, Ok(used)) => {
                    assert_eq!(
                        used.token().as_str(),
                        family.tokens[family.current].as_str()
                    );
                }
                (Expected::Reused, Err(RefreshError::Reused(_)))
                | (Expected::Unknown, Err(RefreshError::Unknown)) => family.is_revoked = true,
                (expected, outcome) => panic!("{expected:?}, but {outcome:?}"),
            }
            *outcomes.entry(format!("{expected:?}")).or_default() += 1;
        }
        let kept = families.iter().filter(|family| family.is_kept(now));
        let marks = marked_until.iter().filter(|end| now < **end);
        assert_eq!(world.store.len(), kept.count() + marks.count());
    }
    assert_eq!(
        outcomes.len(),
        if grace == 0 { 3 } else { 4 },
        "{outcomes:?}"
    );
    assert!(outcomes.values().all(|&count| count > 100), "{outcomes:?}");
}
