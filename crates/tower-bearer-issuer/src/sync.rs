//! The locks of this crate, in one file so that `tests/models` can replace them.

pub(crate) use std::sync::{Mutex, MutexGuard};
