//! Texts in one allocation.

/// Marks a group of bits that is followed by another.
const MORE: u8 = 0x40;
const GROUP: u8 = MORE - 1;
const GROUP_BITS: u32 = GROUP.count_ones();

/// Named texts in one allocation, with two or three bytes of overhead each.
///
/// An item is a name of one character, the length of the text, and the text. A length is written in
/// groups of six bits, lowest first, as ASCII: so the whole stays UTF-8 and can be sliced.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Packed(Box<str>);

impl Packed {
    /// The texts with this name.
    pub(super) fn texts(&self, name: char) -> impl Iterator<Item = &str> {
        let named = move |(other, text)| (other == name).then_some(text);
        Items(&self.0).filter_map(named)
    }

    /// The first text with this name.
    pub(super) fn text(&self, name: char) -> Option<&str> {
        self.texts(name).next()
    }
}

/// Packs items.
pub(super) struct Packer(String);

impl Packer {
    /// With room for items with this much text in all.
    pub(super) fn new(text_len: usize, items: usize) -> Self {
        /// A name and a short length.
        const ITEM: usize = 2;

        let room = items.saturating_mul(ITEM).saturating_add(text_len);
        Self(String::with_capacity(room))
    }

    pub(super) fn text(&mut self, name: char, text: &str) {
        self.0.push(name);
        self.number(text.len() as u64);
        self.0.push_str(text);
    }

    pub(super) fn finish(self) -> Packed {
        Packed(self.0.into_boxed_str())
    }

    fn number(&mut self, number: u64) {
        let mut rest = number;
        while rest > GROUP.into() {
            let [lowest, ..] = rest.to_le_bytes();
            self.0.push(char::from(lowest & GROUP | MORE));
            rest >>= GROUP_BITS;
        }
        let [last, ..] = rest.to_le_bytes();
        self.0.push(char::from(last));
    }
}

fn take_number(text: &str) -> Option<(u64, &str)> {
    let mut number = 0;
    let mut shift: u32 = 0;
    let mut rest = text.bytes();
    let len = rest.position(|byte| {
        number |= u64::from(byte & GROUP).checked_shl(shift).unwrap_or(0);
        shift = shift.saturating_add(GROUP_BITS);
        byte & MORE == 0
    })?;
    Some((number, text.get(len.wrapping_add(1)..)?))
}

struct Items<'a>(&'a str);

impl<'a> Iterator for Items<'a> {
    type Item = (char, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let mut rest = self.0.chars();
        let name = rest.next()?;
        let (len, rest) = take_number(rest.as_str())?;
        let (value, rest) = rest.split_at_checked(usize::try_from(len).ok()?)?;
        self.0 = rest;
        Some((name, value))
    }
}
