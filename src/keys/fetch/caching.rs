//! For how long an answer is good.

use std::time::Duration;

use http::{HeaderMap, header};

/// The `max-age` of the answer ([RFC 9111 §5.2.2.1](https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.1)),
/// the least where there are several. An answer that is not to be stored is good for no time;
/// whatever is malformed is skipped.
pub(super) fn max_age(headers: &HeaderMap) -> Option<Duration> {
    headers
        .get_all(header::CACHE_CONTROL)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(seconds)
        .min()
        .map(Duration::from_secs)
}

fn seconds(directive: &str) -> Option<u64> {
    let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
    let name = name.trim();
    if name.eq_ignore_ascii_case("no-store") || name.eq_ignore_ascii_case("no-cache") {
        return Some(0);
    }
    let value = value.trim().trim_matches('"');
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    // What is too large for a number is large.
    (name.eq_ignore_ascii_case("max-age") && is_number).then(|| value.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[track_caller]
    fn assert_max_age(values: &[&'static str], expected: Option<u64>) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::CACHE_CONTROL, HeaderValue::from_static(value));
        }
        assert_eq!(max_age(&headers), expected.map(Duration::from_secs));
    }

    #[test]
    fn ages() {
        assert_max_age(&[], None);
        assert_max_age(&["public"], None);
        assert_max_age(&["public, max-age=300"], Some(300));
        assert_max_age(&["public", "MAX-AGE = \"300\" "], Some(300));
        assert_max_age(&["max-age=300, max-age=20"], Some(20));
        assert_max_age(&["max-age=300, no-cache"], Some(0));
        assert_max_age(&["No-Store"], Some(0));
        assert_max_age(&["max-age=-1"], None);
        assert_max_age(&["max-age=+1"], None);
        assert_max_age(&["max-age="], None);
        assert_max_age(&["max-age"], None);
        assert_max_age(&["s-maxage=5"], None);
        assert_max_age(&["max-age=1000000000000000000000000000000"], Some(u64::MAX));
    }
}
