//! How the servers are set up, and what follows from it: how long which verdict may be in doubt.

use std::ops::RangeInclusive;
use std::time::Duration;

pub(crate) const ISSUER: &str = "https://issuer.example.com";
pub(crate) const AUDIENCE: &str = "soak";
pub(crate) const SCOPE: &str = "admin";
pub(crate) const COOKIE: &str = "__Host-access";
/// The answer to who signs out, where Redis knows.
pub(crate) const TOLD: &str = "told";
pub(crate) const CSRF_SECRET: [u8; 32] = [7; 32];

/// The remote keys of the servers. All times are short, so that an hour has each case many times.
pub(crate) const TIME_TO_LIVE: Duration = Duration::from_secs(2);
pub(crate) const STALE_WINDOW: Duration = Duration::from_secs(10);
pub(crate) const COOLDOWN: Duration = Duration::from_millis(500);
pub(crate) const BACK_OFF: RangeInclusive<Duration> =
    Duration::from_millis(250)..=Duration::from_secs(1);
pub(crate) const FETCH_TIMEOUT: Duration = Duration::from_secs(1);

/// The revocations of the servers.
pub(crate) const REFUSE_AFTER: Duration = Duration::from_secs(4);
pub(crate) const LONGEST_LIFE: Duration = Duration::from_secs(60);
pub(crate) const MARGIN: Duration = Duration::from_secs(10);

/// What a busy machine may be late by.
const SLACK: Duration = Duration::from_millis(500);

/// A new key is known, where the endpoint is well: who asks for it waits for the fetch, unless the
/// last one began just before.
pub(crate) const LEARNED_WITHIN: Duration = COOLDOWN.saturating_add(SLACK);
/// The keys are fetched anew by then, whether or not anybody asks, where the endpoint is well.
pub(crate) const REFRESHED_WITHIN: Duration = TIME_TO_LIVE.saturating_add(SLACK);
/// The endpoint is asked again after it has come back: the last fetch must fail, and the pause end.
pub(crate) const KEYS_BACK_WITHIN: Duration = FETCH_TIMEOUT
    .saturating_add(*BACK_OFF.end())
    .saturating_add(SLACK);
/// No key is used any more, where the endpoint stays away.
pub(crate) const KEYS_END_WITHIN: Duration = TIME_TO_LIVE
    .saturating_add(STALE_WINDOW)
    .saturating_add(SLACK);

/// What was revoked is refused by the other server, where Redis is well. It is what the README
/// promises.
pub(crate) const TOLD_WITHIN: Duration = Duration::from_secs(1);
/// The same, where the client hung up, so that the task of the list has to tell it: that waits for
/// a quarter of the time before.
pub(crate) const TOLD_BY_TASK_WITHIN: Duration = TOLD_WITHIN.saturating_add(Duration::from_secs(1));
/// The first 503 after Redis has gone: the list was confirmed that long before at most.
pub(crate) const STALE_FROM: Duration = Duration::from_secs(2);
/// Nothing is accepted any more, where Redis stays away.
pub(crate) const STALE_BY: Duration = REFUSE_AFTER.saturating_add(SLACK);
/// Redis is followed again, and has been told all, after it has come back: an operation may have
/// to end, which takes 2 s at most, and then a pause of the same length.
pub(crate) const REDIS_BACK_WITHIN: Duration = Duration::from_secs(4).saturating_add(SLACK);
