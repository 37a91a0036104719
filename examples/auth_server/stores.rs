//! Where refresh tokens and revocations live.

use std::error::Error;
use std::sync::Arc;

use tower_bearer::store::{MemoryStore, Store};
use tower_bearer::verify::{RevocationList, RevocationListBuilder};

/// What the sessions of one server, or of several, need to remember.
pub(crate) struct Stores {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) revocations: RevocationListBuilder,
}

impl Stores {
    /// `memory`.
    pub(crate) fn open(place: &str) -> Result<Self, Box<dyn Error>> {
        match place {
            "memory" => Ok(Self {
                store: Arc::new(MemoryStore::new()),
                revocations: RevocationList::local(),
            }),
            _ => Err("there is no such store: give `memory`".into()),
        }
    }
}
