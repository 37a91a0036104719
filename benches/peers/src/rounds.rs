//! Measuring in turns: in each round, each slot runs one batch, so a disturbance affects all alike.

use std::time::{Duration, Instant};

/// Something to measure: runs one batch, and returns the nanoseconds of one run.
pub type Slot<'a> = Box<dyn FnMut() -> f64 + 'a>;

/// Runs this many rounds, and returns each slot's time in each.
pub fn measure(slots: &mut [Slot<'_>], rounds: usize) -> Vec<Vec<f64>> {
    let mut samples = vec![Vec::with_capacity(rounds); slots.len()];
    for round in 0..rounds {
        for step in 0..slots.len() {
            // In alternating order, so that none always follows the same one.
            let at = match round % 2 {
                0 => step,
                _ => slots.len() - 1 - step,
            };
            samples[at].push(slots[at]());
        }
    }
    samples
}

/// The duration of a batch: long compared with reading the clock, short compared with a scheduler's
/// time slice.
const BATCH: Duration = Duration::from_micros(100);

/// A slot of runs over prepared inputs.
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
