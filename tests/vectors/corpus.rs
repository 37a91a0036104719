//! Where the corpora of other projects are, and helpers to read cases.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::{env, fs};

use libtest_mimic::Trial;
use serde_json::Value;

use crate::index;

/// The folder with the corpora of other projects, if it is there.
///
/// A folder that `TOWER_BEARER_VECTORS` names must exist. The default, `../shared/vectors` beside
/// the repository, may be absent.
pub(crate) fn folder() -> Option<&'static Path> {
    static FOLDER: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
        if let Some(named) = env::var_os("TOWER_BEARER_VECTORS") {
            let named = PathBuf::from(named);
            assert!(
                named.is_dir(),
                "TOWER_BEARER_VECTORS: {} is not a folder",
                named.display()
            );
            return Some(named);
        }
        Some(beside()).filter(|folder| folder.is_dir())
    });
    FOLDER.as_deref()
}

fn beside() -> PathBuf {
    project().join("../shared/vectors")
}

/// The root of the repository, also if this is compiled for another package of it.
pub(crate) fn project() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = manifest.ancestors();
    folders
        .find(|it| it.join("tests/vectors").is_dir())
        .unwrap()
}

/// If the corpora are absent, says how many cases are not judged.
#[expect(clippy::print_stderr, reason = "for those who run the tests")]
pub(crate) fn report_absence() {
    if folder().is_none() {
        eprintln!(
            "NOT judged: {} cases of other projects. {} is absent, and TOWER_BEARER_VECTORS is not set.",
            index::total(),
            beside().display()
        );
    }
}

/// The trials of one file, or none if the corpora are absent.
///
/// If the folder lacks the file, or the file has more or fewer cases than the index says, this
/// panics.
pub(crate) fn file(name: &'static str, trials: impl FnOnce(&Value) -> Vec<Trial>) -> Vec<Trial> {
    let Some(folder) = folder() else {
        return Vec::new();
    };
    let trials = trials(&read(&folder.join(name)));
    assert_eq!(Some(trials.len()), index::count(name), "{name}");
    trials
}

pub(crate) fn read(path: &Path) -> Value {
    let text = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).unwrap()
}

/// A trial of one case. It fails if the check panics.
pub(crate) fn trial(name: String, check: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, move || {
        check();
        Ok(())
    })
}

/// A member that must be a string.
#[track_caller]
pub(crate) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no string {name} in {value}"))
}

/// A member that must be an array.
#[track_caller]
pub(crate) fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name]
        .as_array()
        .unwrap_or_else(|| panic!("no array {name} in {value}"))
}
