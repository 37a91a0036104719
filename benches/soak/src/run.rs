//! A run, from an empty state to the figures.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::ctrl_c;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, sleep};

use crate::Error;
use crate::chance::Chance;
use crate::clock::Moment;
use crate::load::tokens::Tokens;
use crate::load::{Client, Load};
use crate::oracle::{Answer, Oracle, Verdict};
use crate::report::figures::{Figures, OfServer};
use crate::report::tally::Tally;
use crate::report::watch::watch;
use crate::world::faults::Faults;
use crate::world::key_endpoint::KeyEndpoint;
use crate::world::keys::Keys;
use crate::world::processes::{Held, Server};
use crate::world::redis::Redis;

/// Ten million an hour, with a margin.
const REQUESTS_A_SECOND: u32 = 4_000;
const SERVERS: usize = 2;
/// How long the end is free of faults, so that the effects of the last one are seen.
const CALM: Duration = Duration::from_secs(6);

pub(crate) async fn run(length: Duration, file: &Path) -> Result<ExitCode, Error> {
    let seed = Moment::now().date.as_secs();
    println!("seed {seed}");
    let mut chance = Chance::new(seed);

    let oracle = Arc::new(Oracle::default());
    let tally = Arc::new(Tally::default());
    let endpoint = KeyEndpoint::start().await;
    let keys = Arc::new(Keys::new(Arc::clone(&endpoint)));
    let redis = Arc::new(Redis::start(std::env::temp_dir()).await);
    let servers: Vec<_> = (0..SERVERS)
        .map(|_| Server::start(&endpoint.url(), &redis.url()))
        .collect();
    let clients: Vec<_> = servers.iter().map(|it| Client::new(&it.address)).collect();

    warm_up(&servers).await;
    let mut before = Vec::new();
    for server in &servers {
        before.push(server.least_held(Duration::from_secs(3)).await);
    }

    let rotation = tokio::spawn(Arc::clone(&keys).rotate());
    let tokens = Tokens::new(keys, chance.fork());
    let load = Load::new(
        clients,
        tokens,
        Arc::clone(&oracle),
        Arc::clone(&tally),
        REQUESTS_A_SECOND,
    );
    let load = Arc::new(load);
    let faults = Faults {
        endpoint,
        redis,
        oracle,
    };
    let load = async {
        tokio::join!(
            faults.run(length.saturating_sub(CALM)),
            watch(&servers, &tally, length),
            load.run(length, &mut chance)
        )
    };
    // By an error, so that the servers and Redis end too.
    let (past, watched, ()) = tokio::select! {
        ended = load => ended,
        () = interrupted() => return Err("interrupted".into()),
    };
    let seconds = Moment::now().at.as_secs_f64();
    rotation.abort();

    let mut of_servers = Vec::new();
    for ((server, before), samples) in servers.iter().zip(before).zip(watched.samples) {
        of_servers.push(OfServer {
            before,
            after: at_rest(server, before).await,
            panics: server.status().await.map(|it| it.panics),
            samples,
        });
    }
    let figures = Figures {
        commit: output("git", &["rev-parse", "--short", "HEAD"]),
        date: output("date", &["--utc", "+%Y-%m-%d"]),
        processor: processor(),
        seconds,
        counts: tally.counts(),
        faults: past,
        servers: of_servers,
        latencies: watched.latencies,
    };
    figures.save(file)?;
    Ok(verdict(&figures))
}

async fn interrupted() {
    let mut terminate = signal(SignalKind::terminate()).unwrap();
    tokio::select! {
        _ = terminate.recv() => {}
        _ = ctrl_c() => {}
    }
}

/// Opens each server's long-lived connections.
async fn warm_up(servers: &[Server]) {
    for server in servers {
        let client = Client::new(&server.address);
        let request = client.request(http::Method::POST, "/refresh/begin");
        let request = request.body("nobody".to_owned().into()).unwrap();
        let answer = client.http(http::Version::HTTP_11, request).await;
        assert!(
            matches!(answer, Answer::Verdict(Verdict::Accepted, _)),
            "{answer:?}"
        );
    }
}

/// A server's resources at rest, or after a while if it does not rest.
async fn at_rest(server: &Server, before: Option<Held>) -> Option<Held> {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let held = server.least_held(Duration::from_secs(3)).await?;
        let is_at_rest = before.is_some_and(|it| held.tasks <= it.tasks && held.files <= it.files);
        if is_at_rest || Instant::now() > deadline {
            return Some(held);
        }
        sleep(Duration::from_secs(1)).await;
    }
}

fn verdict(figures: &Figures) -> ExitCode {
    println!(
        "{} requests in {:.0} s",
        figures.counts.all(),
        figures.seconds
    );
    println!("{:#?}", figures.counts);
    let mut code = ExitCode::SUCCESS;
    for promise in figures.promises() {
        let mark = if promise.is_kept { "kept" } else { "BROKEN" };
        println!(
            "{mark}: {}: {} ({})",
            promise.what, promise.measured, promise.wanted
        );
        if !promise.is_kept {
            code = ExitCode::FAILURE;
        }
    }
    code
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map(|it| String::from_utf8_lossy(&it.stdout).trim().to_owned());
    text.unwrap_or_default()
}

fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let model = model.map(|line| line.trim_start_matches([':', ' ', '\t']));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{}, {cores} cores", model.unwrap_or("unknown"))
}
