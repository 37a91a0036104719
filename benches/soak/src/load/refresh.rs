//! Refresh tokens: families that begin, go on, and end in every possible way.

use std::time::Duration;

use http::{Method, Version};
use http_body_util::Full;
use tokio::time::sleep;

use super::Load;
use crate::chance::Chance;
use crate::clock::{Moment, Span};
use crate::oracle::{Answer, Doubt, Expected, Verdict};
use crate::report::tally::Kind;
use crate::settings::REDIS_BACK_WITHIN;

/// A family as its client sees it.
struct Family<'a> {
    load: &'a Load,
    begun: Moment,
    subject: String,
    /// The current token.
    current: String,
}

/// Whether a token is good.
#[derive(Clone, Copy)]
enum Life {
    Alive,
    /// One of two concurrent uses.
    Contested,
    Dead,
}

/// Lives one family after another.
pub(super) async fn live(load: &Load, chance: &mut Chance) {
    while !load.is_over() {
        // A family is abandoned if Redis does not answer.
        let _ = Family::live(load, chance).await;
        sleep(chance.millis(0..200)).await;
    }
}

impl<'a> Family<'a> {
    async fn live(load: &'a Load, chance: &mut Chance) -> Option<()> {
        let mut family = Self {
            load,
            begun: Moment::now(),
            subject: chance.name(),
            current: String::new(),
        };
        let subject = family.subject.clone();
        family.current = family.ask(chance, "begin", &subject, Life::Alive).await?;
        let mut before = String::new();
        for _ in 0..chance.within(1..6) {
            sleep(chance.millis(0..300)).await;
            before = std::mem::take(&mut family.current);
            let next = family.ask(chance, "use", &before, Life::Alive).await?;
            family.current = family.next(&next);
        }
        let mut last = family.current.clone();
        match chance.within(0..3) {
            // Signs out.
            0 => drop(family.ask(chance, "end", &last, Life::Alive).await?),
            // Another client has the previous token.
            1 => drop(family.ask(chance, "use", &before, Life::Dead).await?),
            // Two uses at once, maybe on two servers.
            _ => {
                let mut other = chance.fork();
                let (one, two) = tokio::join!(
                    family.ask(chance, "use", &last, Life::Contested),
                    family.ask(&mut other, "use", &last, Life::Contested)
                );
                let (one, two) = (family.next(&one?), family.next(&two?));
                if !one.is_empty() && !two.is_empty() {
                    load.tally.fail("two used one refresh token");
                }
                last = one + &two;
            }
        }
        family.ask(chance, "use", &last, Life::Dead).await.map(drop)
    }

    /// Asks one of the servers. None if it could not answer.
    async fn ask(&self, chance: &mut Chance, what: &str, body: &str, life: Life) -> Option<String> {
        let client = chance.pick(&self.load.clients);
        let request = client
            .request(Method::POST, &format!("/refresh/{what}"))
            .body(Full::from(body.to_owned()));
        let from = Moment::now();
        let answer = client.http(Version::HTTP_2, request.unwrap()).await;
        let span = Span::since(from);
        let expected = self.expect(life, &span);
        let tally = &self.load.tally;
        tally.record(Kind::Refresh, expected, &answer, None, &span);
        match answer {
            Answer::Verdict(Verdict::Accepted, body) => Some(body),
            Answer::Verdict(Verdict::Malformed, _) => match life {
                // Redis has lost it.
                Life::Alive => None,
                Life::Contested | Life::Dead => Some(String::new()),
            },
            _ => None,
        }
    }

    /// The next token from an answer, which must name the subject.
    fn next(&self, answer: &str) -> String {
        match answer.split_once(' ') {
            Some((subject, token)) if subject == self.subject => token.to_owned(),
            Some(_) => {
                self.load.tally.fail("a refresh token of somebody else");
                String::new()
            }
            None => String::new(),
        }
    }

    fn expect(&self, life: Life, span: &Span) -> Expected {
        let redis = &self.load.oracle.redis;
        let mut expected = Expected::only(match life {
            Life::Alive | Life::Contested => Verdict::Accepted,
            Life::Dead => Verdict::Malformed,
        });
        if let Life::Contested = life {
            expected.verdicts = expected.verdicts.or(Verdict::Malformed);
        }
        if redis.touch(span, Duration::ZERO, REDIS_BACK_WITHIN) {
            expected.verdicts = expected.verdicts.or(Verdict::Unavailable);
            expected.doubt = Some(Doubt::RedisAway);
        }
        // It may be lost.
        if redis.within(self.begun.at, span.to.at) {
            expected.verdicts = expected.verdicts.or(Verdict::Malformed);
            expected.doubt = Some(Doubt::RedisAway);
        }
        expected
    }
}
