//! The names of an object's members, each once.
//!
//! [RFC 7515 §4](https://www.rfc-editor.org/rfc/rfc7515#section-4) and
//! [RFC 7519 §4](https://www.rfc-editor.org/rfc/rfc7519#section-4) let a reader refuse repeated
//! names. We do: two readers that pick different ones of two `exp` are an attack.

use std::borrow::Cow;
use std::collections::HashMap;

use super::object::Reader;

/// How many names are kept without an allocation. Tokens with more are rare.
const INLINE: usize = 16;

/// The names of the members that a reader had no field for, and whether their value was `null`.
pub(crate) struct Names<'a> {
    inline: [&'a str; INLINE],
    len: usize,
    /// One bit for each of `inline`.
    nulls: u16,
    /// Names with escapes, and those past the first [`INLINE`]. Hashed with a random key, so that
    /// thousands of chosen names cost no more than as many others.
    spilled: Option<HashMap<String, bool>>,
}

impl<'a> Names<'a> {
    pub(crate) fn new() -> Self {
        Self {
            inline: [""; INLINE],
            len: 0,
            nulls: 0,
            spilled: None,
        }
    }

    /// Reads the value of a member and notes its name, which must be new.
    pub(crate) fn read(&mut self, name: Cow<'a, str>, reader: &mut Reader<'a>) -> Option<()> {
        if self.find(&name).is_some() {
            return None;
        }
        let is_null = reader.other()?;
        match (name, self.inline.get_mut(self.len)) {
            (Cow::Borrowed(name), Some(free)) => {
                *free = name;
                self.nulls |= u16::from(is_null) << self.len;
                self.len = self.len.wrapping_add(1);
            }
            (name, _) => {
                self.spilled
                    .get_or_insert_default()
                    .insert(name.into_owned(), is_null);
            }
        }
        Some(())
    }

    /// Whether a member of this name was there, with a value other than `null`.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.find(name) == Some(false)
    }

    fn find(&self, name: &str) -> Option<bool> {
        let mut inline = self.inline.iter().take(self.len);
        match inline.position(|known| *known == name) {
            Some(at) => Some(self.nulls >> at & 1 == 1),
            None => self.spilled.as_ref()?.get(name).copied(),
        }
    }
}
