//! The servers' settings, and the windows of doubt that follow from them.

use std::ops::RangeInclusive;
use std::time::Duration;

pub(crate) const ISSUER: &str = "https://issuer.example.com";
pub(crate) const AUDIENCE: &str = "soak";
pub(crate) const SCOPE: &str = "admin";
pub(crate) const COOKIE: &str = "__Host-access";
/// The answer to a sign-out that Redis knows.
pub(crate) const TOLD: &str = "told";
pub(crate) const CSRF_SECRET: [u8; 32] = [7; 32];

/// The servers' remote keys. All times are short, so that each case occurs many times in an hour.
pub(crate) const TIME_TO_LIVE: Duration = Duration::from_secs(2);
pub(crate) const STALE_WINDOW: Duration = Duration::from_secs(10);
pub(crate) const COOLDOWN: Duration = Duration::from_millis(500);
pub(crate) const BACK_OFF: RangeInclusive<Duration> =
    Duration::from_millis(250)..=Duration::from_secs(1);
pub(crate) const FETCH_TIMEOUT: Duration = Duration::from_secs(1);

/// The servers' revocations.
pub(crate) const REFUSE_AFTER: Duration = Duration::from_secs(4);
pub(crate) const LONGEST_LIFE: Duration = Duration::from_secs(60);
pub(crate) const MARGIN: Duration = Duration::from_secs(10);

/// How late a busy machine may be.
const SLACK: Duration = Duration::from_millis(500);

/// Until a new key is known while the endpoint is well: a request waits for the fetch, unless the
/// last one began just before.
pub(crate) const LEARNED_WITHIN: Duration = COOLDOWN.saturating_add(SLACK);
/// Until the keys are refetched, with or without requests, while the endpoint is well.
pub(crate) const REFRESHED_WITHIN: Duration = TIME_TO_LIVE.saturating_add(SLACK);
/// Until the endpoint is asked again after it came back: the last fetch must fail, and the pause
/// end.
pub(crate) const KEYS_BACK_WITHIN: Duration = FETCH_TIMEOUT
    .saturating_add(*BACK_OFF.end())
    .saturating_add(SLACK);
/// Until no key is used, if the endpoint stays away.
pub(crate) const KEYS_END_WITHIN: Duration = TIME_TO_LIVE
    .saturating_add(STALE_WINDOW)
    .saturating_add(SLACK);

/// Until the other server refuses a revoked token, while Redis is well. The README promises it.
pub(crate) const TOLD_WITHIN: Duration = Duration::from_secs(1);
/// The same if the client hung up, so that the list's task must send it: it first waits for a
/// quarter of the time before.
pub(crate) const TOLD_BY_TASK_WITHIN: Duration = TOLD_WITHIN.saturating_add(Duration::from_secs(1));
/// Until the first 503 after Redis went away: the list was confirmed at most that long before.
pub(crate) const STALE_FROM: Duration = Duration::from_secs(2);
/// Until nothing is accepted, if Redis stays away.
pub(crate) const STALE_BY: Duration = REFUSE_AFTER.saturating_add(SLACK);
/// Until Redis is followed again, and up to date, after it came back: an operation may have to end,
/// which takes at most 2 s, and then a pause of the same length.
pub(crate) const REDIS_BACK_WITHIN: Duration = Duration::from_secs(4).saturating_add(SLACK);
