//! Requests per second over HTTP: `wrk` on one core, the server on another, the same token on
//! every request. All servers run at once, and are put under load in turns.

use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use tower_bearer::Algorithm;
use tower_bearer_peers::Error;
use tower_bearer_peers::contestants::Contestant;
use tower_bearer_peers::results::{Figure, REPEATED, Results};

const ALGORITHMS: [Algorithm; 2] = [Algorithm::RS256, Algorithm::ES256];
const ROUNDS: usize = 15;
const CONNECTIONS: &str = "16";
const DURATION: &str = "1s";

const SERVER_CORE: &str = "0";
const CLIENT_CORE: &str = "1";

fn main() -> Result<(), Error> {
    let mut servers = Vec::new();
    for algorithm in ALGORITHMS {
        // Without a layer, algorithms do not differ. It still runs for each, so that each has its
        // own baseline.
        for contestant in Contestant::ALL {
            servers.push(Server::start(contestant, algorithm)?);
        }
    }

    let mut samples = vec![Vec::new(); servers.len()];
    for round in 1..=ROUNDS {
        for (server, samples) in servers.iter().zip(&mut samples) {
            let rate = server.requests_per_second()?;
            let (name, algorithm) = (server.contestant.name(), server.algorithm.name());
            eprintln!("round {round} of {ROUNDS}: {algorithm}: {name}: {rate:.0}/s");
            samples.push(rate);
        }
    }

    let figures = servers.iter().zip(samples).map(|(server, samples)| Figure {
        algorithm: server.algorithm.name().to_owned(),
        contestant: server.contestant.name().to_owned(),
        case: REPEATED.to_owned(),
        rounds: samples,
        status: Some(200),
    });
    Results {
        figures: figures.collect(),
    }
    .save("load")
}

struct Server {
    contestant: Contestant,
    algorithm: Algorithm,
    process: Child,
    url: String,
    token: String,
}

impl Server {
    fn start(contestant: Contestant, algorithm: Algorithm) -> Result<Self, Error> {
        let mut process = Command::new("taskset")
            .args(["--cpu-list", SERVER_CORE])
            .arg(env::current_exe()?.with_file_name("server"))
            .args([contestant.name(), algorithm.name()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = process.stdout.take().ok_or("no output")?;
        let mut lines = BufReader::new(output).lines();
        let mut line = || lines.next().unwrap_or_else(|| Ok(String::new()));
        Ok(Self {
            contestant,
            algorithm,
            url: line()?,
            token: line()?,
            process,
        })
    }

    fn requests_per_second(&self) -> Result<f64, Error> {
        let output = Command::new("taskset")
            .args(["--cpu-list", CLIENT_CORE, "wrk", "--threads", "1"])
            .args(["--connections", CONNECTIONS, "--duration", DURATION])
            .args(["--header", &format!("Authorization: Bearer {}", self.token)])
            .arg(&self.url)
            .output()?;
        let report = String::from_utf8(output.stdout)?;
        // Requests that were refused or lost would count like any other.
        if !output.status.success()
            || report.contains("Non-2xx")
            || report.contains("Socket errors")
        {
            return Err(format!("{}: {report}", self.contestant.name()).into());
        }
        let rate = report
            .lines()
            .find_map(|line| line.strip_prefix("Requests/sec:"))
            .ok_or("wrk tells no rate")?;
        Ok(rate.trim().parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
