//! Reading the members of a JSON object, once, in order, without copying.
//!
//! This is the way of every token (and of JWK Sets), so it is written for speed. It accepts what
//! `serde_json` accepts, and nothing else; tests hold the two against each other.

use std::borrow::Cow;

use super::reader::Reader;

/// Calls `member` with the name of each member of the object, to read its value.
///
/// Returns `None` where the text is not one JSON object, or `member` returns `None`.
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

/// Sets a field that must not be set yet: a repeated name is refused.
pub(crate) fn set_once<T>(field: &mut Option<T>, value: T) -> Option<()> {
    field.replace(value).is_none().then_some(())
}
