//! The goals that the crate was given, and how far it came.

use std::fmt::Write;

use super::measured::{Measured, paired};
use super::text::{percent, time, times};
use crate::contestants::Contestant;
use crate::results::{
    EXPIRED, FEW_TOKENS, FIRST_SIGHT, FOREIGN, MANY_TOKENS, ONE_THREAD, REPEATED, TWO_THREADS,
};

/// The algorithms with a signature that is worth the name.
const SIGNED: [&str; 3] = ["RS256", "ES256", "EdDSA"];
const ALL: [&str; 4] = ["RS256", "ES256", "EdDSA", "HS256"];

struct Goal {
    what: String,
    wanted: &'static str,
    measured: String,
    met: bool,
    /// What the profile shows. It is told only where the goal is missed.
    why: &'static str,
}

const HIT: &str = "Of the 4,000 instructions of a hit, 1,820 are the keyed hash of the token's 657 bytes, and 950 what \
    `http::Extensions` does to keep two values. SipHash-1-3, of 128 bits, takes 217 ns by itself on a machine like this \
    one; HighwayHash takes 170, POLYVAL 163, but 2,500 on a processor that does not multiply polynomials. What \
    is faster has no key, or is not meant to keep one.";
const FIRST: &str = "Beside the signature of RS256, 15,430 instructions: decoding into the claims type by `serde_json` takes \
    4,200, reading the registered claims 2,100, packing them 600; 1,600 are spent on allocating and freeing, and 900 on \
    copying, in part for these; the rest is base64, the hash for the cache, the header, the response.";
const PEERS: &str = "The signature is most of it, and is the same for all that verify with AWS-LC.";
const REFUSAL: &str = "13,570 instructions, of which more than a half are those that junk takes too: extracting, hashing, \
    and the response with its challenge. The rest decodes the payload and reads the claims.";
const MANY: &str = "The entries of a million tokens do not fit the processor's caches: a hit waits for main memory, for \
    the slot of the table, and then for the entry.";
const THREADS: &str = "Each thread holds the token by a count of its own, so that nothing of it moves between the cores. \
    What is left is theirs: where they are two halves of one core, or those of a shared machine, each is slower while \
    the other works.";

/// The goals as a table, for those that were measured, and why some are missed.
pub(super) fn table(measured: &Measured) -> String {
    let mut goals = Vec::new();
    goals.extend(repeated(measured));
    goals.extend(first_sight(measured));
    goals.extend(faster_than_peers(measured));
    goals.extend(refused(measured));
    goals.extend(http(measured));
    goals.extend(scale(measured));

    let mut page =
        String::from("| measure | goal | measured | reached |\n| --- | --- | --- | --- |\n");
    for goal in &goals {
        let reached = if goal.met { "yes" } else { "**no**" };
        let Goal {
            what,
            wanted,
            measured,
            ..
        } = goal;
        let _ = writeln!(page, "| {what} | {wanted} | {measured} | {reached} |");
    }
    let mut reasons: Vec<&str> = Vec::new();
    for goal in goals.iter().filter(|goal| !goal.met) {
        if !reasons.contains(&goal.why) {
            reasons.push(goal.why);
        }
    }
    if !reasons.is_empty() {
        page.push_str("\nWhy some are missed:\n\n");
    }
    for reason in reasons {
        let _ = writeln!(page, "- {reason}");
    }
    page
}

fn repeated(measured: &Measured) -> Vec<Goal> {
    let mut goals = Vec::new();
    if let Some(added) = measured.ours("RS256", REPEATED) {
        goals.push(Goal {
            what: "repeated token, RS256: time added to the inner service".into(),
            wanted: "≤ 200 ns",
            measured: time(added),
            met: added <= 200.0,
            why: HIT,
        });
    }
    for (algorithm, wanted, least) in [("RS256", "≥ 100×", 100.0), ("ES256", "≥ 250×", 250.0)]
    {
        let peer = measured.fastest_peer(algorithm, REPEATED);
        if let (Some(ours), Some(peer)) = (measured.ours(algorithm, REPEATED), peer) {
            goals.push(Goal {
                what: format!("repeated token, {algorithm}: less than the fastest peer adds"),
                wanted,
                measured: times(peer / ours),
                met: peer / ours >= least,
                why: HIT,
            });
        }
    }
    goals
}

fn first_sight(measured: &Measured) -> Vec<Goal> {
    let mut goals = Vec::new();
    for algorithm in SIGNED {
        if let Some(added) = measured.beside_signature(algorithm) {
            goals.push(Goal {
                what: format!("first sight, {algorithm}: time added to the bare signature"),
                wanted: "≤ 1.2 µs",
                measured: time(added),
                met: added <= 1200.0,
                why: FIRST,
            });
        }
    }
    if let Some(ours) = measured.ours("HS256", FIRST_SIGHT) {
        goals.push(Goal {
            what: "first sight, HS256: signature and all".into(),
            wanted: "≤ 1.6 µs",
            measured: time(ours),
            met: ours <= 1600.0,
            why: FIRST,
        });
    }
    goals
}

fn faster_than_peers(measured: &Measured) -> Option<Goal> {
    let ratios: Option<Vec<f64>> = ALL
        .iter()
        .map(|algorithm| {
            let peer = measured.fastest_peer(algorithm, FIRST_SIGHT)?;
            Some(peer / measured.ours(algorithm, FIRST_SIGHT)?)
        })
        .collect();
    let ratios = ratios?;
    let each = ALL.iter().zip(&ratios);
    let each: Vec<String> = each
        .map(|(algorithm, ratio)| format!("{algorithm} {ratio:.2}×"))
        .collect();
    Some(Goal {
        what: "first sight: faster than the fastest peer".into(),
        wanted: "each algorithm",
        measured: each.join(", "),
        met: ratios.iter().all(|ratio| *ratio > 1.0),
        why: PEERS,
    })
}

fn refused(measured: &Measured) -> Vec<Goal> {
    let mut goals = Vec::new();
    for case in [EXPIRED, FOREIGN] {
        let times_of_all = ALL.iter().map(|algorithm| measured.ours(algorithm, case));
        let longest = times_of_all.flatten().fold(0.0, f64::max);
        goals.push(Goal {
            what: format!("{case} token, the dearest algorithm"),
            wanted: "≤ 1.5 µs",
            measured: time(longest),
            met: longest <= 1500.0,
            why: REFUSAL,
        });
        let peer = measured.fastest_peer("RS256", case);
        if let (Some(ours), Some(peer)) = (measured.ours("RS256", case), peer) {
            goals.push(Goal {
                what: format!("{case} token, RS256: cheaper than with the fastest peer"),
                wanted: "≥ 10×",
                measured: times(peer / ours),
                met: peer / ours >= 10.0,
                why: REFUSAL,
            });
        }
    }
    goals
}

fn http(measured: &Measured) -> Vec<Goal> {
    let ours = Contestant::TowerBearer;
    let mut goals = Vec::new();
    for (algorithm, wanted, least) in [("RS256", "≥ 4×", 4.0), ("ES256", "≥ 8×", 8.0)] {
        if let Some(share) = measured.share(algorithm, ours, Contestant::NoLayer) {
            goals.push(Goal {
                what: format!("HTTP, repeated token, {algorithm}: of the rate without a layer"),
                wanted: "≥ 95 %",
                measured: percent(share),
                met: share >= 0.95,
                why: HIT,
            });
        }
        let peers = Contestant::PEERS.into_iter();
        let ratios = peers.filter_map(|peer| measured.share(algorithm, ours, peer));
        if let Some(ratio) = ratios.min_by(f64::total_cmp) {
            goals.push(Goal {
                what: format!("HTTP, repeated token, {algorithm}: of the best peer's rate"),
                wanted,
                measured: times(ratio),
                met: ratio >= least,
                why: HIT,
            });
        }
    }
    goals
}

fn scale(measured: &Measured) -> Vec<Goal> {
    let mut goals = Vec::new();
    let ratio = |one: &str, other: &str| {
        let (one, other) = (measured.scale(one)?, measured.scale(other)?);
        Some(paired(&one.rounds, &other.rounds, |one, other| one / other))
    };
    if let Some(ratio) = ratio(MANY_TOKENS, FEW_TOKENS) {
        goals.push(Goal {
            what: "a hit among 1,000,000 cached tokens, beside one among 100".into(),
            wanted: "≤ 3×",
            measured: times(ratio),
            met: ratio <= 3.0,
            why: MANY,
        });
    }
    if let Some(ratio) = ratio(TWO_THREADS, ONE_THREAD) {
        goals.push(Goal {
            what: "two threads on one hot token, beside one thread".into(),
            wanted: "≥ 1.5×",
            measured: format!("{ratio:.2}×"),
            met: ratio >= 1.5,
            why: THREADS,
        });
    }
    goals
}
