//! The figures of `cargo bench`, from Criterion's files.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::text::time;
use crate::Error;

#[derive(Deserialize)]
struct Benchmark {
    full_id: String,
}

#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
    confidence_interval: Interval,
}

#[derive(Deserialize)]
struct Interval {
    lower_bound: f64,
    upper_bound: f64,
}

/// Each benchmark, its median, and the 95 % confidence interval.
pub(super) fn table() -> Result<String, Error> {
    let home = env::var_os("CRITERION_HOME").ok_or("CRITERION_HOME names no folder")?;
    let mut rows = Vec::new();
    for group in folders(Path::new(&home))? {
        for benchmark in folders(&group)? {
            let newest = benchmark.join("new");
            let Ok(about) = fs::read(newest.join("benchmark.json")) else {
                continue;
            };
            let about: Benchmark = serde_json::from_slice(&about)?;
            let estimates = fs::read(newest.join("estimates.json"))?;
            let Estimates { median } = serde_json::from_slice(&estimates)?;
            rows.push(format!(
                "| {} | {} | {}–{} |\n",
                about.full_id,
                time(median.point_estimate),
                time(median.confidence_interval.lower_bound),
                time(median.confidence_interval.upper_bound)
            ));
        }
    }
    rows.sort();
    let head = "| benchmark | median | between |\n| --- | ---: | ---: |\n";
    Ok(head.to_owned() + &rows.concat())
}

fn folders(of: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut folders = Vec::new();
    let entries = fs::read_dir(of).map_err(|error| format!("{}: {error}", of.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    Ok(folders)
}
