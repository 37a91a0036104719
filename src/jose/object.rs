//! Reading the members of a JSON object, once, in order, without copying.
//!
//! This is the way of every token (and of JWK Sets), so it is written for speed: plain strings and integers, which
//! is nearly all there is, are read right here. Escapes, fractions, arrays and objects are left to
//! `serde_json`. It accepts what `serde_json` accepts, and nothing else; tests hold the two
//! against each other.

use std::borrow::Cow;
use std::slice;

use serde::de::{Deserialize, IgnoredAny};
use serde_json::Deserializer;

use super::claims::OneOrMany;
use super::numeric_date::NumericDate;

/// Calls `member` with the name of each member of the object, to read its value.
///
/// Returns `None` where the text is not one JSON object, or `member` returns `None`.
pub(crate) fn read_object<'a>(
    json: &'a str,
    mut member: impl FnMut(Cow<'a, str>, &mut Reader<'a>) -> Option<()>,
) -> Option<()> {
    let mut reader = Reader { text: json, at: 0 };
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

/// Where in the text the reading is.
#[derive(Clone)]
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    /// Reads a string.
    pub(crate) fn text(&mut self) -> Option<Cow<'a, str>> {
        let start = self.at;
        self.eat(b'"')?;
        let content = self.at;
        self.advance(plain_len(self.rest()));
        if self.peek() == Some(b'"') {
            let text = self.text.get(content..self.at)?;
            self.advance(1);
            return Some(Cow::Borrowed(text));
        }
        self.at = start;
        self.delegate::<String>().map(Cow::Owned)
    }

    /// Reads a string or an array of strings.
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
        loop {
            self.text()?;
            self.skip_space();
            if self.eat(b',').is_none() {
                self.eat(b']')?;
                return Some(texts);
            }
            self.skip_space();
        }
    }

    /// Reads an array, and leaves its elements as text.
    pub(crate) fn elements(&mut self) -> Option<Vec<&'a str>> {
        self.eat(b'[')?;
        self.skip_space();
        let mut elements = Vec::new();
        if self.eat(b']').is_some() {
            return Some(elements);
        }
        loop {
            let start = self.at;
            self.other()?;
            elements.push(self.text.get(start..self.at)?);
            self.skip_space();
            if self.eat(b',').is_none() {
                self.eat(b']')?;
                return Some(elements);
            }
            self.skip_space();
        }
    }

    /// Reads a date.
    pub(crate) fn date(&mut self) -> Option<NumericDate> {
        self.integer()
            .map(NumericDate::from_secs)
            .or_else(|| self.delegate())
    }

    /// Reads `true` or `false`.
    pub(crate) fn boolean(&mut self) -> Option<bool> {
        match self.peek()? {
            b't' => self.literal("true").map(|()| true),
            _ => self.literal("false").map(|()| false),
        }
    }

    /// Reads any value that is no deeper than a token's may be, and returns whether it is `null`.
    pub(crate) fn shallow(&mut self) -> Option<bool> {
        let is_nested = matches!(self.peek(), Some(b'[' | b'{'));
        if is_nested && nests_too_deep(self.rest()) {
            return None;
        }
        self.other()
    }

    /// Reads any value, and returns whether it is `null`.
    pub(crate) fn other(&mut self) -> Option<bool> {
        match self.peek()? {
            b'"' => self.text().map(|_| false),
            b'n' => self.literal("null").map(|()| true),
            b't' => self.literal("true").map(|()| false),
            b'f' => self.literal("false").map(|()| false),
            _ if self.integer().is_some() => Some(false),
            _ => self.delegate::<IgnoredAny>().map(|_| false),
        }
    }

    /// Reads an integer of the plainest form, without sign. Reads nothing where it is another.
    fn integer(&mut self) -> Option<i64> {
        /// So many digits fit an `i64` in any case.
        const MAX_DIGITS: usize = 18;

        let rest = self.rest();
        let mut integer: i64 = 0;
        let mut len: usize = 0;
        while let Some(digit) = rest.get(len).map(|byte| byte.wrapping_sub(b'0'))
            && digit < 10
            && len < MAX_DIGITS
        {
            integer = integer.wrapping_mul(10).wrapping_add(digit.into());
            len = len.wrapping_add(1);
        }
        let has_leading_zero = len > 1 && rest.first() == Some(&b'0');
        let goes_on = matches!(rest.get(len), Some(b'0'..=b'9' | b'.' | b'e' | b'E'));
        if len == 0 || has_leading_zero || goes_on {
            return None;
        }
        self.advance(len);
        Some(integer)
    }

    fn literal(&mut self, literal: &str) -> Option<()> {
        self.rest()
            .starts_with(literal.as_bytes())
            .then(|| self.advance(literal.len()))
    }

    /// Leaves the value to `serde_json`.
    fn delegate<T: Deserialize<'a>>(&mut self) -> Option<T> {
        let rest = self.text.get(self.at..)?;
        let mut values = Deserializer::from_str(rest).into_iter::<T>();
        let value = values.next()?.ok()?;
        self.advance(values.byte_offset());
        Some(value)
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.advance(1);
        }
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        if self.peek()? != byte {
            return None;
        }
        self.advance(1);
        Some(())
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn advance(&mut self, by: usize) {
        // Cannot overflow: it stays within the text, or one byte behind.
        self.at = self.at.wrapping_add(by);
    }
}

/// The strings of an array that was read already, read anew each time: a list of them would take
/// many times the memory of the array.
#[derive(Clone)]
pub(crate) struct Texts<'a>(Reader<'a>);

impl<'a> Iterator for Texts<'a> {
    type Item = Cow<'a, str>;

    fn next(&mut self) -> Option<Self::Item> {
        let Self(reader) = self;
        reader.skip_space();
        let text = reader.text()?;
        reader.skip_space();
        reader.eat(b',');
        Some(text)
    }
}

/// Whether the value at the beginning is deeper than `serde_json` would read it into a value. It
/// skips deeper ones, too, but remembers each bracket, in more memory than junk is worth.
fn nests_too_deep(text: &[u8]) -> bool {
    const MAX_DEPTH: u32 = 127;

    let mut depth: u32 = 0;
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        match byte {
            b'[' | b'{' if depth == MAX_DEPTH => return true,
            b'[' | b'{' => depth = depth.saturating_add(1),
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => skip_string(&mut rest),
            _ => {}
        }
        if depth == 0 {
            return false;
        }
    }
    false
}

fn skip_string(rest: &mut slice::Iter<'_, u8>) {
    while let Some(byte) = rest.next() {
        match byte {
            b'"' => return,
            b'\\' => drop(rest.next()),
            _ => {}
        }
    }
}

/// How many bytes at the beginning stand for themselves in a JSON string: neither quote nor
/// backslash nor control character. Looks at eight at a time.
fn plain_len(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);

    let (words, _) = bytes.as_chunks::<8>();
    let mut len: usize = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        // The highest bit of each byte tells whether the byte is below 0x20, a quote or a
        // backslash. It may be wrong after the first such byte, which does not matter here.
        let controls = word.wrapping_sub(ONES.wrapping_mul(0x20)) & !word;
        let quotes = (word ^ ONES.wrapping_mul(b'"'.into())).wrapping_sub(ONES);
        let backslashes = (word ^ ONES.wrapping_mul(b'\\'.into())).wrapping_sub(ONES);
        let found = (controls | (quotes | backslashes) & !word) & HIGHS;
        if found != 0 {
            let offset = found.trailing_zeros() / u8::BITS;
            return len.wrapping_add(usize::try_from(offset).unwrap_or_default());
        }
        len = len.wrapping_add(8);
    }
    let rest = bytes.get(len..).unwrap_or_default();
    let plain = rest
        .iter()
        .take_while(|byte| !matches!(byte, b'"' | b'\\' | ..0x20));
    len.wrapping_add(plain.count())
}
