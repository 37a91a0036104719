//! The expected verdict of a request, derived from what the load generator signed, published,
//! withdrawn, revoked and took away, and from the servers' settings. None of the crate's code is
//! used.
//!
//! If the order of two concurrent events decides, more than one verdict is correct. Such windows
//! are as short as the settings allow, and the requests in them are counted.

mod outages;
mod sign_out;
mod token;
mod verdict;

use std::time::Duration;

pub(crate) use self::outages::Outages;
pub(crate) use self::sign_out::{SignOut, State};
use self::token::Truth;
pub(crate) use self::token::{Flaw, Session, Subject, Token};
pub(crate) use self::verdict::{Answer, Doubt, Expected, Verdict, Verdicts};
use crate::clock::Span;
use crate::settings::{
    KEYS_BACK_WITHIN, KEYS_END_WITHIN, LEARNED_WITHIN, REDIS_BACK_WITHIN, REFRESHED_WITHIN,
    STALE_BY, STALE_FROM, STALE_WINDOW,
};
use crate::world::keys::Key;

/// What was taken away, and when.
#[derive(Default)]
pub(crate) struct Oracle {
    pub(crate) keys: Outages,
    pub(crate) redis: Outages,
}

impl Oracle {
    /// The correct verdict on a token.
    pub(crate) fn expect(&self, token: &Token, server: usize, span: &Span) -> Expected {
        match token.flaw {
            Some(Flaw::Expired | Flaw::WrongAudience) => {
                return Expected::only(Verdict::Unauthorized);
            }
            Some(Flaw::ForeignKey | Flaw::UnknownKey) => return self.expect_bad_signature(span),
            None => {}
        }
        let mut verdicts = Verdicts::default();
        let mut doubt = None;
        let mut in_doubt = |reason| doubt = doubt.or(Some(reason));

        match token.is_alive(span) {
            Truth::No => return Expected::only(Verdict::Unauthorized),
            Truth::Yes => {}
            Truth::Either => {
                verdicts = verdicts.or(Verdict::Unauthorized);
                in_doubt(Doubt::Expiry);
            }
        }

        if self.keys.cover(span, KEYS_END_WITHIN) {
            return Expected {
                verdicts: verdicts.or(Verdict::Unavailable),
                doubt,
            };
        }
        match self.is_trusted(&token.key, span) {
            (Truth::Yes, _) => {}
            (Truth::No, _) => {
                let expected = self.expect_bad_signature(span);
                return Expected {
                    doubt: doubt.or(expected.doubt),
                    ..expected
                };
            }
            (Truth::Either, reason) => {
                verdicts = verdicts.or(Verdict::Unauthorized);
                if self.are_keys_away(span) {
                    verdicts = verdicts.or(Verdict::Unavailable);
                }
                in_doubt(reason);
            }
        }
        if self.keys.touch(span, STALE_WINDOW, KEYS_BACK_WITHIN) {
            verdicts = verdicts.or(Verdict::Unavailable);
            in_doubt(Doubt::KeysAway);
        }

        if self.redis.cover(span, STALE_BY) {
            return Expected {
                verdicts: verdicts.or(Verdict::Unavailable),
                doubt,
            };
        }
        if self.redis.touch(span, STALE_FROM, REDIS_BACK_WITHIN) {
            verdicts = verdicts.or(Verdict::Unavailable);
            in_doubt(Doubt::RedisAway);
        }
        match token.sign_outs(server, span, &self.redis) {
            State::Done => verdicts = verdicts.or(Verdict::Unauthorized),
            State::None => verdicts = verdicts.or(Verdict::Accepted),
            State::UnderWay => {
                verdicts = verdicts.or(Verdict::Unauthorized).or(Verdict::Accepted);
                in_doubt(Doubt::SignOut);
            }
        }
        Expected { verdicts, doubt }
    }

    /// How long a token had been revoked when an accepted request with it began: the propagation
    /// delay. Meaningless if Redis was away.
    pub(crate) fn unknown_for(&self, token: &Token, span: &Span) -> Option<Duration> {
        if self.redis.touch(span, Duration::ZERO, REDIS_BACK_WITHIN) {
            return None;
        }
        let of_token = token.signed_out.age(span);
        of_token.max(token.session.signed_out.age(span))
    }

    /// The verdict on a token that no trusted key has signed. Its key is looked up first.
    pub(crate) fn expect_bad_signature(&self, span: &Span) -> Expected {
        let mut expected = Expected::only(Verdict::Unauthorized);
        if self.are_keys_away(span) {
            expected.verdicts = expected.verdicts.or(Verdict::Unavailable);
            expected.doubt = Some(Doubt::KeysAway);
        }
        expected
    }

    fn are_keys_away(&self, span: &Span) -> bool {
        self.keys.touch(span, Duration::ZERO, KEYS_BACK_WITHIN)
    }

    /// Whether a published key is trusted.
    fn is_trusted(&self, key: &Key, span: &Span) -> (Truth, Doubt) {
        let published = key.published_at();
        let by_itself = published.saturating_add(REFRESHED_WITHIN);
        let mut known = self
            .keys
            .settled(published, REFRESHED_WITHIN, KEYS_BACK_WITHIN);
        if known == by_itself {
            // Nothing could have delayed an earlier lookup.
            known = published.saturating_add(LEARNED_WITHIN);
        }
        let Some(withdrawn) = key.withdrawn_at().filter(|at| *at <= span.to.at) else {
            return if known <= span.from.at {
                (Truth::Yes, Doubt::NewKey)
            } else {
                (Truth::Either, Doubt::NewKey)
            };
        };
        // No key is used longer, however long the endpoint is away.
        let latest = withdrawn.saturating_add(KEYS_END_WITHIN);
        let forgotten = self
            .keys
            .settled(withdrawn, REFRESHED_WITHIN, KEYS_BACK_WITHIN);
        if forgotten.min(latest) <= span.from.at {
            (Truth::No, Doubt::WithdrawnKey)
        } else {
            (Truth::Either, Doubt::WithdrawnKey)
        }
    }
}
