//! Strings and arrays of strings, as `aud` and `scope` may be.

use std::borrow::Cow;

use super::reader::Reader;

/// The longest array. No 16 KiB token needs more audiences or scopes.
const MAX_TEXTS: usize = 512;

/// A JSON string or an array of strings.
pub(crate) enum OneOrMany<'a> {
    One(Cow<'a, str>),
    Many(Texts<'a>),
}

impl OneOrMany<'_> {
    pub(crate) fn iter(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let (one, many) = match self {
            Self::One(text) => (Some(Cow::Borrowed(&**text)), None),
            Self::Many(texts) => (None, Some(texts.clone())),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }
}

impl<'a> Reader<'a> {
    /// Reads a string or an array of at most 512 strings.
    pub(crate) fn texts(&mut self) -> Option<OneOrMany<'a>> {
        if self.peek() == Some(b'"') {
            return self.text().map(OneOrMany::One);
        }
        self.eat(b'[')?;
        self.skip_space();
        let texts = OneOrMany::Many(Texts(self.clone()));
        if self.eat(b']').is_some() {
            return Some(texts);
        }
        for _ in 0..MAX_TEXTS {
            self.element()?.check()?;
            self.skip_space();
            if self.eat(b',').is_none() {
                self.eat(b']')?;
                return Some(texts);
            }
            self.skip_space();
        }
        None
    }
}

/// The strings of an array that is known to be well-formed. They are read again on each iteration:
/// a list would take many times the memory.
#[derive(Clone)]
pub(crate) struct Texts<'a>(Reader<'a>);

impl<'a> Iterator for Texts<'a> {
    type Item = Cow<'a, str>;

    fn next(&mut self) -> Option<Self::Item> {
        let Self(reader) = self;
        reader.skip_space();
        let text = reader.element()?.text()?;
        reader.skip_space();
        reader.eat(b',');
        Some(text)
    }
}
