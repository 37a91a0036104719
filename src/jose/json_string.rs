//! JSON strings ([RFC 8259 §7](https://www.rfc-editor.org/rfc/rfc8259#section-7)).

use std::borrow::Cow;

use memchr::memchr;

/// The content between the quotes of a string.
pub(super) struct JsonString<'a> {
    content: &'a str,
    escapes: Escapes,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    /// No escapes.
    None,
    /// Escapes that make whole characters.
    Whole,
    /// At least one lone surrogate.
    Half,
}

impl<'a> JsonString<'a> {
    /// Reads a string after its opening quote. `None` if it does not end or is invalid.
    #[inline]
    pub(super) fn read(text: &'a str) -> Option<Self> {
        Self::read_rest(text, plain_len(text.as_bytes()))
    }

    /// The same for arrays, whose strings are often short: byte by byte is faster there, because the
    /// processor predicts where the next string begins.
    #[inline]
    pub(super) fn read_short(text: &'a str) -> Option<Self> {
        Self::read_rest(text, plain_len_of_few(text.as_bytes()))
    }

    /// Continues after this many plain bytes.
    #[inline]
    fn read_rest(text: &'a str, plain: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let (len, escapes) = if bytes.get(plain) == Some(&b'"') {
            (plain, Escapes::None)
        } else {
            read_escapes(bytes, plain)?
        };
        let content = text.get(..len)?;
        Some(Self { content, escapes })
    }

    /// The number of bytes between the quotes.
    pub(super) fn len(&self) -> usize {
        self.content.len()
    }

    /// The decoded text. `None` if there is a lone surrogate.
    #[inline]
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        match self.escapes {
            Escapes::None => Some(Cow::Borrowed(self.content)),
            Escapes::Whole => unescape(self.content).map(Cow::Owned),
            Escapes::Half => None,
        }
    }

    /// `None` if there is a lone surrogate.
    #[inline]
    pub(super) fn check(&self) -> Option<()> {
        (self.escapes != Escapes::Half).then_some(())
    }
}

/// The length of the content after this many plain bytes, and its escapes. Not inlined, to keep the
/// common path without escapes short.
#[inline(never)]
fn read_escapes(bytes: &[u8], plain: usize) -> Option<(usize, Escapes)> {
    let mut len = plain;
    let mut is_whole = true;
    let mut is_half_read = false;
    loop {
        let mut unit = 0;
        let step = match bytes.get(len..)? {
            [b'"', ..] => break,
            [b'\\', b'u', digits @ ..] => {
                unit = utf16_unit(digits)?;
                6
            }
            [
                b'\\',
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't',
                ..,
            ] => 2,
            [] | [b'\\' | ..0x20, ..] => return None,
            rest => plain_len(rest),
        };
        is_whole &= is_second_half(unit) == is_half_read;
        is_half_read = is_first_half(unit);
        len = len.wrapping_add(step);
    }
    let escapes = if is_whole && !is_half_read {
        Escapes::Whole
    } else {
        Escapes::Half
    };
    Some((len, escapes))
}

/// Decodes a content without lone surrogates.
#[inline(never)]
fn unescape(content: &str) -> Option<String> {
    let mut text = String::with_capacity(content.len());
    let mut rest = content;
    while let Some(at) = memchr(b'\\', rest.as_bytes()) {
        let (plain, escape) = rest.split_at_checked(at)?;
        text.push_str(plain);
        let (character, len) = unescape_first(escape.as_bytes())?;
        text.push(character);
        rest = escape.get(len..)?;
    }
    text.push_str(rest);
    Some(text)
}

/// The character of the first escape, and the length of the escape.
fn unescape_first(escape: &[u8]) -> Option<(char, usize)> {
    let character = match escape.get(1)? {
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unescape_utf16(escape),
        itself => char::from(*itself),
    };
    Some((character, 2))
}

/// Reads one escape, or two for a character beyond 16 bits.
fn unescape_utf16(escape: &[u8]) -> Option<(char, usize)> {
    let first = utf16_unit(escape.get(2..)?)?;
    if let Some(character) = char::from_u32(first.into()) {
        return Some((character, 6));
    }
    let second = utf16_unit(escape.get(8..)?)?;
    let character = char::decode_utf16([first, second]).next()?.ok()?;
    Some((character, 12))
}

/// A high surrogate.
fn is_first_half(unit: u16) -> bool {
    matches!(unit, 0xd800..=0xdbff)
}

fn is_second_half(unit: u16) -> bool {
    matches!(unit, 0xdc00..=0xdfff)
}

/// The value of the first four hexadecimal digits.
#[inline]
fn utf16_unit(digits: &[u8]) -> Option<u16> {
    let mut unit = 0;
    for digit in digits.first_chunk::<4>()? {
        let digit = char::from(*digit).to_digit(16)?;
        unit = unit << 4 | u16::try_from(digit).ok()?;
    }
    Some(unit)
}

/// The number of leading bytes that are no quote, backslash or control character, eight at a time.
fn plain_len(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);

    let (words, _) = bytes.as_chunks::<8>();
    let mut len: usize = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        // The highest bit of each byte marks a byte below 0x20, a quote or a backslash. It may be
        // wrong after the first such byte, which does not matter.
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
    len.wrapping_add(plain_len_of_few(rest))
}

/// The same, one byte after the other.
#[inline]
fn plain_len_of_few(bytes: &[u8]) -> usize {
    let plain = bytes
        .iter()
        .take_while(|byte| !matches!(byte, b'"' | b'\\' | ..0x20));
    plain.count()
}
