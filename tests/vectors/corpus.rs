//! Where the vectors of others are.

use std::path::{Path, PathBuf};
use std::{env, fs};

use libtest_mimic::Trial;
use serde_json::Value;

use crate::index;

/// The folder with the vectors of others, whether or not it is there.
pub(crate) fn folder() -> PathBuf {
    env::var_os("TOWER_BEARER_VECTORS")
        .map_or_else(|| project().join("../shared/vectors"), PathBuf::from)
}

/// The folder of the project, of which this is a part or the whole package.
pub(crate) fn project() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = manifest.ancestors();
    folders
        .find(|it| it.join("tests/vectors").is_dir())
        .unwrap()
}

fn is_ci() -> bool {
    env::var_os("CI").is_some_and(|value| value == "true")
}

/// Says once which folder was looked for, if it is absent.
#[expect(clippy::print_stderr, reason = "whoever runs the tests is to read it")]
pub(crate) fn report_absence() {
    if !folder().is_dir() {
        eprintln!("no vectors of others in {}", folder().display());
    }
}

/// The trials of one file of others. Where the folder is absent, one in their place, which is
/// ignored or, with `CI=true`, fails.
///
/// A folder that is there but lacks the file is a failure everywhere, and so is a file of which
/// more or fewer trials come than it has cases.
pub(crate) fn file(name: &'static str, trials: impl FnOnce(&Value) -> Vec<Trial>) -> Vec<Trial> {
    if !folder().is_dir() {
        let absent = move || Err(format!("{} is absent", folder().display()).into());
        return vec![Trial::test(name, absent).with_ignored_flag(!is_ci())];
    }
    let path = folder().join(name);
    let text = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let json = serde_json::from_slice(&text).unwrap();
    let trials = trials(&json);
    assert_eq!(Some(trials.len()), index::count(name), "{name}");
    trials
}

/// A trial of one case: it fails where the check panics.
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
