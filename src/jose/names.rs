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

/// How many an object may have. No honest token comes near it, and what junk costs stays within its
/// length.
const MAX: usize = 256;

/// The names of the members that a reader had no field for, and whether their value was `null`.
pub(crate) struct Names<'a> {
    inline: [&'a str; INLINE],
    len: usize,
    /// One bit for each of `inline`.
    nulls: u16,
    /// The others, from the first that has escapes or for which there is no place.
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
        let spilled = self
            .spilled
            .as_ref()
            .map_or(0, |spilled| spilled.hashes.len());
        if self.inline(&name).is_some() || self.len.wrapping_add(spilled) == MAX {
            return None;
        }
        let is_null = reader.shallow()?;
        match (name, self.inline.get_mut(self.len), &mut self.spilled) {
            (Cow::Borrowed(name), Some(free), None) => {
                *free = name;
                self.nulls |= u16::from(is_null) << self.len;
                self.len = self.len.wrapping_add(1);
                Some(())
            }
            (name, _, spilled) => spilled.get_or_insert_with(Spilled::new).add(&name, is_null),
        }
    }

    /// Whether a member of this name was there, with a value other than `null`.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.find(name) == Some(false)
    }

    fn find(&self, name: &str) -> Option<bool> {
        match self.inline(name) {
            Some(at) => Some(self.nulls >> at & 1 == 1),
            None => self.spilled.as_ref()?.find(name),
        }
    }

    fn inline(&self, name: &str) -> Option<usize> {
        let mut inline = self.inline.iter().take(self.len);
        inline.position(|known| *known == name)
    }
}

/// Names as hashes, under a key that is made at random: two that are equal are one name. The lowest
/// bit of each tells whether its value was `null`. In order, since each is looked for.
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

    /// Notes a name, which must be new.
    fn add(&mut self, name: &str, is_null: bool) -> Option<()> {
        let hash = self.hasher.hash_one(name) & !NULL;
        let place = self.place(hash).err()?;
        self.hashes.insert(place, hash | u64::from(is_null));
        Some(())
    }

    fn find(&self, name: &str) -> Option<bool> {
        let place = self.place(self.hasher.hash_one(name)).ok()?;
        self.hashes.get(place).map(|hash| hash & NULL == NULL)
    }

    /// Where a hash is, or else belongs.
    fn place(&self, wanted: u64) -> Result<usize, usize> {
        self.hashes
            .binary_search_by_key(&(wanted | NULL), |hash| hash | NULL)
    }
}
