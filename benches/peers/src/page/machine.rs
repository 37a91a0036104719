//! What a reader must know to compare the figures with others.

use std::fmt::Write;
use std::fs;
use std::process::Command;
use std::thread;

use crate::Error;
use crate::contestants::Contestant;

pub(super) fn describe() -> Result<String, Error> {
    let cores = thread::available_parallelism()?;
    let mut page = String::from("| | |\n| --- | --- |\n");
    for (what, value) in [
        ("processor", format!("{}, {cores} cores", processor())),
        ("compiler", output("rustc", &["--version"])?),
        ("date", output("date", &["--utc", "+%Y-%m-%d"])?),
        ("command", "`scripts/bench`".to_owned()),
        ("layers", versions()),
    ] {
        let _ = writeln!(page, "| {what} | {value} |");
    }
    Ok(page)
}

fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let model = model.map(|line| line.trim_start_matches([':', ' ', '\t']));
    model.unwrap_or("unknown").to_owned()
}

fn output(program: &str, arguments: &[&str]) -> Result<String, Error> {
    let output = Command::new(program).args(arguments).output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// The locked versions.
fn versions() -> String {
    let packages = include_str!("../../Cargo.lock").split("[[package]]\n");
    let versions = packages.filter_map(|package| {
        let mut lines = package.lines();
        let name = lines.next()?.strip_prefix("name = \"")?.strip_suffix('"')?;
        let version = lines
            .next()?
            .strip_prefix("version = \"")?
            .strip_suffix('"')?;
        let measured = Contestant::ALL
            .iter()
            .any(|contestant| contestant.name() == name);
        measured.then(|| format!("{name} {version}"))
    });
    versions.collect::<Vec<_>>().join(", ")
}
