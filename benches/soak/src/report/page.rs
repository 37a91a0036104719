//! The section of `reliability.md` between two marker comments, and the plot.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::figures::Figures;
use super::plot;
use super::tally::Kind;
use super::text::{count, percent, time};
use crate::Error;
use crate::oracle::Doubt;

const BEGIN: &str = "<!-- written by scripts/soak: begin -->";
const END: &str = "<!-- written by scripts/soak: end -->";

/// Replaces the section, or appends it.
pub(crate) fn write(figures: &Figures, folder: &Path) -> Result<(), Error> {
    let file = folder.join("reliability.md");
    let page = fs::read_to_string(&file).unwrap_or_else(|_| "# Reliability\n".to_owned());
    let (before, after) = match (page.split_once(BEGIN), page.split_once(END)) {
        (Some((before, _)), Some((_, after))) => (before.to_owned(), after),
        _ => (format!("{}\n\n", page.trim_end()), "\n"),
    };
    let section = section(figures);
    fs::write(&file, format!("{before}{BEGIN}\n{section}\n{END}{after}"))?;
    fs::write(folder.join("reliability-soak.svg"), plot::draw(figures))?;
    Ok(())
}

fn section(figures: &Figures) -> String {
    include_str!("section.md")
        .trim_end()
        .replace("{{summary}}", &summary(figures))
        .replace("{{promises}}", promises(figures).trim_end())
        .replace("{{requests}}", requests(figures).trim_end())
        .replace("{{doubts}}", doubts(figures).trim_end())
        .replace("{{share}}", &share_in_doubt(figures))
        .replace("{{faults}}", &faults(figures))
        .replace("{{delay}}", &time(figures.counts.longest_delay * 1e6))
        .replace("{{machine}}", machine(figures).trim_end())
}

/// The summary sentence.
fn summary(figures: &Figures) -> String {
    let broken = figures.promises().iter().filter(|it| !it.is_kept).count();
    let how = match broken {
        0 => "no token was accepted that had to be refused, none was refused that had to be \
              accepted, and nothing was left behind"
            .to_owned(),
        1 => "**one promise was broken**".to_owned(),
        many => format!("**{many} promises were broken**"),
    };
    format!(
        "In {:.0} minutes with {} requests and {} faults, {how}.",
        figures.seconds / 60.0,
        count(figures.counts.all()),
        figures.faults.len()
    )
}

fn promises(figures: &Figures) -> String {
    let mut table =
        String::from("| promise | wanted | measured | kept |\n| --- | --- | --- | --- |\n");
    for promise in figures.promises() {
        let kept = if promise.is_kept { "yes" } else { "**no**" };
        let _ = writeln!(
            table,
            "| {} | {} | {} | {kept} |",
            promise.what, promise.wanted, promise.measured
        );
    }
    table
}

fn requests(figures: &Figures) -> String {
    let counts = &figures.counts;
    let mut table = String::from("| requests | number |\n| --- | ---: |\n");
    let mut row = |what: &str, number: u64| {
        let _ = writeln!(table, "| {what} | {} |", count(number));
    };
    for (kind, number) in &counts.requests {
        row(Kind::name(*kind), *number);
    }
    row("the client hung up before the answer", counts.hung_up);
    row("bytes that are no HTTP", counts.no_http);
    for (verdict, number) in &counts.verdicts {
        row(&format!("answered: {}", verdict.name()), *number);
    }
    table
}

fn doubts(figures: &Figures) -> String {
    let all = figures.counts.all() as f64;
    let mut table = String::from(
        "| why more than one verdict is right | requests | of all | of them accepted |\n\
         | --- | ---: | ---: | ---: |\n",
    );
    for (doubt, in_doubt) in &figures.counts.in_doubt {
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} |",
            Doubt::reason(*doubt),
            count(in_doubt.requests),
            percent(in_doubt.requests as f64 / all),
            count(in_doubt.accepted)
        );
    }
    table
}

fn share_in_doubt(figures: &Figures) -> String {
    let counts = &figures.counts;
    let in_doubt: u64 = counts.in_doubt.values().map(|it| it.requests).sum();
    percent(1.0 - in_doubt as f64 / counts.all() as f64)
}

/// Each kind of fault, and its count.
fn faults(figures: &Figures) -> String {
    let mut kinds: Vec<(&str, u64)> = Vec::new();
    for fault in &figures.faults {
        match kinds.iter_mut().find(|(name, _)| *name == fault.name) {
            Some((_, times)) => *times += 1,
            None => kinds.push((&fault.name, 1)),
        }
    }
    let told = kinds
        .iter()
        .map(|(name, times)| format!("- {name} ({times}×)"));
    told.collect::<Vec<_>>().join("\n")
}

fn machine(figures: &Figures) -> String {
    let mut table = String::from("| | |\n| --- | --- |\n");
    for (what, value) in [
        ("command", "`scripts/soak`"),
        ("date", &figures.date),
        ("commit", &figures.commit),
        ("processor", &figures.processor),
    ] {
        let _ = writeln!(table, "| {what} | {value} |");
    }
    table
}
