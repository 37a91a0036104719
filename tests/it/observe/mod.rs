//! What operators see, to the letter.

mod decisions;
mod key_files;
mod remote_keys;
mod secrets;
mod span;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, Once};

use metrics::{
    Counter, CounterFn, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};

thread_local! {
    static LOG: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Writes what this thread logs, while it is recorded.
struct ThreadLog;

impl Write for ThreadLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.as_mut().map(|log| log.extend_from_slice(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What this thread logs meanwhile, at whatever level. There is one subscriber for all tests:
/// `tracing` remembers for the whole process who listens to what.
#[track_caller]
pub(crate) fn logged(action: impl FnOnce()) -> String {
    static START: Once = Once::new();
    START.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(|| ThreadLog)
            .with_ansi(false)
            .without_time()
            .init();
    });
    LOG.set(Some(Vec::new()));
    action();
    let log = LOG.take().unwrap();
    // Levels are padded to the length of the longest.
    let log = String::from_utf8(log).unwrap();
    log.lines()
        .map(|line| line.trim_start().to_owned() + "\n")
        .collect()
}

#[track_caller]
fn assert_logs(action: impl FnOnce(), expected: &str) {
    assert_eq!(logged(action), expected);
}

/// What was counted meanwhile, by name and labels.
fn counted(action: impl FnOnce()) -> BTreeMap<String, u64> {
    let counts = Counts::default();
    metrics::with_local_recorder(&counts, action);
    counts.0.lock().unwrap().clone()
}

#[derive(Clone, Default)]
struct Counts(Arc<Mutex<BTreeMap<String, u64>>>);

struct Count(String, Counts);

impl CounterFn for Count {
    fn increment(&self, by: u64) {
        let mut counts = self.1.0.lock().unwrap();
        let count = counts.entry(self.0.clone()).or_default();
        *count = count.saturating_add(by);
    }

    fn absolute(&self, _: u64) {
        panic!("counters only count");
    }
}

impl Recorder for Counts {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let labels = key
            .labels()
            .map(|label| format!(" {}={}", label.key(), label.value()));
        let name = key.name().to_owned() + &labels.collect::<String>();
        Counter::from_arc(Arc::new(Count(name, self.clone())))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        panic!("no gauge is known: {key}")
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        panic!("no histogram is known: {key}")
    }
}

#[track_caller]
fn assert_counts(action: impl FnOnce(), expected: &[(&str, u64)]) {
    let counts = counted(action);
    let counts: Vec<_> = counts
        .iter()
        .map(|(name, count)| (&**name, *count))
        .collect();
    assert_eq!(counts, expected);
}
