//! Texts and dates in one allocation.

use super::numeric_date::NumericDate;

/// In a number, whether another group of bits follows.
const MORE: u8 = 0x40;
const GROUP: u8 = MORE - 1;
const GROUP_BITS: u32 = GROUP.count_ones();

/// Texts and dates, each under a name of one character, behind one another in one text. So they
/// take one allocation, and no more than two or three bytes beside what they are.
///
/// An item is its name, the length of its value, and the value. Numbers are written in groups of
/// six bits, the lowest first: as characters of ASCII, so that the whole remains a text, of which
/// a part is one, too.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Packed(Box<str>);

impl Packed {
    /// The texts of this name.
    pub(super) fn texts(&self, name: char) -> impl Iterator<Item = &str> {
        let named = move |(other, text)| (other == name).then_some(text);
        Items(&self.0).filter_map(named)
    }

    /// The first text of this name.
    pub(super) fn text(&self, name: char) -> Option<&str> {
        self.texts(name).next()
    }

    /// The first date of this name.
    pub(super) fn date(&self, name: char) -> Option<NumericDate> {
        let (secs, rest) = take_number(self.text(name)?)?;
        let nanos = take_number(rest).map_or(0, |(nanos, _)| nanos);
        Some(NumericDate::new(
            secs.cast_signed(),
            u32::try_from(nanos).ok()?,
        ))
    }
}

/// Packs items.
pub(super) struct Packer(String);

impl Packer {
    /// With room for so much text in so many items. Nearly right is good: then nothing moves.
    pub(super) fn new(text_len: usize, items: usize) -> Self {
        /// Mostly a name and a length.
        const ITEM: usize = 2;

        let room = items.saturating_mul(ITEM).saturating_add(text_len);
        Self(String::with_capacity(room))
    }

    pub(super) fn text(&mut self, name: char, text: &str) {
        self.0.push(name);
        self.number(text.len() as u64);
        self.0.push_str(text);
    }

    pub(super) fn date(&mut self, name: char, date: NumericDate) {
        let (secs, nanos) = (date.as_secs().cast_unsigned(), date.nanos().into());
        let len = if nanos == 0 {
            number_len(secs)
        } else {
            number_len(secs).saturating_add(number_len(nanos))
        };
        self.0.push(name);
        self.number(len);
        self.number(secs);
        if nanos != 0 {
            self.number(nanos);
        }
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

/// How many characters the number takes.
fn number_len(number: u64) -> u64 {
    let bits = u64::BITS.saturating_sub(number.leading_zeros());
    bits.div_ceil(GROUP_BITS).max(1).into()
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
