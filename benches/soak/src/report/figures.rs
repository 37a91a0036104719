//! The figures of a run, stored until the page is written.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::tally::Counts;
use crate::Error;
use crate::world::faults::Past;
use crate::world::processes::Held;

#[derive(Serialize, Deserialize)]
pub(crate) struct Figures {
    pub(crate) commit: String,
    pub(crate) date: String,
    pub(crate) processor: String,
    pub(crate) seconds: f64,
    pub(crate) counts: Counts,
    pub(crate) faults: Vec<Past>,
    pub(crate) servers: Vec<OfServer>,
    pub(crate) latencies: Vec<Latency>,
}

/// One server's resources.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct OfServer {
    /// At rest, before the load and after it. None if it has ended.
    pub(crate) before: Option<Held>,
    pub(crate) after: Option<Held>,
    pub(crate) panics: Option<u64>,
    /// Each second.
    pub(crate) samples: Vec<Sample>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Sample {
    pub(crate) at: f64,
    pub(crate) memory: u64,
    pub(crate) files: usize,
    pub(crate) tasks: usize,
    pub(crate) revocations: usize,
}

/// Of accepted requests in 10 s, in microseconds.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Latency {
    pub(crate) at: f64,
    pub(crate) requests: usize,
    pub(crate) p50: u32,
    pub(crate) p99: u32,
    pub(crate) p999: u32,
}

impl Figures {
    pub(crate) fn save(&self, file: &Path) -> Result<(), Error> {
        Ok(fs::write(file, serde_json::to_vec(self)?)?)
    }

    pub(crate) fn load(file: &Path) -> Result<Self, Error> {
        let text = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(serde_json::from_slice(&text)?)
    }
}
