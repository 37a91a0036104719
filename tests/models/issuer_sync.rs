//! Replaces `crates/tower-bearer-issuer/src/sync.rs`: the same types, with every use ordered by
//! loom.

pub(crate) use loom::sync::{Mutex, MutexGuard};
