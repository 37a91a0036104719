//! How long an answer is fresh.

use std::time::Duration;

use http::{HeaderMap, header};

/// The `max-age` of the answer ([RFC 9111 §5.2.2.1](https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.1));
/// the least of several. `no-store` and `no-cache` count as 0. Malformed directives are skipped.
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
    // Only overflow can fail here.
    (name.eq_ignore_ascii_case("max-age") && is_number).then(|| value.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn ages() {
        let rows: [(&[&str], Option<u64>); 13] = [
            (&[], None),
            (&["public"], None),
            (&["public, max-age=300"], Some(300)),
            (&["public", "MAX-AGE = \"300\" "], Some(300)),
            (&["max-age=300, max-age=20"], Some(20)),
            (&["max-age=300, no-cache"], Some(0)),
            (&["No-Store"], Some(0)),
            (&["max-age=-1"], None),
            (&["max-age=+1"], None),
            (&["max-age="], None),
            (&["max-age"], None),
            (&["s-maxage=5"], None),
            (&["max-age=1000000000000000000000000000000"], Some(u64::MAX)),
        ];
        for (values, expected) in rows {
            let mut headers = HeaderMap::new();
            for value in values {
                let value = HeaderValue::from_str(value).unwrap();
                headers.append(header::CACHE_CONTROL, value);
            }
            let expected = expected.map(Duration::from_secs);
            assert_eq!(max_age(&headers), expected, "{values:?}");
        }
    }
}
