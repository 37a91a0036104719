//! Logs and metrics, to the letter.

mod attacks;
mod decisions;
mod key_files;
mod refresh_tokens;
mod remote_keys;
mod revocations;
mod secrets;
mod span;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, Once};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, Key, KeyName, Metadata, Recorder, SharedString,
    Unit,
};

use crate::application::{Place, at};

thread_local! {
    static LOG: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Writes this thread's log while it is recorded.
struct ThreadLog;

impl Write for ThreadLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.as_mut().map(|log| log.extend_from_slice(bytes)));
        at(Place::Log);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// This thread's log meanwhile, at any level. There is one subscriber for all tests: `tracing`
/// caches interest for the whole process.
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

/// The counters and gauges that changed meanwhile, by name and labels.
#[derive(Clone, Default)]
struct Measured {
    counts: Arc<Mutex<BTreeMap<String, u64>>>,
    gauges: Arc<Mutex<BTreeMap<String, f64>>>,
}

fn measured(action: impl FnOnce()) -> Measured {
    let measured = Measured::default();
    metrics::with_local_recorder(&measured, action);
    measured
}

struct Metric(String, Measured);

impl Metric {
    fn new(key: &Key, measured: &Measured) -> Arc<Self> {
        let labels = key
            .labels()
            .map(|label| format!(" {}={}", label.key(), label.value()));
        let name = key.name().to_owned() + &labels.collect::<String>();
        Arc::new(Self(name, measured.clone()))
    }
}

impl CounterFn for Metric {
    fn increment(&self, by: u64) {
        let mut counts = self.1.counts.lock().unwrap();
        let count = counts.entry(self.0.clone()).or_default();
        *count = count.saturating_add(by);
    }

    fn absolute(&self, _: u64) {
        panic!("counters only count");
    }
}

impl GaugeFn for Metric {
    fn increment(&self, _: f64) {
        panic!("gauges are only set");
    }

    fn decrement(&self, _: f64) {
        panic!("gauges are only set");
    }

    fn set(&self, value: f64) {
        let mut gauges = self.1.gauges.lock().unwrap();
        gauges.insert(self.0.clone(), value);
    }
}

impl Recorder for Measured {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(Metric::new(key, self))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(Metric::new(key, self))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        panic!("no histogram is known: {key}")
    }
}

#[track_caller]
fn assert_counts(action: impl FnOnce(), expected: &[(&str, u64)]) {
    let counts = measured(action).counts.lock().unwrap().clone();
    let counts: Vec<_> = counts
        .iter()
        .map(|(name, count)| (&**name, *count))
        .collect();
    assert_eq!(counts, expected);
}
