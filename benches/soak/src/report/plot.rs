//! The plot: memory and latency over time, with the faults behind them.

use super::figures::{Figures, Latency, OfServer};
use super::svg::{Anchor, Font, GRID, MARGIN, PLAIN, SMALL, Svg, TITLE};
use super::text::time;

const OF_KEYS: &str = "#fef3c7";
const OF_REDIS: &str = "#fee2e2";
/// Per server.
const SERVERS: [(&str, &str); 2] = [("server 1", "#0d9488"), ("server 2", "#3b82f6")];

const MARK: Font = Font {
    anchor: Anchor::End,
    ..SMALL
};

const LEFT: f64 = 84.0;
const WIDTH: f64 = 770.0;
const PANEL: f64 = 150.0;
const MEMORY_TOP: f64 = 128.0;
const LATENCY_TOP: f64 = MEMORY_TOP + PANEL + 64.0;
const BOTTOM: f64 = LATENCY_TOP + PANEL;

type Percentile = (&'static str, &'static str, fn(&Latency) -> u32);

const PERCENTILES: [Percentile; 3] = [
    ("half of the requests", "#0d9488", |it| it.p50),
    ("99 of 100", "#3b82f6", |it| it.p99),
    ("999 of 1000", "#f59e0b", |it| it.p999),
];

pub(super) fn draw(figures: &Figures) -> String {
    let mut plot = Plot {
        svg: Svg::new(LEFT + WIDTH + MARGIN, BOTTOM + 44.0),
        seconds: figures.seconds,
    };
    plot.svg.text((MARGIN, 36.0), TITLE, "Load and faults");
    let about = "Two servers under load, while keys rotate and people sign out.";
    plot.svg.text((MARGIN, 57.0), SMALL, about);
    let faults = [
        ("the key endpoint is away", OF_KEYS),
        ("Redis is away", OF_REDIS),
    ];
    plot.legend(MARGIN, 81.0, faults.into_iter());

    plot.faults(figures, MEMORY_TOP);
    plot.faults(figures, LATENCY_TOP);
    plot.memory(&figures.servers);
    plot.latency(&figures.latencies);
    plot.minutes();
    plot.svg.finish("Memory and latency over time")
}

struct Plot {
    svg: Svg,
    seconds: f64,
}

impl Plot {
    fn x(&self, seconds: f64) -> f64 {
        LEFT + WIDTH * seconds / self.seconds
    }

    fn legend(
        &mut self,
        mut x: f64,
        y: f64,
        entries: impl Iterator<Item = (&'static str, &'static str)>,
    ) {
        for (name, color) in entries {
            self.svg.rect((x, y - 10.0), (11.0, 11.0), color);
            self.svg.text((x + 17.0, y), PLAIN, name);
            x += 36.0 + 7.0 * name.len() as f64;
        }
    }

    fn faults(&mut self, figures: &Figures, top: f64) {
        for fault in &figures.faults {
            let color = if fault.of_redis { OF_REDIS } else { OF_KEYS };
            let (from, to) = (self.x(fault.from), self.x(fault.to));
            self.svg
                .rect((from, top), ((to - from).max(1.0), PANEL), color);
        }
    }

    /// On a scale from 0, which shows how flat it is.
    fn memory(&mut self, servers: &[OfServer]) {
        self.legend(LEFT, MEMORY_TOP - 14.0, SERVERS.into_iter());
        self.svg.text((MARGIN, MEMORY_TOP - 14.0), SMALL, "memory");
        let samples = servers.iter().flat_map(|it| &it.samples);
        let most = samples.map(|it| it.memory).max().unwrap_or(1) as f64 / 1e6;
        let step = if most > 40.0 { 20.0 } else { 10.0 };
        let top = (most / step).ceil() * step;
        let y = |megabytes: f64| MEMORY_TOP + PANEL * (1.0 - megabytes / top);
        let mut mark = 0.0;
        while mark <= top {
            self.mark(y(mark), &format!("{mark:.0} MB"));
            mark += step;
        }
        for (server, (_, color)) in servers.iter().zip(SERVERS) {
            // One in five is enough for the eye.
            let points = server.samples.iter().step_by(5);
            let points = points.map(|it| (self.x(it.at), y(it.memory as f64 / 1e6)));
            let points: Vec<_> = points.collect();
            self.line(&points, color);
        }
    }

    /// On a logarithmic scale.
    fn latency(&mut self, latencies: &[Latency]) {
        let entries = PERCENTILES.map(|(name, color, _)| (name, color));
        self.legend(LEFT, LATENCY_TOP - 14.0, entries.into_iter());
        self.svg
            .text((MARGIN, LATENCY_TOP - 14.0), SMALL, "latency");
        let most = latencies.iter().map(|it| it.p999).max().unwrap_or(1);
        let (least, most) = (100.0_f64, f64::from(most).max(10_000.0));
        let top = most.log10().ceil();
        let y = |micros: f64| {
            let share = (micros.max(least) / least).log10() / (top - least.log10());
            LATENCY_TOP + PANEL * (1.0 - share)
        };
        let mut mark = least;
        while mark.log10() <= top + 1e-9 {
            self.mark(y(mark), &time(mark));
            mark *= 10.0;
        }
        for (_, color, of) in PERCENTILES {
            let points = latencies
                .iter()
                .map(|it| (self.x(it.at), y(f64::from(of(it)))));
            let points: Vec<_> = points.collect();
            self.line(&points, color);
        }
    }

    fn minutes(&mut self) {
        let minutes = self.seconds / 60.0;
        let step = if minutes > 15.0 { 10.0 } else { 1.0 };
        let mut mark = 0.0;
        while mark <= minutes {
            let font = Font {
                anchor: Anchor::Middle,
                ..SMALL
            };
            let at = (self.x(mark * 60.0), BOTTOM + 18.0);
            self.svg.text(at, font, &format!("{mark:.0} min"));
            mark += step;
        }
    }

    fn mark(&mut self, y: f64, label: &str) {
        self.svg.line((LEFT, y), (LEFT + WIDTH, y), GRID, false);
        self.svg.text((LEFT - 8.0, y + 4.0), MARK, label);
    }

    fn line(&mut self, points: &[(f64, f64)], color: &str) {
        let points: Vec<_> = points
            .iter()
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        self.svg.push(format_args!(
            r#"<polyline points="{}" fill="none" stroke="{color}" stroke-width="1.5"/>"#,
            points.join(" ")
        ));
    }
}
