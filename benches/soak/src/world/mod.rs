//! What the servers live in: the issuer with its keys, Redis, and whatever goes wrong with them.

pub(crate) mod faults;
pub(crate) mod key_endpoint;
pub(crate) mod keys;
pub(crate) mod processes;
pub(crate) mod redis;
