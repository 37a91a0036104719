//! The names of an object's members, which must not repeat.
//!
//! [RFC 7515 §4](https://www.rfc-editor.org/rfc/rfc7515#section-4) and
//! [RFC 7519 §4](https://www.rfc-editor.org/rfc/rfc7519#section-4) let a reader refuse repeated
//! names. This one does: two readers that pick different values of `exp` enable attacks.

use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};

use super::reader::Reader;

/// The number of names kept without an allocation. Few tokens have more.
const INLINE: usize = 16;

/// The most names that an object may have, to bound the cost of junk.
const MAX: usize = 256;

/// The names of unknown members, and whether each value is `null`.
pub(crate) struct Names<'a> {
    inline: [&'a str; INLINE],
    len: usize,
    /// One bit per name in `inline`.
    nulls: u16,
    /// All names, once one has escapes or `inline` is full.
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

    /// Skips the value of a member and records its name. `None` if there are too many.
    pub(crate) fn read(&mut self, name: Cow<'a, str>, reader: &mut Reader<'a>) -> Option<()> {
        let is_null = reader.skip()?;
        let name = match name {
            Cow::Borrowed(name) if self.spilled.is_none() && self.len != INLINE => {
                return self.add_inline(name, is_null);
            }
            name => name,
        };
        if self.spilled.is_none() {
            self.spilled = Some(self.spill());
        }
        self.spilled.as_mut()?.add(&name, is_null)
    }

    /// Checks, after the last name, that none repeats.
    pub(crate) fn finish(&mut self) -> Option<()> {
        match &mut self.spilled {
            Some(spilled) => spilled.are_unique().then_some(()),
            None => Some(()),
        }
    }

    /// Whether a member with this name has a value other than `null`.
    pub(crate) fn contains(&self, name: &str) -> bool {
        let is_null = match &self.spilled {
            Some(spilled) => spilled.find(name),
            None => self.inline(name).map(|at| self.is_null(at)),
        };
        is_null == Some(false)
    }

    fn add_inline(&mut self, name: &'a str, is_null: bool) -> Option<()> {
        if self.inline(name).is_some() {
            return None;
        }
        *self.inline.get_mut(self.len)? = name;
        self.nulls |= u16::from(is_null) << self.len;
        self.len = self.len.wrapping_add(1);
        Some(())
    }

    fn inline(&self, name: &str) -> Option<usize> {
        let mut inline = self.inline.iter().take(self.len);
        inline.position(|known| *known == name)
    }

    fn is_null(&self, at: usize) -> bool {
        self.nulls >> at & 1 == 1
    }

    fn spill(&self) -> Spilled {
        let mut spilled = Spilled::new();
        for (at, name) in self.inline.iter().take(self.len).enumerate() {
            spilled.add(name, self.is_null(at));
        }
        spilled
    }
}

/// Names as hashes under a random key; equal hashes count as equal names. The lowest bit marks a
/// `null` value.
struct Spilled {
    hasher: RandomState,
    hashes: Vec<u64>,
}

const NULL: u64 = 1;

impl Spilled {
    fn new() -> Self {
        Self {
            hasher: RandomState::new(),
            hashes: Vec::with_capacity(2 * INLINE),
        }
    }

    fn add(&mut self, name: &str, is_null: bool) -> Option<()> {
        if self.hashes.len() == MAX {
            return None;
        }
        let hash = self.hasher.hash_one(name) & !NULL;
        self.hashes.push(hash | u64::from(is_null));
        Some(())
    }

    /// Sorts once at the end, which is faster than a search per name.
    fn are_unique(&mut self) -> bool {
        self.hashes.sort_unstable();
        self.hashes
            .is_sorted_by(|hash, next| (hash | NULL) < (next | NULL))
    }

    fn find(&self, name: &str) -> Option<bool> {
        let wanted = self.hasher.hash_one(name) | NULL;
        let mut hashes = self.hashes.iter();
        let found = hashes.find(|&hash| hash | NULL == wanted)?;
        Some(found & NULL == NULL)
    }
}
