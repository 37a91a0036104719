//! Measuring in turns: in each round, each slot runs one batch. What disturbs the machine then
//! disturbs all of them alike.

use std::time::{Duration, Instant};

/// Something to measure: runs one batch, and tells the nanoseconds that one of it took.
pub type Slot<'a> = Box<dyn FnMut() -> f64 + 'a>;

/// Runs so many rounds, and returns what each slot took in each.
pub fn measure(slots: &mut [Slot<'_>], rounds: usize) -> Vec<Vec<f64>> {
    let mut samples = vec![Vec::with_capacity(rounds); slots.len()];
    for round in 0..rounds {
        for step in 0..slots.len() {
            // There and back, so that none always follows the same one.
            let at = match round % 2 {
                0 => step,
                _ => slots.len() - 1 - step,
            };
            samples[at].push(slots[at]());
        }
    }
    samples
}

/// A batch takes about so long: long beside reading the clock, short beside the time that the
/// system gives a thread before it turns to another.
const BATCH: Duration = Duration::from_micros(100);

/// A slot of runs over inputs that are prepared beforehand.
pub fn slot<'a, T>(mut prepare: impl FnMut() -> T + 'a, mut run: impl FnMut(T) + 'a) -> Slot<'a> {
    let size = batch_size(&mut prepare, &mut run);
    // The first runs find the processor's caches as another slot left them.
    let warm_up = size / 4;
    Box::new(move || {
        let mut inputs: Vec<T> = (0..warm_up + size).map(|_| prepare()).collect();
        inputs.drain(..warm_up).for_each(&mut run);
        let started = Instant::now();
        inputs.into_iter().for_each(&mut run);
        each(started.elapsed(), size)
    })
}

fn batch_size<T>(mut prepare: impl FnMut() -> T, run: impl FnMut(T)) -> usize {
    const RUNS: u32 = 64;
    let inputs: Vec<T> = (0..RUNS).map(|_| prepare()).collect();
    let started = Instant::now();
    inputs.into_iter().for_each(run);
    let one = started.elapsed() / RUNS;
    usize::try_from(BATCH.as_nanos() / one.as_nanos().max(1)).map_or(8, |size| size.clamp(8, 256))
}

#[expect(clippy::cast_precision_loss, reason = "sizes are small")]
pub fn each(elapsed: Duration, size: usize) -> f64 {
    elapsed.as_secs_f64() * 1e9 / size as f64
}
