//! `derived/scenarios.json`: stories, each with the test that plays it.

use std::fs;

use libtest_mimic::Trial;
use serde_json::Value;

use crate::corpus::{list, project, text, trial};

/// Each scenario, the file of its test, and the test.
const TESTS: [(&str, &str, &str); 42] = [
    (
        "happy",
        "keys/remote/rotation",
        "the_first_token_fetches_the_keys",
    ),
    (
        "rotation",
        "keys/remote/rotation",
        "the_first_token_of_a_new_key_is_accepted",
    ),
    (
        "rotation-removal",
        "keys/remote/rotation",
        "a_withdrawn_key_is_trusted_until_the_next_refresh",
    ),
    (
        "unknown-kid-flood",
        "keys/remote/flood",
        "a_flood_costs_two_fetches_a_minute_and_hides_no_new_key",
    ),
    (
        "unknown-kid-flood-empty-set",
        "keys/remote/flood",
        "a_flood_adds_nothing_to_the_fetches_that_fail",
    ),
    (
        "unknown-kid-flood-failing",
        "keys/remote/flood",
        "a_flood_adds_nothing_to_the_fetches_that_fail",
    ),
    (
        "flood-does-not-evict",
        "keys/remote/flood",
        "only_so_many_misses_are_remembered",
    ),
    (
        "slow-headers",
        "keys/remote/outage",
        "a_server_that_hangs_is_left_after_the_timeout",
    ),
    (
        "huge-body",
        "keys/remote/http",
        "a_body_is_cut_while_it_is_read",
    ),
    ("gzip-bomb", "keys/remote/http", "bad_answers_are_refused"),
    (
        "redirect-http",
        "keys/remote/documents",
        "other_answers_than_ok_are_refused_whatever_they_hold",
    ),
    (
        "redirect-loopback",
        "keys/remote/documents",
        "other_answers_than_ok_are_refused_whatever_they_hold",
    ),
    (
        "redirect-same-origin",
        "keys/remote/documents",
        "other_answers_than_ok_are_refused_whatever_they_hold",
    ),
    (
        "redirect-loop",
        "keys/remote/documents",
        "other_answers_than_ok_are_refused_whatever_they_hold",
    ),
    (
        "status-204",
        "keys/remote/documents",
        "other_answers_than_ok_are_refused_whatever_they_hold",
    ),
    (
        "status-304",
        "keys/remote/documents",
        "other_answers_than_ok_are_refused_whatever_they_hold",
    ),
    (
        "status-400",
        "keys/remote/documents",
        "other_answers_than_ok_are_refused_whatever_they_hold",
    ),
    (
        "status-401",
        "keys/remote/documents",
        "other_answers_than_ok_are_refused_whatever_they_hold",
    ),
    (
        "status-502",
        "keys/remote/documents",
        "other_answers_than_ok_are_refused_whatever_they_hold",
    ),
    (
        "status-503",
        "keys/remote/outage",
        "a_server_that_asks_for_a_pause_gets_it",
    ),
    (
        "wrong-content-type",
        "keys/remote/documents",
        "any_content_type_will_do",
    ),
    (
        "html-200",
        "keys/remote/documents",
        "what_is_no_set_of_keys_is_refused",
    ),
    (
        "cache-control-huge",
        "keys/remote/lifetime",
        "keys_are_fresh_for_as_long_as_the_server_says_within_bounds",
    ),
    (
        "tls-bad-cert",
        "keys/remote/tls",
        "a_certificate_that_nobody_vouches_for_is_refused",
    ),
    ("http-url", "keys/remote/settings", "urls"),
    ("file-url", "keys/remote/settings", "urls"),
    ("url-userinfo", "keys/remote/settings", "urls"),
    (
        "task-cancel",
        "keys/remote/flood",
        "ten_thousand_at_once_share_one_fetch_that_survives_the_first",
    ),
    (
        "runtime-shutdown",
        "keys/remote/runtime",
        "a_fetch_that_died_with_its_runtime_is_made_again",
    ),
    (
        "clock-jump",
        "keys/remote/lifetime",
        "keys_are_kept_fresh_without_a_token",
    ),
    (
        "discovery-issuer-mismatch",
        "keys/remote/discovery",
        "only_the_issuer_that_was_asked_for_is_accepted",
    ),
    (
        "outage-soak",
        "keys/remote/outage",
        "known_keys_are_used_for_an_hour_beyond_their_life",
    ),
    (
        "nbf-cached-negative",
        "verify/cache",
        "times_are_checked_every_time",
    ),
    (
        "different-signature",
        "verify/cache",
        "no_other_token_passes_for_a_remembered_one",
    ),
    (
        "second-spelling",
        "verify/cache",
        "no_other_token_passes_for_a_remembered_one",
    ),
    (
        "hash-collision",
        "verify/cache",
        "no_other_token_passes_for_a_remembered_one",
    ),
    (
        "key-removed",
        "verify/cache",
        "the_key_must_still_be_trusted",
    ),
    (
        "alg-policy-change",
        "verify/cache",
        "verifiers_share_nothing_that_they_remember",
    ),
    ("flood", "verify/cache", "junk_displaces_nothing"),
    (
        "large-entries",
        "verify/cache",
        "its_size_may_be_given_in_bytes",
    ),
    ("revoked-jti", "verify/revocation/kinds", "a_token"),
    ("debug", "leaks/mod", "no_public_type_tells_a_secret"),
];

pub(crate) fn trials() -> Vec<Trial> {
    let file: Value = serde_json::from_str(include_str!("derived/scenarios.json")).unwrap();
    let scenarios: Vec<_> = ["jwks_scenarios", "verified_token_cache_scenarios"]
        .iter()
        .flat_map(|name| list(&file, name))
        .map(|scenario| text(scenario, "id").to_owned())
        .collect();
    assert!(scenarios.iter().eq(TESTS.iter().map(|(id, ..)| id)));
    TESTS
        .iter()
        .map(|(id, file, test)| {
            trial(format!("derived/scenarios: {id}"), move || {
                assert!(is_test(file, test), "no test {test} in {file}");
            })
        })
        .collect()
}

/// Whether the test exists. Its own binary shows that it passes.
fn is_test(file: &str, test: &str) -> bool {
    let path = project().join(format!("tests/it/{file}.rs"));
    let source = fs::read_to_string(path).unwrap();
    let Some((before, _)) = source.split_once(&format!("fn {test}() {{")) else {
        return false;
    };
    let attributes = before.rsplit("}\n").next().unwrap_or_default();
    attributes.contains("#[test]") || attributes.contains("#[tokio::test")
}
