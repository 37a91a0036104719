//! Reads JSON values from a text, without copying.

use std::borrow::Cow;

use serde::de::Deserialize;
use serde_json::Deserializer;

use super::json_string::JsonString;
use super::numeric_date::NumericDate;

/// A position in the text. A failed read does not advance it.
#[derive(Clone)]
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Reads a string.
    pub(crate) fn text(&mut self) -> Option<Cow<'a, str>> {
        let mut reader = self.clone();
        let text = reader.string()?.text()?;
        *self = reader;
        Some(text)
    }

    /// Reads an array, and returns its elements as text.
    pub(crate) fn elements(&mut self) -> Option<Vec<&'a str>> {
        self.eat(b'[')?;
        self.skip_space();
        let mut elements = Vec::new();
        if self.eat(b']').is_some() {
            return Some(elements);
        }
        loop {
            let start = self.at;
            self.skip_deep()?;
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

    /// Reads an integer of up to 18 digits without a sign. Reads nothing if the number has another form.
    fn integer(&mut self) -> Option<i64> {
        /// Any number with this many digits fits an `i64`.
        const MAX_DIGITS: usize = 18;

        let rest = self.rest();
        let mut integer: i64 = 0;
        let mut len: usize = 0;
        while let Some(digit) = rest.get(len).map(|byte| byte.wrapping_sub(b'0'))
            && digit < 10
            && len != MAX_DIGITS
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

    /// Reads a string without decoding it.
    #[inline]
    pub(super) fn string(&mut self) -> Option<JsonString<'a>> {
        self.string_by(JsonString::read)
    }

    /// Reads a string in an array without decoding it.
    #[inline]
    pub(super) fn element(&mut self) -> Option<JsonString<'a>> {
        self.string_by(JsonString::read_short)
    }

    #[inline]
    fn string_by(
        &mut self,
        read: impl FnOnce(&'a str) -> Option<JsonString<'a>>,
    ) -> Option<JsonString<'a>> {
        self.eat(b'"')?;
        let string = read(self.text.get(self.at..)?)?;
        self.advance(string.len().wrapping_add(1));
        Some(string)
    }

    /// Reads a value with `serde_json`.
    pub(super) fn delegate<T: Deserialize<'a>>(&mut self) -> Option<T> {
        let rest = self.text.get(self.at..)?;
        let mut values = Deserializer::from_str(rest).into_iter::<T>();
        let value = values.next()?.ok()?;
        self.advance(values.byte_offset());
        Some(value)
    }

    pub(super) fn literal(&mut self, literal: &str) -> Option<()> {
        self.rest()
            .starts_with(literal.as_bytes())
            .then(|| self.advance(literal.len()))
    }

    pub(super) fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.advance(1);
        }
    }

    pub(super) fn eat(&mut self, byte: u8) -> Option<()> {
        if self.peek()? != byte {
            return None;
        }
        self.advance(1);
        Some(())
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    pub(super) fn advance(&mut self, by: usize) {
        // Cannot overflow: the position is at most one byte past the text.
        self.at = self.at.wrapping_add(by);
    }
}
