//! In place of `crates/tower-bearer-issuer/src/sync.rs`: the same types, whose every use loom orders.

pub(crate) use loom::sync::{Mutex, MutexGuard};
