//! The promises, and whether they were kept.

use std::ops::RangeInclusive;

use super::figures::{Figures, OfServer};
use super::text::{count, difference, megabytes};

/// Until then the memory may grow: caches and lists fill.
const WARM_UP: f64 = 300.0;
/// The memory's allowed distance from its median.
const FLAT: f64 = 0.05;

pub(crate) struct Promise {
    pub(crate) what: &'static str,
    pub(crate) wanted: &'static str,
    pub(crate) measured: String,
    pub(crate) is_kept: bool,
}

impl Figures {
    pub(crate) fn promises(&self) -> Vec<Promise> {
        let counts = &self.counts;
        let none = |what, number: u64| Promise {
            what,
            wanted: "0",
            measured: count(number),
            is_kept: number == 0,
        };
        // A server that has ended can report no panic, and has broken its promise.
        let panics = self.servers.iter().map(|it| it.panics.unwrap_or(1)).sum();
        let mut promises = vec![
            none(
                "requests accepted that had to be refused",
                counts.wrong_accepts,
            ),
            none(
                "requests refused that had to be accepted",
                counts.wrong_refusals,
            ),
            none("no answer, or one that must not be", counts.wrong_answers),
            none("panics", panics),
            self.at_rest("tasks left behind", |it| {
                let most = it.samples.iter().map(|it| it.tasks).max()?;
                Some((it.before?.tasks, most, it.after?.tasks))
            }),
            self.at_rest("files and sockets left behind", |it| {
                let most = it.samples.iter().map(|it| it.files).max()?;
                Some((it.before?.files, most, it.after?.files))
            }),
        ];
        promises.extend(self.memory());
        promises
    }

    /// For something counted before the load, at most during it, and after it.
    fn at_rest(
        &self,
        what: &'static str,
        held: impl Fn(&OfServer) -> Option<(usize, usize, usize)>,
    ) -> Promise {
        let held: Vec<_> = self.servers.iter().map(held).collect();
        let told = held.iter().map(|held| match held {
            Some((before, most, after)) => {
                format!("{before} before, {most} at most, {after} after")
            }
            None => "the server has ended".to_owned(),
        });
        Promise {
            what,
            wanted: "as many after the load as before",
            measured: told.collect::<Vec<_>>().join("; "),
            is_kept: held
                .iter()
                .all(|held| held.is_some_and(|(before, _, after)| after <= before)),
        }
    }

    /// None if the run ended before the memory had settled.
    fn memory(&self) -> Option<Promise> {
        let ranges: Option<Vec<_>> = self.servers.iter().map(OfServer::memory).collect();
        let ranges = ranges?;
        let told = ranges.iter().map(|(median, range)| {
            let share = |bytes: u64| difference(bytes as f64 / *median as f64 - 1.0);
            format!(
                "{}, {} to {}",
                megabytes(*median),
                share(*range.start()),
                share(*range.end())
            )
        });
        let is_flat = |(median, range): &(u64, RangeInclusive<u64>)| {
            let median = *median as f64;
            (*range.start() as f64) >= median * (1.0 - FLAT)
                && (*range.end() as f64) <= median * (1.0 + FLAT)
        };
        Some(Promise {
            what: "memory of each server after five minutes, each second",
            wanted: "within 5 % of its median",
            measured: told.collect::<Vec<_>>().join("; "),
            is_kept: ranges.iter().all(is_flat),
        })
    }
}

impl OfServer {
    /// The median of the memory, and its range.
    fn memory(&self) -> Option<(u64, RangeInclusive<u64>)> {
        let samples = self.samples.iter().filter(|it| it.at > WARM_UP);
        let mut memory: Vec<_> = samples.map(|it| it.memory).collect();
        memory.sort_unstable();
        let median = *memory.get(memory.len() / 2)?;
        Some((median, *memory.first()?..=*memory.last()?))
    }
}
