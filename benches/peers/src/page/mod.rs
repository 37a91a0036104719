//! The page of the benchmarks and its plots.

mod criterion;
mod goals;
mod machine;
mod measured;
mod plots;
mod svg;
mod tables;
mod text;

use std::fs;
use std::path::Path;

use self::measured::Measured;
use crate::Error;

/// Writes the page and its plots into a folder.
pub fn write(folder: &Path) -> Result<(), Error> {
    let measured = Measured::load()?;
    let page = include_str!("page.md")
        .replace("{{machine}}", &machine::describe()?)
        .replace("{{goals}}", &goals::table(&measured))
        .replace("{{layers}}", &tables::layers(&measured))
        .replace("{{http}}", &tables::http(&measured))
        .replace("{{all}}", &tables::all(&measured))
        .replace("{{verify}}", &criterion::table()?);
    fs::create_dir_all(folder)?;
    fs::write(folder.join("benchmarks.md"), page)?;
    fs::write(
        folder.join("benchmark-layers.svg"),
        plots::layers(&measured),
    )?;
    fs::write(folder.join("benchmark-http.svg"), plots::http(&measured))?;
    Ok(())
}
