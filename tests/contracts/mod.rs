//! Contracts of all stores and feeds, run by each one's tests: in `it` for those in memory, in
//! `peers` for those on real servers.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    reason = "what is unexpected fails the test"
)]

pub(crate) mod feed;
pub(crate) mod store;
