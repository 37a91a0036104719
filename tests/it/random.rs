//! Repeatable random numbers, so that a failure can be reproduced.
#![expect(clippy::arithmetic_side_effects, reason = "all numbers are small")]

/// Xorshift, from a seed other than 0.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0.checked_rem(limit as u64).unwrap()).unwrap()
    }

    pub(crate) fn one_in(&mut self, odds: usize) -> bool {
        self.below(odds) == 0
    }

    pub(crate) fn choose<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }

    /// So many seconds before or after.
    pub(crate) fn within(&mut self, secs: i64) -> i64 {
        let span = usize::try_from(secs * 2).unwrap();
        i64::try_from(self.below(span)).unwrap() - secs
    }
}
