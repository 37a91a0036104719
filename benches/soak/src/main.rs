//! Load and faults: two servers with the layer under some thousand requests a second, over
//! HTTP/1.1, HTTP/2 and gRPC, while keys rotate, users sign out, clients hang up, and the key
//! endpoint and Redis fail and recover. The expected verdict of each request is known.
//!
//! - `soak run MINUTES FIGURES` measures, and stores the figures in a file. A broken promise fails
//!   it.
//! - `soak page FIGURES FOLDER` writes them into the page `reliability.md`, and draws the plot.
//!
//! `scripts/soak` does both.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program that fails should stop, and says what it has seen"
)]

mod chance;
mod clock;
mod load;
mod oracle;
#[allow(
    clippy::all,
    clippy::clone_on_ref_ptr,
    clippy::pedantic,
    unreachable_pub,
    unused_qualifications,
    reason = "generated"
)]
mod proto {
    include!("../../../examples/resource_server/whoami.v1.rs");
}
mod report;
mod run;
mod server;
mod settings;
mod world;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use self::report::figures::Figures;
use self::report::page;

type Error = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<ExitCode, Error> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match *arguments {
        ["server", keys, redis] => server::run(keys, redis).await,
        ["run", minutes, file] => {
            let length = Duration::try_from_secs_f64(minutes.parse::<f64>()? * 60.0)?;
            return run::run(length, Path::new(file)).await;
        }
        ["page", file, folder] => {
            page::write(&Figures::load(Path::new(file))?, Path::new(folder))?;
        }
        _ => return Err("usage: soak run MINUTES FIGURES | soak page FIGURES FOLDER".into()),
    }
    Ok(ExitCode::SUCCESS)
}
