//! Writes the benchmarks page: `page FOLDER`.

use std::env;
use std::path::Path;

use tower_bearer_peers::{Error, page};

fn main() -> Result<(), Error> {
    let folder = env::args_os().nth(1).ok_or("usage: page FOLDER")?;
    page::write(Path::new(&folder))
}
