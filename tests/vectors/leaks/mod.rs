//! No output contains a part of a token or key. Every text of every file is sent as a token, and
//! every key is loaded.

mod keys;
mod tokens;

use std::collections::BTreeSet;

use libtest_mimic::Trial;
use serde_json::Value;

use crate::corpus::trial;
use crate::{index, primitives};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("leaks: every text as a token".into(), tokens::every_token),
        trial("leaks: every key".into(), keys::every_key),
    ]
}

/// Our own cases.
fn ours() -> impl Iterator<Item = Value> {
    let files = [
        include_str!("../derived/tokens.json"),
        include_str!("../derived/jwks_documents.json"),
        include_str!("../derived/http_requests.json"),
    ];
    files
        .into_iter()
        .map(|text| serde_json::from_str(text).unwrap())
}

/// All cases: ours, Wycheproof's, and those of other projects that are there.
fn documents() -> impl Iterator<Item = Value> {
    ours()
        .chain(primitives::documents())
        .chain(index::documents())
}

/// All texts in them.
pub(crate) fn texts() -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    for document in documents() {
        walk(&document, &mut |value| {
            texts.extend(value.as_str().map(str::to_owned));
        });
    }
    texts
}

fn walk(value: &Value, visit: &mut dyn FnMut(&Value)) {
    visit(value);
    match value {
        Value::Array(values) => values.iter().for_each(|value| walk(value, visit)),
        Value::Object(members) => members.values().for_each(|value| walk(value, visit)),
        _ => {}
    }
}
