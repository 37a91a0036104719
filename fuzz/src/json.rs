//! JSON objects, read by `serde_json` alone.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

/// An object as `serde_json` reads it: of duplicate names, the last wins.
pub(crate) struct Object {
    members: Map<String, Value>,
}

impl Object {
    /// The object, if its top level has no duplicate name.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let members: Map<_, _> = serde_json::from_str(text).ok()?;
        let names = names(text)?;
        (names.len() == members.len()).then_some(Self { members })
    }

    pub(crate) fn member(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    pub(crate) fn into_members(self) -> Map<String, Value> {
        self.members
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// The number of members except these.
    pub(crate) fn count_without(&self, names: &[&str]) -> usize {
        let others = self.members.keys();
        others
            .filter(|name| !names.contains(&name.as_str()))
            .count()
    }

    /// Whether a member is absent or a string.
    pub(crate) fn may_be_text(&self, name: &str) -> bool {
        self.member(name).is_none_or(Value::is_string)
    }

    /// The strings of a member that is a string or an array of strings. Otherwise none.
    pub(crate) fn texts(&self, name: &str) -> Option<Vec<&str>> {
        match self.member(name) {
            None => Some(Vec::new()),
            Some(Value::String(text)) => Some(vec![text]),
            Some(Value::Array(elements)) => elements.iter().map(Value::as_str).collect(),
            Some(_) => None,
        }
    }
}

/// The top-level names of an object, duplicates included. Its values need only be JSON: numbers may
/// be out of range.
pub(crate) fn names(text: &str) -> Option<Vec<String>> {
    serde_json::from_str(text).ok().map(|Names(names)| names)
}

/// Whether an object has a duplicate name at its top level.
pub(crate) fn repeats(names: &[String]) -> bool {
    names.iter().collect::<HashSet<_>>().len() < names.len()
}

/// Whether `serde_json` might give a string in this text a special meaning. Escapes are not
/// decoded, so for them the answer is only "maybe".
pub(crate) fn has_private_name(text: &str) -> PrivateName {
    if text.contains("$serde_json::private::") {
        return PrivateName::Yes;
    }
    if text.contains('\\') && (text.contains('$') || text.contains("0024")) {
        return PrivateName::Maybe;
    }
    PrivateName::No
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum PrivateName {
    Yes,
    Maybe,
    No,
}

struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(NamesVisitor)
    }
}

struct NamesVisitor;

impl<'de> Visitor<'de> for NamesVisitor {
    type Value = Names;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Names, M::Error> {
        let mut names = Vec::new();
        while let Some((name, IgnoredAny)) = map.next_entry()? {
            names.push(name);
        }
        Ok(Names(names))
    }
}
