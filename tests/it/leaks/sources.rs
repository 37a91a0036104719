//! Where tokens are taken from; and the names of all public types, from the sources of the crates.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use http::HeaderName;
use tower_bearer::extract::{Bearer, Cookie, Header, Query, WebSocketProtocol};

use super::Told;

pub(super) fn tell(told: &mut Told) {
    told.show(&Bearer);
    told.show(&Header::new(HeaderName::from_static("x-token")));
    told.show(&Cookie::new("token").unwrap());
    told.show(&Query::new("access_token").unwrap());
    told.show(&WebSocketProtocol::default());
}

/// Each type that is declared as public, by its file and its name: no less than all that users can
/// name.
pub(super) fn public_types() -> BTreeSet<String> {
    let mut names = names_behind("pub struct ");
    names.extend(names_behind("pub enum "));
    assert!(names.len() > 80, "{names:?}");
    names
}

/// Each type that has a `Display`, derived or of its own.
pub(super) fn displayed_types() -> BTreeSet<String> {
    let mut names = names_behind("impl fmt::Display for ");
    names.extend(types_deriving("Error"));
    names
}

/// Each type that can be serialized, by a derived `Serialize` or one of its own.
pub(super) fn serialized_types() -> BTreeSet<String> {
    let mut names = names_behind("impl Serialize for ");
    names.extend(types_deriving("Serialize"));
    names
}

fn types_deriving(name: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    // Of the attributes of the type that is about to be declared.
    let mut is_derived = false;
    each_line(|module, line| {
        if line.starts_with("#[") {
            is_derived |= line.starts_with("#[derive(") && line.contains(name);
            return;
        }
        let declared = ["pub struct ", "pub enum "];
        if let Some(rest) = declared.iter().find_map(|words| line.strip_prefix(words))
            && is_derived
        {
            names.extend(name_at(rest, module));
        }
        is_derived = false;
    });
    names
}

/// What follows these words where a line begins with them.
fn names_behind(words: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    each_line(|module, line| {
        let name = line.strip_prefix(words);
        names.extend(name.and_then(|rest| name_at(rest, module)));
    });
    names
}

/// The name at the beginning of this text, if it is not one that a macro is given.
fn name_at(text: &str, module: &str) -> Option<String> {
    let name = text.split(|letter: char| !letter.is_alphanumeric()).next();
    match (name?, module) {
        ("", _) => None,
        (name, "lib") => Some(name.to_owned()),
        (name, module) => Some(format!("{}::{name}", module.trim_end_matches("::lib"))),
    }
}

/// Each line of the crates, without its indentation, and its module: without a name for the crate
/// itself, by their names for the others.
fn each_line(mut visit: impl FnMut(&str, &str)) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (folder, name) in [
        ("src", ""),
        ("crates/tower-bearer-issuer/src", "tower_bearer_issuer::"),
        ("crates/tower-bearer-redis/src", "tower_bearer_redis::"),
    ] {
        let top = root.join(folder);
        walk(&top, &mut |path| {
            let module = path.strip_prefix(&top).unwrap().with_extension("");
            let module = module.to_str().unwrap().replace(['/', '\\'], "::");
            let module = format!("{name}{}", module.trim_end_matches("::mod"));
            let text = fs::read_to_string(path).unwrap();
            for line in text.lines() {
                visit(&module, line.trim_start());
            }
        });
    }
}

fn walk(folder: &Path, visit: &mut dyn FnMut(&Path)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, visit);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            visit(&path);
        }
    }
}
