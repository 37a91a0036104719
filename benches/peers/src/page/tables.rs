//! The tables of figures.

use std::fmt::Write;

use super::measured::Measured;
use super::text::{count, percent, time, times};
use crate::contestants::Contestant;
use crate::fixture::ALGORITHMS;
use crate::results::{EXPIRED, FIRST_SIGHT, FOREIGN, Figure, JUNK, REPEATED};

const CASES: [&str; 5] = [REPEATED, FIRST_SIGHT, EXPIRED, FOREIGN, JUNK];

/// For each algorithm, each layer's time in each case, and its ratio to ours.
pub(super) fn layers(measured: &Measured) -> String {
    let mut page = String::new();
    for algorithm in ALGORITHMS {
        let name = algorithm.name();
        let _ = writeln!(page, "### {name}\n");
        if let Some(floor) = measured.bare_signature(name) {
            let _ = writeln!(page, "The bare signature takes {}.\n", time(floor));
        }
        let _ = writeln!(
            page,
            "| | {} |\n| --- |{}",
            CASES.join(" | "),
            " ---: |".repeat(5)
        );
        let layers = Contestant::ALL.into_iter().skip(1);
        for contestant in layers.filter(|contestant| contestant.supports(algorithm)) {
            let cells = CASES.map(|case| cell(measured, name, contestant, case));
            let _ = writeln!(page, "| {} | {} |", contestant.name(), cells.join(" | "));
        }
        page.push('\n');
    }
    page.truncate(page.trim_end().len());
    page
}

fn cell(measured: &Measured, algorithm: &str, contestant: Contestant, case: &str) -> String {
    let ours = measured.ours(algorithm, case);
    match (measured.time(algorithm, contestant, case), ours) {
        (Some(nanos), _) if contestant == Contestant::TowerBearer => time(nanos),
        (Some(nanos), Some(ours)) => format!("{} ({})", time(nanos), times(nanos / ours)),
        _ => "–".into(),
    }
}

/// Requests per second, with the spread, and the share of the rate without a layer.
pub(super) fn http(measured: &Measured) -> String {
    let mut page = String::from("| | RS256 | | ES256 | |\n| --- | ---: | ---: | ---: | ---: |\n");
    for contestant in Contestant::ALL {
        let cells = ["RS256", "ES256"].map(|algorithm| {
            let rates = measured.rates(algorithm, contestant);
            let share = measured.share(algorithm, contestant, Contestant::NoLayer);
            match (rates.map(Figure::spread), share) {
                (Some(rates), Some(share)) => format!(
                    "{} ({}–{}) | {}",
                    count(rates.median),
                    count(rates.low),
                    count(rates.high),
                    percent(share)
                ),
                _ => "– | –".into(),
            }
        });
        let _ = writeln!(page, "| {} | {} |", contestant.name(), cells.join(" | "));
    }
    page
}

/// Every figure as it was measured, with the spread.
pub(super) fn all(measured: &Measured) -> String {
    let mut page = String::from(
        "| | | case | answer | least | median | 10 % | 90 % |\n\
         | --- | --- | --- | ---: | ---: | ---: | ---: | ---: |\n",
    );
    let figures = measured.layers.figures.iter();
    for figure in figures.chain(measured.scale.figures.iter().take(2)) {
        let Figure {
            algorithm,
            contestant,
            case,
            status,
            ..
        } = figure;
        let status = status.map_or_else(String::new, |status| status.to_string());
        let value = figure.spread();
        let [least, median, low, high] =
            [value.least, value.median, value.low, value.high].map(time);
        let _ = writeln!(
            page,
            "| {algorithm} | {contestant} | {case} | {status} | {least} | {median} | {low} | {high} |"
        );
    }
    page
}
