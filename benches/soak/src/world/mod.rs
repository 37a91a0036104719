//! The servers' environment: the issuer with its keys, Redis, and the faults.

pub(crate) mod faults;
pub(crate) mod key_endpoint;
pub(crate) mod keys;
pub(crate) mod processes;
pub(crate) mod redis;
