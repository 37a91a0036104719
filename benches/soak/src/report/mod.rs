//! The results of the run: counted, compared with the promises, and written down.

pub(crate) mod figures;
pub(crate) mod page;
mod plot;
pub(crate) mod promises;
#[path = "../../../peers/src/page/svg.rs"]
mod svg;
pub(crate) mod tally;
mod text;
pub(crate) mod watch;
