//! The results, stored until the page is written.

use std::env;
use std::fs;
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Error;

/// A figure and its spread, in nanoseconds or requests per second.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    pub least: f64,
    pub median: f64,
    /// The 10th percentile.
    pub low: f64,
    /// The 90th percentile.
    pub high: f64,
}

impl Spread {
    pub fn of(rounds: impl IntoIterator<Item = f64>) -> Self {
        let mut rounds: Vec<f64> = rounds.into_iter().collect();
        rounds.sort_by(f64::total_cmp);
        let at = |tenths: usize| rounds[(rounds.len() - 1) * tenths / 10];
        Self {
            least: at(0),
            median: at(5),
            low: at(1),
            high: at(9),
        }
    }
}

/// One contestant in one case.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Figure {
    pub algorithm: String,
    pub contestant: String,
    pub case: String,
    /// The figure of each round. The same round of another figure was measured next to it.
    pub rounds: Vec<f64>,
    /// Its answer.
    pub status: Option<u16>,
}

impl Figure {
    pub fn spread(&self) -> Spread {
        Spread::of(self.rounds.iter().copied())
    }
}

/// All figures of one program.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Results {
    pub figures: Vec<Figure>,
}

/// The cases, by their names in the results.
pub const REPEATED: &str = "repeated";
pub const FIRST_SIGHT: &str = "first sight";
pub const EXPIRED: &str = "expired";
pub const FOREIGN: &str = "foreign";
pub const JUNK: &str = "junk";
/// The pseudo-contestant for the signature alone, by AWS-LC, with a parsed key.
pub const BARE_SIGNATURE: &str = "bare signature";
/// What `scale` measures, instead of contestants.
pub const FEW_TOKENS: &str = "100 cached tokens";
pub const MANY_TOKENS: &str = "1,000,000 cached tokens";
pub const ONE_THREAD: &str = "one thread";
pub const TWO_THREADS: &str = "two threads";

impl Results {
    pub fn figure(&self, algorithm: &str, contestant: &str, case: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| {
            figure.algorithm == algorithm && figure.contestant == contestant && figure.case == case
        })
    }

    pub fn save(&self, program: &str) -> Result<(), Error> {
        let path = path_of(program)?;
        fs::write(&path, serde_json::to_vec(self)?)?;
        Ok(())
    }
}

/// The last results of a program.
pub fn load<T: DeserializeOwned>(program: &str) -> Result<T, Error> {
    let path = path_of(program)?;
    let json = fs::read(&path).map_err(|error| format!("{program} has not run yet: {error}"))?;
    Ok(serde_json::from_slice(&json)?)
}

/// In the folder that `scripts/bench` sets.
fn path_of(program: &str) -> Result<PathBuf, Error> {
    let folder = env::var_os("BENCH_RESULTS").ok_or("BENCH_RESULTS names no folder")?;
    fs::create_dir_all(&folder)?;
    Ok(PathBuf::from(folder).join(format!("{program}.json")))
}
