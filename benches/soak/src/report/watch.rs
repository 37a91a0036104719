//! Polls the servers each second, and the latencies every ten.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

use super::figures::{Latency, Sample};
use super::tally::Tally;
use crate::clock::Moment;
use crate::world::processes::Server;

/// The observations.
#[derive(Default)]
pub(crate) struct Seen {
    /// Per server.
    pub(crate) samples: Vec<Vec<Sample>>,
    pub(crate) latencies: Vec<Latency>,
}

/// Watches for this long, and prints progress.
pub(crate) async fn watch(servers: &[Server], tally: &Tally, length: Duration) -> Seen {
    let end = Instant::now() + length;
    let mut seen = Seen {
        samples: servers.iter().map(|_| Vec::new()).collect(),
        latencies: Vec::new(),
    };
    let mut ticks = interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    ticks.tick().await;
    for second in 1_u64.. {
        ticks.tick().await;
        if Instant::now() >= end {
            break;
        }
        for (server, samples) in servers.iter().zip(&mut seen.samples) {
            match sample(server).await {
                Some(sample) => samples.push(sample),
                None => tally.fail("a server does not tell how it is"),
            }
        }
        if second.is_multiple_of(10) {
            let latency = latency(&tally.take_latencies());
            seen.latencies.extend(latency);
            tell(&seen, tally);
        }
    }
    seen
}

async fn sample(server: &Server) -> Option<Sample> {
    let status = server.status().await?;
    Some(Sample {
        at: Moment::now().at.as_secs_f64(),
        memory: server.memory()?,
        files: server.files()?,
        tasks: status.tasks,
        revocations: status.revocations,
    })
}

fn latency(sorted: &[u32]) -> Option<Latency> {
    let last = sorted.len().checked_sub(1)?;
    let at = |per_mille: usize| sorted[last * per_mille / 1000];
    Some(Latency {
        at: Moment::now().at.as_secs_f64(),
        requests: sorted.len(),
        p50: at(500),
        p99: at(990),
        p999: at(999),
    })
}

fn tell(seen: &Seen, tally: &Tally) {
    let counts = tally.counts();
    let memory: Vec<_> = seen
        .samples
        .iter()
        .filter_map(|it| it.last())
        .map(|it| format!("{:.1} MB", it.memory as f64 / 1e6))
        .collect();
    let latency = seen.latencies.last();
    let latency = latency.map(|it| format!("{} µs, {} µs, {} µs", it.p50, it.p99, it.p999));
    println!(
        "{:>5.0} s: {} requests, {} wrong; memory {}; latency {}",
        Moment::now().at.as_secs_f64(),
        counts.all(),
        counts.wrong(),
        memory.join(", "),
        latency.unwrap_or_default()
    );
}
