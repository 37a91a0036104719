//! What holds for every store and every feed. The tests of each run it, those of `it` on what is in
//! memory, those of `peers` on real servers.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    reason = "what is unexpected fails the test"
)]

pub(crate) mod feed;
pub(crate) mod store;
