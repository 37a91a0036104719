//! JSON strings ([RFC 8259 §7](https://www.rfc-editor.org/rfc/rfc8259#section-7)).

use std::borrow::Cow;

/// What stands between the quotes of a string.
pub(super) struct JsonString<'a> {
    content: &'a str,
    has_escapes: bool,
}

impl<'a> JsonString<'a> {
    /// Reads the string whose opening quote is just before. `None` where it does not end, or has in
    /// it what must not be.
    #[inline]
    pub(super) fn read(text: &'a str) -> Option<Self> {
        Self::read_rest(text, plain_len(text.as_bytes()))
    }

    /// The same for what stands in an array, where strings may be short and many: to look at one
    /// byte after the other is faster then, since a processor guesses where the next one begins.
    #[inline]
    pub(super) fn read_short(text: &'a str) -> Option<Self> {
        Self::read_rest(text, plain_len_of_few(text.as_bytes()))
    }

    /// Goes on behind so many bytes that stand for themselves.
    #[inline]
    fn read_rest(text: &'a str, plain: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let has_escapes = bytes.get(plain) != Some(&b'"');
        let len = if has_escapes {
            escaped_len(bytes, plain)?
        } else {
            plain
        };
        Some(Self {
            content: text.get(..len)?,
            has_escapes,
        })
    }

    /// How many bytes there are between the quotes.
    pub(super) fn len(&self) -> usize {
        self.content.len()
    }

    /// The text that it stands for. `None` where an escape is half of a character.
    #[inline]
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        if self.has_escapes {
            return unescape(self.content).map(Cow::Owned);
        }
        Some(Cow::Borrowed(self.content))
    }

    /// Whether the text that it stands for is so.
    #[inline]
    pub(super) fn is(&self, is_so: impl FnOnce(&str) -> bool) -> bool {
        if self.has_escapes {
            return unescape(self.content).is_some_and(|text| is_so(&text));
        }
        is_so(self.content)
    }

    /// `None` where it stands for no text.
    #[inline]
    pub(super) fn check(&self) -> Option<()> {
        if self.has_escapes {
            unescape(self.content)?;
        }
        Some(())
    }
}

/// How long the content is of which so many bytes were read. Whether two escapes that belong
/// together are there is left open.
fn escaped_len(bytes: &[u8], plain: usize) -> Option<usize> {
    let mut len = plain;
    loop {
        let step = match bytes.get(len..)? {
            [b'"', ..] => return Some(len),
            [b'\\', b'u', a, b, c, d, ..]
                if [a, b, c, d].into_iter().all(u8::is_ascii_hexdigit) =>
            {
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
        len = len.wrapping_add(step);
    }
}

fn unescape(content: &str) -> Option<String> {
    let mut text = String::with_capacity(content.len());
    let mut rest = content;
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.push_str(plain);
        let (character, behind) = unescape_first(escape)?;
        text.push(character);
        rest = behind;
    }
    text.push_str(rest);
    Some(text)
}

/// What the escape at the beginning stands for, without its backslash, and what is behind it.
fn unescape_first(escape: &str) -> Option<(char, &str)> {
    let mut rest = escape.chars();
    let character = match rest.next()? {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return utf16(rest.as_str()),
        itself => itself,
    };
    Some((character, rest.as_str()))
}

/// A character beyond 16 bits takes two escapes.
fn utf16(digits: &str) -> Option<(char, &str)> {
    let (first, rest) = unit(digits)?;
    if let Some(character) = char::from_u32(first.into()) {
        return Some((character, rest));
    }
    let (second, rest) = unit(rest.strip_prefix(r"\u")?)?;
    let character = char::decode_utf16([first, second]).next()?.ok()?;
    Some((character, rest))
}

fn unit(digits: &str) -> Option<(u16, &str)> {
    let (digits, rest) = digits.split_at_checked(4)?;
    Some((u16::from_str_radix(digits, 16).ok()?, rest))
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
