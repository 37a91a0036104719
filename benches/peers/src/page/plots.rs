//! The two plots: horizontal bars, one group per contestant.

use super::measured::Measured;
use super::svg::{Anchor, FAINT, Font, GRID, INK, MARGIN, PLAIN, SMALL, Svg, TITLE};
use super::text;
use crate::contestants::Contestant;
use crate::results::{EXPIRED, FIRST_SIGHT, REPEATED};

const LABELS: f64 = 210.0;
const TOP: f64 = 128.0;
const BAR: f64 = 13.0;

/// A kind of bar: its name and its colour.
type Kind = (&'static str, &'static str);

/// The time that each layer adds, on a logarithmic scale.
pub(super) fn layers(measured: &Measured) -> String {
    const CASES: [(&str, Kind); 3] = [
        (REPEATED, ("repeated token", "#0d9488")),
        (FIRST_SIGHT, ("first sight of a token", "#3b82f6")),
        (EXPIRED, ("expired token", "#f59e0b")),
    ];
    const ALGORITHMS: [&str; 2] = ["RS256", "ES256"];
    const PANEL: f64 = 350.0;
    const GAP: f64 = 24.0;
    const GROUP: f64 = 3.0 * BAR + 16.0;
    /// The start of the scale, in nanoseconds.
    const FROM: f64 = 50.0;

    let contestants = &Contestant::ALL[1..];
    let bottom = TOP + rows(contestants.len()) * GROUP;
    let width = 2.0 * MARGIN + LABELS + 2.0 * PANEL + GAP;
    let mut svg = Svg::new(width, bottom + 44.0);
    heading(
        &mut svg,
        "Time that the layer adds to a request",
        "In one process, around a service that answers at once. Shorter is better; each line is ten times the one before.",
        &CASES.map(|(_, kind)| kind),
    );
    names(&mut svg, contestants, GROUP);

    let to = longest(measured, &ALGORITHMS) * 3.5;
    for (algorithm, panel) in ALGORITHMS.into_iter().zip([0.0, PANEL + GAP]) {
        let left = MARGIN + LABELS + panel;
        let x = |nanos: f64| left + PANEL * (nanos.max(FROM) / FROM).log10() / (to / FROM).log10();

        svg.text(
            (left, TOP - 22.0),
            Font {
                bold: true,
                ..PLAIN
            },
            algorithm,
        );
        let mut tick = 100.0;
        while tick < to {
            svg.line((x(tick), TOP), (x(tick), bottom), GRID, false);
            let font = Font {
                anchor: Anchor::Middle,
                ..SMALL
            };
            svg.text((x(tick), bottom + 18.0), font, &text::round_time(tick));
            tick *= 10.0;
        }
        for (row, contestant) in contestants.iter().enumerate() {
            let mut y = TOP + rows(row) * GROUP + 8.0;
            for (case, (_, color)) in CASES {
                if let Some(nanos) = measured.time(algorithm, *contestant, case) {
                    svg.rect((left, y), (x(nanos) - left, BAR - 2.0), color);
                    let at = (x(nanos) + 5.0, y + BAR - 3.5);
                    svg.text(
                        at,
                        Font {
                            color: INK,
                            ..SMALL
                        },
                        &text::time(nanos),
                    );
                }
                y += BAR;
            }
        }
        if let Some(floor) = measured.bare_signature(algorithm) {
            let at = x(floor);
            svg.line((at, TOP - 4.0), (at, bottom), "#dc2626", true);
            let label = format!("the bare signature: {}", text::time(floor));
            let font = Font {
                anchor: Anchor::End,
                color: "#dc2626",
                ..SMALL
            };
            svg.text((left + PANEL, TOP - 22.0), font, &label);
        }
        svg.line((left, TOP), (left, bottom), FAINT, false);
    }
    svg.finish("Time that each layer adds to a request")
}

/// Requests per second over HTTP.
pub(super) fn http(measured: &Measured) -> String {
    const KINDS: [Kind; 2] = [("RS256", "#0d9488"), ("ES256", "#3b82f6")];
    const PANEL: f64 = 620.0;
    const GROUP: f64 = 2.0 * BAR + 16.0;

    let contestants = Contestant::ALL;
    let bottom = TOP - 16.0 + rows(contestants.len()) * GROUP;
    let mut svg = Svg::new(2.0 * MARGIN + LABELS + PANEL, bottom + 24.0);
    heading(
        &mut svg,
        "Requests per second over HTTP",
        "Axum on one core, the same token on every request. Longer is better.",
        &KINDS,
    );
    let left = MARGIN + LABELS;
    let rates = contestants
        .iter()
        .flat_map(|contestant| KINDS.map(|(algorithm, _)| measured.rate(algorithm, *contestant)));
    let most = rates.flatten().fold(1.0, f64::max);

    for (row, contestant) in contestants.iter().enumerate() {
        let top = TOP - 16.0 + rows(row) * GROUP;
        name(&mut svg, *contestant, top + GROUP / 2.0);
        let mut y = top + 8.0;
        for (algorithm, color) in KINDS {
            if let Some(rate) = measured.rate(algorithm, *contestant) {
                // The rest is for the figure beside the longest bar.
                let length = rate / most * (PANEL - 70.0);
                svg.rect((left, y), (length, BAR - 2.0), color);
                let at = (left + length + 5.0, y + BAR - 3.5);
                svg.text(
                    at,
                    Font {
                        color: INK,
                        ..SMALL
                    },
                    &text::count(rate),
                );
            }
            y += BAR;
        }
    }
    svg.line((left, TOP - 16.0), (left, bottom), FAINT, false);
    svg.finish("Requests per second over HTTP, by layer")
}

fn heading(svg: &mut Svg, title: &str, subtitle: &str, kinds: &[Kind]) {
    svg.text((MARGIN, 36.0), TITLE, title);
    svg.text((MARGIN, 57.0), SMALL, subtitle);
    let mut x = MARGIN;
    for (name, color) in kinds {
        svg.rect((x, 71.0), (11.0, 11.0), color);
        svg.text((x + 17.0, 81.0), PLAIN, name);
        // About the width of a letter.
        x += 44.0 + 7.0 * rows(name.len());
    }
}

fn names(svg: &mut Svg, contestants: &[Contestant], group: f64) {
    for (row, contestant) in contestants.iter().enumerate() {
        name(svg, *contestant, TOP + rows(row) * group + group / 2.0);
    }
}

fn name(svg: &mut Svg, contestant: Contestant, y: f64) {
    let font = Font {
        bold: contestant == Contestant::TowerBearer,
        anchor: Anchor::End,
        ..PLAIN
    };
    svg.text((MARGIN + LABELS - 10.0, y + 4.0), font, contestant.name());
}

fn longest(measured: &Measured, algorithms: &[&str]) -> f64 {
    let times = algorithms.iter().flat_map(|algorithm| {
        Contestant::ALL
            .into_iter()
            .filter_map(|contestant| measured.time(algorithm, contestant, FIRST_SIGHT))
    });
    times.fold(1.0, f64::max)
}

#[expect(clippy::cast_precision_loss, reason = "there are few rows")]
fn rows(count: usize) -> f64 {
    count as f64
}
