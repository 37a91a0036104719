//! Counts the instructions that the layer adds to a request, and fails if they differ from the
//! record.
//!
//! `cargo run --release --package instructions` compares; `UPDATE=1` before it rewrites the record.
//! Unlike times, counts are the same in each run, however busy the machine is. They are valid for
//! x86-64 with AVX2 and one compiler version: with another, they are only printed.
//!
//! The program runs itself in valgrind, once for each [case](cases::Case). Callgrind counts within
//! one function only, since the cost of seeding the random number generator varies.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a tool that fails should stop, and says what it counts"
)]

mod cases;
#[path = "../../junk/mod.rs"]
mod junk;
#[path = "../../token/mod.rs"]
mod token;

use std::env;
use std::fmt::Write;
use std::fs;
use std::process::{Command, ExitCode};

use self::cases::Case;

const RECORD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/record.txt");

/// How often a case runs, so that occasional work is in the figure.
const ROUNDS: u32 = 100;

/// By how many per cent a figure may differ from the record. Improvements must be recorded too, or
/// the next change could lose them unnoticed.
const TOLERANCE: f64 = 5.0;

/// What is counted: the name on record, the case, and the cases to subtract.
///
/// The signature is subtracted, since its cost depends on the processor.
const FIGURES: [(&str, Case, &[Case]); 10] = [
    ("repeated token", Case::Repeated, &[Case::NoLayer]),
    (
        "first sight of a token, HS256, without the signature",
        Case::FirstHs256,
        &[Case::NoLayer, Case::SignatureHs256],
    ),
    (
        "first sight of a token, RS256, without the signature",
        Case::FirstRs256,
        &[Case::NoLayer, Case::SignatureRs256],
    ),
    ("expired token", Case::Expired, &[Case::NoLayer]),
    ("junk", Case::Junk, &[Case::NoLayer]),
    (JUNK[0], Case::Junk1, &[]),
    (JUNK[1], Case::Junk2, &[]),
    (JUNK[2], Case::Junk4, &[]),
    (JUNK[3], Case::Junk8, &[]),
    (JUNK[4], Case::Junk16, &[]),
];

/// Each is twice as long as the one before, and must cost at most twice as much.
const JUNK: [&str; 5] = [
    "all kinds of junk, 1 KiB",
    "all kinds of junk, 2 KiB",
    "all kinds of junk, 4 KiB",
    "all kinds of junk, 8 KiB",
    "all kinds of junk, 16 KiB",
];

fn main() -> ExitCode {
    if let Some(case) = env::args().nth(1) {
        Case::named(&case).run(ROUNDS);
        return ExitCode::SUCCESS;
    }

    let counts = Case::ALL.map(|case| (case, instructions(case)));
    let count = |wanted| {
        let case = counts.iter().find(|(case, _)| *case == wanted);
        case.map_or(0.0, |(_, count)| *count)
    };
    let record = fs::read_to_string(RECORD).unwrap_or_default();
    let compiler = compiler();
    let mut new_record = format!("# Instructions that the layer adds, with {compiler}\n");
    let mut are_all_on_record = true;
    let mut junk_before = f64::INFINITY;
    println!("on record     now  change");
    for (name, case, others) in FIGURES {
        let others: f64 = others.iter().copied().map(count).sum();
        let now = count(case) - others;
        let recorded = recorded(&record, name).unwrap_or(f64::NAN);
        let change = (now / recorded - 1.0) * 100.0;
        let is_on_record = change.abs() <= TOLERANCE;
        are_all_on_record &= is_on_record;
        let mark = if is_on_record { ' ' } else { '!' };
        println!("{recorded:>9.0} {now:>7.0} {change:>+5.1} % {mark} {name}");
        writeln!(new_record, "{now:>6.0}  {name}").unwrap();
        if JUNK.contains(&name) {
            assert!(now <= 2.0 * junk_before, "more than linear: {name}");
            junk_before = now;
        }
    }

    if env::var_os("UPDATE").is_some() {
        fs::write(RECORD, new_record).unwrap();
        return ExitCode::SUCCESS;
    }
    if are_all_on_record {
        return ExitCode::SUCCESS;
    }
    println!(
        "\nMore than {TOLERANCE} % off the record, up or down. If that is meant, move the record in \
         the same commit,\nwhose message says why:\n\n    \
         UPDATE=1 cargo run --release --package instructions\n"
    );
    if !record.contains(&compiler) || !has_avx2() {
        println!(
            "The record was made with another compiler than {compiler}, or on another kind of \
             processor:\nnobody is held to it."
        );
        return ExitCode::SUCCESS;
    }
    ExitCode::FAILURE
}

/// Without it, base64 and searching take other paths. Valgrind supports nothing newer.
fn has_avx2() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::is_x86_feature_detected!("avx2");
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}

fn recorded(record: &str, name: &str) -> Option<f64> {
    record.lines().find_map(|line| {
        let (instructions, recorded) = line.trim_start().split_once("  ")?;
        (recorded == name).then(|| instructions.parse().unwrap())
    })
}

/// The instructions of one round.
fn instructions(case: Case) -> f64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .args(["--collect-atstart=no", "--toggle-collect=*cases*counted*"])
        .arg(env::current_exe().unwrap())
        .arg(case.name())
        .output()
        .expect("valgrind should be installed");
    let messages = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{case:?} failed:\n{messages}");
    let total = messages
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let total: f64 = total.unwrap().1.trim().parse().unwrap();
    total / f64::from(ROUNDS)
}

fn compiler() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
