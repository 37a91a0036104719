//! The names of an object's members, each once.
//!
//! [RFC 7515 §4](https://www.rfc-editor.org/rfc/rfc7515#section-4) and
//! [RFC 7519 §4](https://www.rfc-editor.org/rfc/rfc7519#section-4) let a reader refuse repeated
//! names. We do: two readers that pick different ones of two `exp` are an attack.

use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};

use super::object::Reader;

/// How many names are kept without an allocation. Tokens with more are rare.
const INLINE: usize = 16;

/// How many more an object may have. No honest token comes near it, and what junk costs stays
/// within its length.
const MAX_SPILLED: usize = 240;

/// The names of the members that a reader had no field for, and whether their value was `null`.
pub(crate) struct Names<'a> {
    inline: [&'a str; INLINE],
    len: usize,
    /// One bit for each of `inline`.
    nulls: u16,
    /// Names with escapes, and those past the first [`INLINE`].
    spilled: Option<Spilled>,
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

    /// Reads the value of a member and notes its name, which must be new, and not one too many.
    pub(crate) fn read(&mut self, name: Cow<'a, str>, reader: &mut Reader<'a>) -> Option<()> {
        if self.find(&name).is_some() {
            return None;
        }
        let is_null = reader.shallow()?;
        match (name, self.inline.get_mut(self.len)) {
            (Cow::Borrowed(name), Some(free)) => {
                *free = name;
                self.nulls |= u16::from(is_null) << self.len;
                self.len = self.len.wrapping_add(1);
                Some(())
            }
            (name, _) => self
                .spilled
                .get_or_insert_with(Spilled::new)
                .add(&name, is_null),
        }
    }

    /// Whether a member of this name was there, with a value other than `null`.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.find(name) == Some(false)
    }

    fn find(&self, name: &str) -> Option<bool> {
        let mut inline = self.inline.iter().take(self.len);
        match inline.position(|known| *known == name) {
            Some(at) => Some(self.nulls >> at & 1 == 1),
            None => self.spilled.as_ref()?.find(name),
        }
    }
}

/// Names as hashes, under a key that is made at random: two that are equal are one name. The lowest
/// bit of each tells whether its value was `null`.
struct Spilled {
    hasher: RandomState,
    hashes: Vec<u64>,
}

const NULL: u64 = 1;

impl Spilled {
    fn new() -> Self {
        Self {
            hasher: RandomState::new(),
            hashes: Vec::new(),
        }
    }

    fn add(&mut self, name: &str, is_null: bool) -> Option<()> {
        if self.hashes.len() == MAX_SPILLED {
            return None;
        }
        let hash = self.hasher.hash_one(name) & !NULL;
        self.hashes.push(hash | u64::from(is_null));
        Some(())
    }

    fn find(&self, name: &str) -> Option<bool> {
        let wanted = self.hasher.hash_one(name) | NULL;
        let hash = self.hashes.iter().find(|hash| **hash | NULL == wanted)?;
        Some(hash & NULL == NULL)
    }
}
