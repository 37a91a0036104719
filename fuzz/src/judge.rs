//! Whether a token may be accepted, by a simple reading of its JSON.

use std::ops::Range;

use serde_json::Value;

use crate::json::{Object, PrivateName, has_private_name};
use crate::world::AUDIENCE;

/// What can be said about a token without its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Good,
    Bad,
    /// Either answer is correct, or only the tested code can tell.
    Unsure,
}

/// The known algorithms.
pub(crate) const ALGORITHMS: [&str; 14] = [
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
    "ES384", "ES512", "EdDSA", "Ed25519",
];

/// The leeway between the clocks of issuer and verifier.
const LEEWAY: i128 = 60 * NANOS;

/// Nanoseconds in a second: the unit of times here.
pub(crate) const NANOS: i128 = 1_000_000_000;

/// The maximum number of unknown members of an object.
const MAX_OTHERS: usize = 256;

/// The maximum number of strings in an array.
const MAX_TEXTS: usize = 512;

/// The maximum length of a `kid` or `typ`.
const MAX_TEXT_LEN: usize = 1024;

/// Whether a verifier can go on with a header.
pub(crate) fn header(text: &str) -> Verdict {
    let Some(header) = Object::parse(text) else {
        // A reader that skips numbers out of range and unpaired surrogates may still accept it.
        return Verdict::Unsure;
    };
    let is_known = |name| ALGORITHMS.contains(&name);
    let is_good = header.count_without(&["alg", "kid", "typ", "crit", "b64"]) <= MAX_OTHERS
        && header
            .member("alg")
            .and_then(Value::as_str)
            .is_some_and(is_known)
        && ["kid", "typ"].iter().all(|name| {
            header.may_be_text(name)
                && header
                    .member(name)
                    .and_then(Value::as_str)
                    .is_none_or(|text| text.len() <= MAX_TEXT_LEN)
        })
        && !header.has("crit")
        && header
            .member("b64")
            .is_none_or(|b64| *b64 == Value::Bool(true));
    unless_private(is_good, text)
}

const REGISTERED: [&str; 11] = [
    "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "sid", "scope", "scp", "cnf",
];

/// Whether the claims have the right types, whatever their values.
pub(crate) fn claims(text: &str) -> Verdict {
    let Some(claims) = Object::parse(text) else {
        return Verdict::Unsure;
    };
    let is_good = claims.count_without(&REGISTERED) <= MAX_OTHERS
        && ["iss", "sub", "jti", "sid"]
            .iter()
            .all(|name| claims.may_be_text(name))
        && ["aud", "scope", "scp"].iter().all(|name| {
            let texts = claims.texts(name);
            texts.is_some_and(|texts| texts.len() <= MAX_TEXTS)
        })
        && ["exp", "nbf", "iat"]
            .iter()
            .all(|name| claims.member(name).is_none_or(|date| nanos(date).is_some()));
    unless_private(is_good, text)
}

/// Whether a token with these claims, of the right types, must be accepted at this time.
pub(crate) fn payload(text: &str, issuer: &str, now: i128, longest_life: Option<i128>) -> Verdict {
    let Some(read) = Object::parse(text) else {
        return Verdict::Bad;
    };
    let date = |name| read.member(name).and_then(nanos);
    let Some(expires_at) = date("exp") else {
        return Verdict::Bad;
    };
    let issued_at = date("iat");
    let claims = claims(text);
    if claims == Verdict::Unsure {
        return claims;
    }
    let is_good = claims == Verdict::Good
        && now < expires_at.saturating_add(LEEWAY)
        && date("nbf").is_none_or(|not_before| not_before <= now + LEEWAY)
        && issued_at.is_none_or(|issued_at| issued_at <= now + LEEWAY)
        && longest_life.is_none_or(|life| {
            issued_at.is_some_and(|begin| expires_at <= begin.saturating_add(life))
        })
        && read.member("iss").and_then(Value::as_str) == Some(issuer)
        && read
            .texts("aud")
            .is_some_and(|audiences| audiences.contains(&AUDIENCE))
        && !read.has("cnf");
    unless_private(is_good, text)
}

/// A date in nanoseconds since 1970, rounded down to microseconds; a later one than 64 bits of them
/// hold is the last. `None` before 1970, or if the seconds do not fit an `i64`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the whole part is in the range"
)]
pub(crate) fn nanos(date: &Value) -> Option<i128> {
    const RANGE: Range<f64> = 0.0..9_223_372_036_854_775_808.0;
    const LAST: i128 = (u64::MAX as i128 - 1) * 1000;

    if date.is_i64() || date.is_u64() {
        let secs = i64::try_from(date.as_u64()?).ok()?;
        return Some((i128::from(secs) * NANOS).min(LAST));
    }
    let secs = date.as_f64()?;
    let whole = secs.floor();
    let fraction = ((secs - whole) * 1e6) as i128 * 1000;
    RANGE
        .contains(&whole)
        .then(|| (i128::from(whole as i64) * NANOS + fraction).min(LAST))
}

fn unless_private(is_good: bool, text: &str) -> Verdict {
    match has_private_name(text) {
        _ if !is_good => Verdict::Bad,
        PrivateName::Yes => Verdict::Bad,
        PrivateName::Maybe => Verdict::Unsure,
        PrivateName::No => Verdict::Good,
    }
}
