//! The crate's goals, and whether they are reached.

use std::fmt::Write;

use super::measured::{Measured, paired};
use super::text::{percent, time, times};
use crate::contestants::Contestant;
use crate::results::{
    EXPIRED, FEW_TOKENS, FIRST_SIGHT, FOREIGN, MANY_TOKENS, ONE_THREAD, REPEATED, TWO_THREADS,
};

/// The algorithms with an asymmetric signature.
const SIGNED: [&str; 3] = ["RS256", "ES256", "EdDSA"];
const ALL: [&str; 4] = ["RS256", "ES256", "EdDSA", "HS256"];

struct Goal {
    what: String,
    wanted: &'static str,
    measured: String,
    met: bool,
    /// What the profile shows, printed if the goal is missed.
    why: &'static str,
}

const HIT: &str = "A hit takes 4,000 instructions: 1,820 for the keyed hash of the token's 657 bytes, 615 for \
    `http::Extensions` to keep one value. The 128-bit SipHash-1-3 alone takes 217 ns on such a machine; \
    HighwayHash takes 170, POLYVAL 163, but 2,500 without hardware polynomial multiplication. Faster hashes have no \
    key, or do not protect it.";
const FIRST: &str = "Besides the RS256 signature, 15,770 instructions: 4,200 decode into the claims type by \
    `serde_json`, 2,100 read the registered claims, 700 pack them; 1,600 allocate and free and 900 copy, partly for \
    these; the rest is base64, the cache's hash, the header, the response.";
const PEERS: &str =
    "Most of it is the signature, which is the same for all that verify with AWS-LC.";
const REFUSAL: &str = "13,030 instructions. Junk takes more than half of them too: extraction, hashing, and the \
    response with its challenge. The rest decodes the payload and reads the claims.";
const MANY: &str = "A million entries do not fit the processor's caches: a hit waits for main memory twice, for the \
    table's slot and for the entry.";
const THREADS: &str = "Each thread has its own reference count for the token, so nothing of it moves between the \
    cores. The rest is the hardware: hyperthreads of one core, or cores of a shared machine, slow each other down.";

/// The measured goals as a table, and why some are missed.
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
                what: format!("repeated token, {algorithm}: times as fast as the fastest peer"),
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
            what: "first sight, HS256: signature included".into(),
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
            what: format!("{case} token, the slowest algorithm"),
            wanted: "≤ 1.5 µs",
            measured: time(longest),
            met: longest <= 1500.0,
            why: REFUSAL,
        });
        let peer = measured.fastest_peer("RS256", case);
        if let (Some(ours), Some(peer)) = (measured.ours("RS256", case), peer) {
            goals.push(Goal {
                what: format!("{case} token, RS256: times as fast as the fastest peer"),
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
                what: format!(
                    "HTTP, repeated token, {algorithm}: share of the rate without a layer"
                ),
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
                what: format!("HTTP, repeated token, {algorithm}: ratio to the best peer's rate"),
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
            what: "a hit among 1,000,000 cached tokens, relative to one among 100".into(),
            wanted: "≤ 3×",
            measured: times(ratio),
            met: ratio <= 3.0,
            why: MANY,
        });
    }
    if let Some(ratio) = ratio(TWO_THREADS, ONE_THREAD) {
        goals.push(Goal {
            what: "two threads on one hot token, relative to one thread".into(),
            wanted: "≥ 1.5×",
            measured: format!("{ratio:.2}×"),
            met: ratio >= 1.5,
            why: THREADS,
        });
    }
    goals
}
