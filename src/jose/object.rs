//! Reads the members of a JSON object, once, in order, without copying.
//!
//! Every token passes through here, so it is written for speed. It accepts exactly what
//! `serde_json` accepts; tests compare the two.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use super::reader::Reader;

/// Calls `member` with each name; it must read the value.
///
/// Returns `None` if the text is not one JSON object, or if `member` returns `None`.
pub(crate) fn read_object<'a>(
    json: &'a str,
    mut member: impl FnMut(Cow<'a, str>, &mut Reader<'a>) -> Option<()>,
) -> Option<()> {
    let mut reader = Reader::new(json);
    reader.skip_space();
    reader.eat(b'{')?;
    reader.skip_space();
    if reader.eat(b'}').is_none() {
        loop {
            let name = reader.text()?;
            reader.skip_space();
            reader.eat(b':')?;
            reader.skip_space();
            member(name, &mut reader)?;
            reader.skip_space();
            if reader.eat(b',').is_none() {
                reader.eat(b'}')?;
                break;
            }
            reader.skip_space();
        }
    }
    reader.skip_space();
    reader.peek().is_none().then_some(())
}

/// Sets a field, or returns `None` if it is set already: names must not repeat.
pub(crate) fn set_once<T>(field: &mut Option<T>, value: T) -> Option<()> {
    field.replace(value).is_none().then_some(())
}

/// A value that `serde` reads from a JSON object only. It would read a struct from an array too.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}
