//! Compares two back ends of this crate and `jsonwebtoken` 12 on the same random tokens, good and
//! bad. `scripts/differential` runs it:
//!
//! - `make COUNT SEED` writes tokens, one a line, as JSON strings.
//! - `judge TOKENS` writes this crate's verdict on each, by the back end of this build.
//! - `compare TOKENS VERDICTS VERDICTS` compares the verdicts of two back ends and of
//!   `jsonwebtoken`: the first two must be equal, and each difference from the third must be of a
//!   [known](differences) kind.
//! - `flip` verifies a good token of each algorithm with each of its bits flipped, through the
//!   layer.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a tool that fails should stop, and says what it finds"
)]

mod differences;
mod draft;
mod flip;
mod jsonwebtoken;
mod mutate;
mod ours;
mod random;
mod values;

use std::io::{BufWriter, Write};
use std::{env, fs};

use self::random::Random;

/// The time of all tokens: 2100-01-01T00:00:00Z.
const NOW: u64 = 4_102_444_800;
const LEEWAY: u64 = 60;
const ISSUER: &str = "https://issuer.example.com";
const AUDIENCE: &str = "my-api";

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["make", count, seed] => make(count.parse().unwrap(), seed.parse().unwrap()),
        ["judge", tokens] => judge(tokens),
        ["compare", tokens, one, other] => compare(tokens, one, other),
        ["flip"] => flip::every_bit(),
        _ => panic!("see the beginning of tests/differential/src/main.rs"),
    }
}

fn make(count: usize, seed: u64) {
    let mut random = Random(seed);
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut last = String::new();
    for _ in 0..count {
        let token = draft::token(&last, &mut random);
        writeln!(out, "{}", serde_json::to_string(&token).unwrap()).unwrap();
        last = token;
    }
}

fn judge(tokens: &str) {
    let verifier = ours::verifier();
    let mut out = BufWriter::new(std::io::stdout().lock());
    for token in read_tokens(tokens) {
        let verdict = match verifier.verify_now(token) {
            Ok(_) => "accepted",
            Err(error) => error.reason(),
        };
        writeln!(out, "{verdict}").unwrap();
    }
}

fn compare(tokens: &str, one: &str, other: &str) {
    let tokens = read_tokens(tokens);
    let [one, other] = [one, other].map(|path| fs::read_to_string(path).unwrap());
    let verdicts: Vec<_> = one.lines().zip(other.lines()).collect();
    assert_eq!(verdicts.len(), tokens.len(), "a verdict for each token");
    assert_eq!(one.lines().count(), other.lines().count());

    let judge = jsonwebtoken::Judge::new();
    let mut found = differences::Count::default();
    for (token, (one, other)) in tokens.iter().zip(verdicts) {
        assert_eq!(one, other, "the back ends differ: {token:?}");
        found.add(token, one, judge.accepts(token));
    }
    print!("{found}");
    assert!(
        found.is_explained(),
        "differences that nobody has explained"
    );
}

fn read_tokens(path: &str) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let tokens = text.lines().map(serde_json::from_str);
    tokens.collect::<Result<_, _>>().unwrap()
}
